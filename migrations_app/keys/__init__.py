"""The keys of a plan: listed, turned over, tried, and what is shown of them."""
