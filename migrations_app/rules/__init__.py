"""What may happen to a plan, and what follows: pure, no Django, no clock, no network."""
