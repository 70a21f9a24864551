"""The relay: a provider's stream passed on to its readers as it comes, measured, and ended truthfully."""

from costcalc.streaming.relay.app import APP

__all__ = ["APP"]
