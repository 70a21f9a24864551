"""API tokens of a workspace: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from costcalc.accounts import team
from costcalc.accounts.access import Visit, in_workspace, is_fresh, password_address, sent_from, with_recent_password
from costcalc.accounts.capability import new_id
from costcalc.accounts.forms import TokenForm
from costcalc.accounts.navigation import navigation
from costcalc.accounts.once import first_time
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import ApiToken


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_workspace(Role.EDITOR)
def tokens(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """One's own tokens, to owners all; a POST makes one, whose secret is on this answer and nowhere else."""
    if request.method != "POST":
        return _page(request, visit, form=TokenForm())
    return _made(request, visit)


@with_recent_password
def _made(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A token outlives the session that it is made in, so that one must be its owner's."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, 422, form=form)
    wanted, now = form.cleaned_data, timezone.now()
    made = first_time(
        request, visit, lambda: team.new_token(visit, wanted["name"], Scope(wanted["scope"]), form.expires_at(now))
    )
    if made is None:
        messages.info(request, _("This form was sent before: its token was made then, and shown then, once."))
        return redirect("accounts:tokens", visit.workspace.public_id)
    return _page(request, visit, form=TokenForm(), made=made[0], secret=made[1])


@sent_from("accounts:tokens", "workspace")
@in_workspace(Role.EDITOR)
def revoke(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """End a token: one's own, owners any."""
    found = _seen(visit).filter(public_id=token).first()
    if found is None:
        raise Http404
    team.revoke_token(visit, found, timezone.now())
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:tokens", visit.workspace.public_id)


def _seen(visit: Visit) -> QuerySet[ApiToken]:
    found: QuerySet[ApiToken] = visit.workspace.tokens.select_related("made_by")
    return found if visit.may(Role.OWNER) else found.filter(made_by=visit.user)


def _page(request: HttpRequest, visit: Visit, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    context = {**navigation(visit, "accounts:tokens"), "tokens": _seen(visit), "now": now, "form_key": new_id(), **more}
    if not is_fresh(request, now):
        context["password_address"] = password_address(request)
    return render(request, "accounts/tokens.html", context, status=status)
