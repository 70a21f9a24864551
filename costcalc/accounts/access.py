"""Who may come in: a visit is a person (or their token) in a workspace, with a role.

For somebody who does not belong, a thing that exists and one that does not are the same 404. A member whose
role does not reach is told so (403). Roles are read from the database at every request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from costcalc.accounts.audit import Actor
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import ApiToken, Workspace, personal_workspace

CURRENT = "workspace"


@dataclass(frozen=True)
class Visit:
    """Somebody in a workspace, for the length of one request."""

    user: User
    workspace: Workspace
    role: Role
    token: ApiToken | None = None

    @property
    def actor(self) -> Actor:
        """How the audit log names them."""
        return Actor(self.user, self.token)

    def may(self, needed: Role) -> bool:
        """Whether their role reaches."""
        return self.role.covers(needed)

    def must(self, needed: Role) -> None:
        """Raises PermissionDenied where the role does not reach."""
        if not self.may(needed):
            raise PermissionDenied


def visit(user: User, workspace: Workspace | None, needed: Role = Role.VIEWER) -> Visit:
    """A person's visit. Raises Http404 for somebody who does not belong, PermissionDenied for too low a role."""
    role = workspace.role_of(user) if workspace is not None else None
    if workspace is None or role is None:
        raise Http404
    found = Visit(user, workspace, role)
    found.must(needed)
    return found


def in_workspace(needed: Role) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For views under `/w/<workspace>/`: the view gets a Visit in place of the workspace's id."""

    def decorated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, workspace: str, **rest: object) -> HttpResponse:
            found = Workspace.objects.filter(public_id=workspace).first()
            return view(request, visit(person(request), found, needed), **rest)

        return checked

    return decorated


def person(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied where nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def current_workspace(request: HttpRequest) -> Workspace:
    """The workspace that a person works in now: the one last switched to, else the personal one."""
    user = person(request)
    chosen = Workspace.objects.of(user).filter(public_id=request.session.get(CURRENT, "")).first()
    return chosen or personal_workspace(user)


def current_visit(request: HttpRequest, needed: Role = Role.VIEWER) -> Visit:
    """The visit to the current workspace."""
    return visit(person(request), current_workspace(request), needed)
