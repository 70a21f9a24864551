"""Pages about people. All of them work without JavaScript."""
