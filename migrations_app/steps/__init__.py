"""The steps of a plan: what people type about them, and what is shown."""
