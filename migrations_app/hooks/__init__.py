"""Webhooks of a workspace: what is told to other hosts, signed, tried again."""
