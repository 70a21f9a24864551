"""The canary: its stages, their figures, and what each can detect."""
