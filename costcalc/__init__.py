"""costcalc: what a move from one LLM API provider to another costs and saves."""
