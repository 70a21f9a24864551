"""People: the user model, and the preferences of a visitor."""
