"""The models of the room, where Django looks for them."""

from costcalc.accounts.audit import ActorCard, AuditEntry
from costcalc.accounts.first_owner import FirstOwnerLink
from costcalc.accounts.people import User, UserManager
from costcalc.accounts.workspaces import ApiToken, Invitation, Membership, Workspace

__all__ = [
    "ActorCard",
    "ApiToken",
    "AuditEntry",
    "FirstOwnerLink",
    "Invitation",
    "Membership",
    "User",
    "UserManager",
    "Workspace",
]
