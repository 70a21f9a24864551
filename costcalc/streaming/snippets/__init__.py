"""Code that streams a completion, for a chosen provider, model and language; and the change from one to another."""
