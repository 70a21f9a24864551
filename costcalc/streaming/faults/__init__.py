"""The fault lab: every way in which a stream can go wrong, and what our own client makes of it."""
