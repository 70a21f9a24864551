"""What to do in which kind of move: templates of plans, and their dates."""
