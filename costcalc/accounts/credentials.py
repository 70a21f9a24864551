"""What an application shows to be let in: `Authorization: Bearer costcalc_…`. Cookies count for nothing here."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import ApiToken


class Bearer(HttpBearer):
    """Lets in whoever holds a usable token whose role reaches; `request.auth` is then their Visit. Otherwise 401, 403.

    It is asked before the body is read: whoever may not do a thing does not hear what would be right.
    """

    openapi_description = "A token of a workspace."

    def __init__(self, needed: Role = Role.VIEWER) -> None:
        super().__init__()
        self.needed = needed

    def authenticate(self, request: HttpRequest, token: str) -> Visit | None:
        """The visit of this token, checked against the database at every request. Raises PermissionDenied."""
        found = ApiToken.objects.with_secret(token, timezone.now())
        role = found.role if found is not None else None
        if found is None or role is None:
            return None
        found.used(timezone.now())
        came = Visit(found.made_by, found.workspace, role, found)
        came.must(self.needed)
        return came


def visit_of(request: HttpRequest, needed: Role = Role.VIEWER) -> Visit:
    """The visit of a request that Bearer let in. Raises PermissionDenied where its role does not reach."""
    found = getattr(request, "auth", None)
    if not isinstance(found, Visit):
        raise PermissionDenied
    found.must(needed)
    return found


EDITORS, OWNERS = Bearer(Role.EDITOR), Bearer(Role.OWNER)
