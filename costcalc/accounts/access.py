"""Who may come in: a visit is a person (or their token) in a workspace, with a role.

For somebody who does not belong, a thing that exists and one that does not are the same 404. A member whose
role does not reach is told so (403). Roles are read from the database at every request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from costcalc.accounts.audit import Actor
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import ApiToken, Workspace, personal_workspace
from costcalc.secrets import holds_key

CURRENT = "workspace"
TYPED = "typed"
MOST_TYPED = 8000
View = Callable[..., HttpResponseBase]
# How long after typing the password somebody may do what outlasts a session that was left open.
FRESH = dt.timedelta(minutes=15)


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


def in_workspace(needed: Role) -> Callable[[View], View]:
    """For views under `/w/<workspace>/`: the view gets a Visit in place of the workspace's id."""

    def decorated(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, workspace: str, **rest: object) -> HttpResponseBase:
            found = Workspace.objects.filter(public_id=workspace).first()
            return view(request, visit(person(request), found, needed), **rest)

        return checked

    return decorated


def sent_from(page: str, *names: str, anchor: str = "", but: Collection[str] = ()) -> Callable[[View], View]:
    """For views that only take a form: whoever comes by GET is led to the page that the form stands on.

    One comes so from a reload, from the header's switches and from signing in; who signs in first, because their
    session has ended, finds there what they had typed (`typed_before`), but for the fields in `but` and for what looks
    like a key. `names` are what the page's address takes.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **given: object) -> HttpResponseBase:
            stands = reverse(page, kwargs={name: given[name] for name in names})
            if request.method in ("GET", "HEAD"):
                return HttpResponseRedirect(stands + anchor)
            if request.method != "POST":
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            if not request.user.is_authenticated:
                sent = {name: str(text) for name, text in request.POST.items() if name != "csrfmiddlewaretoken"}
                typed = {name: text for name, text in sent.items() if name not in but and not holds_key(text)}
                if sum(map(len, typed.values())) <= MOST_TYPED:
                    request.session[TYPED] = {"at": stands, "fields": typed}
                return redirect_to_login(stands + anchor)
            return view(request, **given)

        return checked

    return decorated


def typed_before(request: HttpRequest) -> dict[str, str]:
    """What was sent from this page when nobody was signed in, by field; told once."""
    kept = request.session.get(TYPED)
    if not kept or kept["at"] != request.path:
        return {}
    del request.session[TYPED]
    return dict(kept["fields"])


def with_recent_password(view: View) -> View:
    """For what lasts or cannot be undone: the password comes first where it was not typed lately.

    It stands innermost: whoever may not come in at all is not asked.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **rest: object) -> HttpResponseBase:
        if is_fresh(request, timezone.now()):
            return view(request, *args, **rest)
        return HttpResponseRedirect(password_address(request))

    return checked


def is_fresh(request: HttpRequest, now: dt.datetime) -> bool:
    """Whether this session's person has typed their password lately."""
    records = get_authentication_records(request, person(request))
    return any(0 <= now.timestamp() - record["at"] < FRESH.total_seconds() for record in records)


def password_address(request: HttpRequest) -> str:
    """Where the password is asked for, and from where one comes back to this page."""
    asks = "account_reauthenticate" if person(request).has_usable_password() else "account_set_password"
    return f"{reverse(asks)}?{urlencode({'next': request.get_full_path()})}"


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
