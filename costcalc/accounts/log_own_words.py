"""How the audit log says what is done to a workspace itself: members, invitations, tokens, settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.accounts.audit import ActorCard
from costcalc.accounts.log_words import Field, choice, moment, register_acts, register_fields, register_kind
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import Workspace

ACTS = {
    "workspace.made": gettext_lazy("workspace made"),
    "workspace.changed": gettext_lazy("settings changed"),
    "member.joined": gettext_lazy("member joined"),
    "member.changed": gettext_lazy("role changed"),
    "member.left": gettext_lazy("member left"),
    "member.removed": gettext_lazy("member removed"),
    "invitation.made": gettext_lazy("invitation made"),
    "invitation.renewed": gettext_lazy("invitation renewed"),
    "invitation.revoked": gettext_lazy("invitation revoked"),
    "token.made": gettext_lazy("token made"),
    "token.revoked": gettext_lazy("token revoked"),
}
FIELDS = {
    "name": Field(gettext_lazy("Name")),
    "role": Field(gettext_lazy("Role"), choice(Role)),
    "scope": Field(gettext_lazy("Scope"), choice(Scope)),
    "sharing_allowed": Field(gettext_lazy("What is here may be shared by link")),
    "by_mail": Field(gettext_lazy("Sent by e-mail")),
    "expires_at": Field(gettext_lazy("Until"), moment),
    "invitation": Field(gettext_lazy("Invitation"), kind="invitation"),
}
Found = Mapping[str, tuple[str, str]]


def register() -> None:
    """Have the room's words in every log."""
    register_acts(ACTS)
    register_fields(FIELDS)
    register_kind("workspace", gettext_lazy("Workspace"), _workspaces)
    register_kind("member", gettext_lazy("Member"), _members)
    register_kind("invitation", gettext_lazy("Invitation"), _invitations)
    register_kind("token", gettext_lazy("API token"), _tokens)


def _workspaces(workspace: Workspace, ids: Collection[str]) -> Found:
    address = reverse("accounts:workspace", args=[workspace.public_id])
    return {workspace.public_id: (workspace.name, address)} if workspace.public_id in ids else {}


def _members(workspace: Workspace, ids: Collection[str]) -> Found:
    """Members by their name; who has left by the one under which they acted here, for today's is others' business."""
    cards = ActorCard.objects.filter(workspace=workspace, kind="person", user__public_id__in=ids, erased_at=None)
    left = {public_id: (name, "") for public_id, name in cards.order_by("pk").values_list("user__public_id", "name")}
    address = reverse("accounts:members", args=[workspace.public_id])
    there = User.objects.filter(memberships__workspace=workspace, public_id__in=ids)
    return {**left, **{user.public_id: (str(user), address) for user in there}}


def _invitations(workspace: Workspace, ids: Collection[str]) -> Found:
    address = reverse("accounts:members", args=[workspace.public_id])
    found = workspace.invitations.filter(public_id__in=ids)
    return {one.public_id: (one.email or _("whoever has the link"), address) for one in found}


def _tokens(workspace: Workspace, ids: Collection[str]) -> Found:
    address = reverse("accounts:tokens", args=[workspace.public_id])
    return {one.public_id: (f"{one}", address) for one in workspace.tokens.filter(public_id__in=ids)}
