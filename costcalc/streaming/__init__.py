"""The room of streams: what a completion over SSE is, how it is read, and what can be wrong with it."""
