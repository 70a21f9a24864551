"""The models of the room, where Django looks for them."""

from costcalc.scenarios.pinned_rates import PinnedRate
from costcalc.scenarios.saved import PinnedPrice, Revision, SavedScenario
from costcalc.scenarios.sharing import ShareLink
from costcalc.scenarios.talking import Approval, Comment

__all__ = ["Approval", "Comment", "PinnedPrice", "PinnedRate", "Revision", "SavedScenario", "ShareLink"]
