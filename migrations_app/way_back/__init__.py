"""What must still be true for a roll-back to work."""
