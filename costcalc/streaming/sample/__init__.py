"""The built-in provider: a completion for everybody, offline and free, and every fault that one can have."""

from costcalc.streaming.sample.app import APP
from costcalc.streaming.sample.offered import MODELS

__all__ = ["APP", "MODELS"]
