"""Who belongs to a workspace: what they are, leaving, inviting."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts import rooms, team
from costcalc.accounts.access import Visit, in_workspace, sent_from, typed_before
from costcalc.accounts.capability import new_id
from costcalc.accounts.entrance import may_invite
from costcalc.accounts.forms import InvitationForm, RoleForm
from costcalc.accounts.models import User
from costcalc.accounts.navigation import navigation
from costcalc.accounts.once import first_time
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Invitation, LastOwnerError, StaleError, UsedUpError
from costcalc.wire.addresses import whole_address
from costcalc.wire.views import too_many


@require_safe
@in_workspace(Role.VIEWER)
def members(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everybody who belongs; to owners also who is invited."""
    return _page(request, visit)


def _page(request: HttpRequest, visit: Visit, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    invitations = visit.workspace.invitations.select_related("invited_by")
    context = {
        **navigation(visit, "accounts:members"),
        "memberships": visit.workspace.memberships.select_related("user").order_by("joined_at", "pk"),
        "invitations": [(found, found.standing(now)) for found in invitations] if visit.may(Role.OWNER) else [],
        "roles": Role.choices,
        "form_key": new_id(),
        "form": InvitationForm(initial={"language": get_language(), **typed_before(request)}),
        **more,
    }
    return render(request, "accounts/members.html", context, status=status)


def _member(visit: Visit, member: str) -> User:
    found: User = get_object_or_404(User, public_id=member, memberships__workspace=visit.workspace)
    return found


@sent_from("accounts:members", "workspace")
@in_workspace(Role.OWNER)
def change_role(request: HttpRequest, visit: Visit, member: str) -> HttpResponse:
    """Make a member something else."""
    user, form = _member(visit, member), RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, 422, problem=_("Choose one of the roles."))
    try:
        wanted, was = Role(form.cleaned_data["role"]), Role(form.cleaned_data["was"])
        team.change_role(visit, user, wanted, timezone.now(), was)
    except LastOwnerError:
        return _page(request, visit, 422, problem=_last_owner())
    except StaleError:
        return _page(request, visit, 409, problem=_("This was changed meanwhile. This is how it stands now."))
    messages.success(request, _("Saved."))
    return redirect("accounts:members", visit.workspace.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@in_workspace(Role.VIEWER)
def remove(request: HttpRequest, visit: Visit, member: str) -> HttpResponse:
    """Say what goes with a membership; a POST ends it: owners anybody's, everybody their own."""
    user = _member(visit, member)
    if user != visit.user:
        visit.must(Role.OWNER)
    if request.method != "POST":
        return _leaving(request, visit, user)
    try:
        team.remove(visit, user, timezone.now())
    except LastOwnerError:
        return _page(request, visit, 422, problem=_last_owner())
    if user == visit.user:
        messages.success(request, _("You have left “%(workspace)s”.") % {"workspace": visit.workspace})
        return redirect("accounts:workspaces")
    messages.success(request, _("“%(member)s” is removed.") % {"member": user})
    return redirect("accounts:members", visit.workspace.public_id)


def _leaving(request: HttpRequest, visit: Visit, user: User) -> HttpResponse:
    now = timezone.now()
    context = {
        **navigation(visit, "accounts:members"),
        "member": user,
        "tokens": visit.workspace.tokens.filter(made_by=user, revoked_at=None),
        "invitations": visit.workspace.invitations.open(now).filter(invited_by=user),
        "others": rooms.told_before(visit.workspace, user, now),
    }
    return render(request, "accounts/member_remove.html", context)


def _last_owner() -> str:
    return _("A workspace needs an owner. Make somebody else an owner first.")


@sent_from("accounts:members", "workspace")
@never_cache
@in_workspace(Role.OWNER)
def invite(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Invite somebody; the link is on this answer, and nowhere else."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, 422, form=form)
    wanted = form.cleaned_data
    if wanted["email"] and not may_invite(request, visit.user):
        return too_many(request)
    now, role = timezone.now(), Role(wanted["role"])
    made = first_time(
        request,
        visit,
        lambda: team.invite_somebody(visit, role, now, wanted["email"], wanted["language"], form.lasts),
    )
    return _shown_once(request, visit, *made) if made else _sent_before(request, visit)


@sent_from("accounts:members", "workspace")
@never_cache
@in_workspace(Role.OWNER)
def renew(request: HttpRequest, visit: Visit, invitation: str) -> HttpResponse:
    """Send an invitation anew: another link, and the one before ends."""
    found = _invitation(visit, invitation)
    if found.email and not may_invite(request, visit.user):
        return too_many(request)
    try:
        link = first_time(request, visit, lambda: team.renew(visit, found, timezone.now()))
    except UsedUpError:
        return _page(request, visit, 409, problem=_("This invitation was used or ended meanwhile."))
    return _shown_once(request, visit, found, link) if link else _sent_before(request, visit)


@sent_from("accounts:members", "workspace")
@in_workspace(Role.OWNER)
def revoke(request: HttpRequest, visit: Visit, invitation: str) -> HttpResponse:
    """End an invitation."""
    team.revoke_invitation(visit, _invitation(visit, invitation), timezone.now())
    messages.success(request, _("The invitation is ended."))
    return redirect("accounts:members", visit.workspace.public_id)


def _invitation(visit: Visit, public_id: str) -> Invitation:
    found: Invitation | None = visit.workspace.invitations.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _sent_before(request: HttpRequest, visit: Visit) -> HttpResponse:
    messages.info(request, _("This form was sent before: its link was made then, and shown then, once."))
    return redirect("accounts:members", visit.workspace.public_id)


def _shown_once(request: HttpRequest, visit: Visit, invitation: Invitation, link: str) -> HttpResponse:
    address = whole_address(request, reverse("accounts:invitation", args=(link,)))
    sent = team.send(invitation, address) if invitation.email else None
    days: dt.timedelta = invitation.expires_at - timezone.now()
    return _page(request, visit, made=invitation, address=address, sent=sent, days=round(days.total_seconds() / 86400))
