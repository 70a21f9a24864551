"""Which transport suits, and whether a relay does: a dozen questions, a recommendation, its reasons."""
