"""What the relay adds to a stream, beside nginx and LiteLLM's proxy. Figures of one run, on pinned cores."""
