"""Who looks at a plan sees its changes at once."""
