"""The review after the move: its table, verdict, links."""
