"""The doctor: what is right and wrong with a stream, recorded or live, and the cure."""
