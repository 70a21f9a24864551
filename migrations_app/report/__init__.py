"""A plan on one page, for management."""
