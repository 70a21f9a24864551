"""Files that show that a step is done."""
