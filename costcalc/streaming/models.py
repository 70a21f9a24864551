"""The models of the room, where Django looks for them."""

from costcalc.streaming.measurements import Measurement

__all__ = ["Measurement"]
