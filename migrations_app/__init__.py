"""The move itself, as a plan: phases, gates, canary, rollback."""
