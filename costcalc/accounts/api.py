"""The API of a workspace: itself, its members, and how one gets in."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError as WrongError
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from ninja.errors import Throttled
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.accounts import team
from costcalc.accounts.access import Visit
from costcalc.accounts.credentials import EDITORS, OWNERS, Bearer, visit_of
from costcalc.accounts.entrance import may_invite
from costcalc.accounts.models import User
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import Invitation, LastOwnerError, Membership, StaleError, UsedUpError, Workspace
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, Problem, problems
from costcalc.wire.rate_limit import WAIT

router = Router(tags=["workspace"], auth=Bearer())
GUARDED = problems(401, 403, 422, 429)
SENT = problems(413, 415)
# The rate is by the hour; when there is room again is not known to the minute.
SECONDS_TO_WAIT = 600


def _email(value: str) -> str:
    try:
        if value:
            validate_email(value)
    except WrongError:
        raise ValueError("must be an e-mail address, or empty") from None
    return value


class WorkspaceOut(Schema):
    """The workspace that the token belongs to, and what the token may do there now."""

    id: str
    name: str
    sharing_allowed: bool
    role: Role
    scope: Scope


class MemberOut(Schema):
    """Somebody who belongs, and as what."""

    id: str
    name: str
    email: str
    role: Role
    joined_at: dt.datetime


class MembersOut(Page):
    """A page of members."""

    items: list[MemberOut]


class StaleMember(Problem):
    """Somebody was quicker, or it would leave no owner: what stands now."""

    current: MemberOut


class RoleIn(Schema):
    """A member's new role, and the one that this was decided on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer", "was": "editor"}]})
    role: Role
    was: Role


class InvitationIn(Schema):
    """Whom to invite. Without an address the link is to be passed on; with one it is also sent there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer", "days": 7}]})
    role: Role
    email: Annotated[str, AfterValidator(_email), Field(max_length=254)] = ""
    language: Literal["en", "vi"] = "en"
    days: Annotated[int, Field(ge=1, le=30)] = 7


class InvitationOut(Schema):
    """An invitation."""

    id: str
    role: Role
    email: str
    state: Literal["open", "accepted", "revoked", "expired"]
    created_at: dt.datetime
    expires_at: dt.datetime


class NewInvitationOut(InvitationOut):
    """An invitation with its link."""

    link: str | None = Field(description="Shown this once; null where the answer is given again.")


class UsedUp(Problem):
    """The invitation was accepted or revoked meanwhile."""

    current: InvitationOut


class InvitationsOut(Page):
    """A page of invitations."""

    items: list[InvitationOut]


@router.get("/workspace", response={200: WorkspaceOut, **problems(401, 429)}, operation_id="get_workspace")
def get_workspace(request: HttpRequest) -> dict[str, Any]:
    """The workspace of this token."""
    visit = visit_of(request)
    workspace: Workspace = visit.workspace
    return {
        "id": workspace.public_id,
        "name": workspace.name,
        "sharing_allowed": workspace.sharing_allowed,
        "role": visit.role,
        "scope": visit.token.scope if visit.token else Scope.READ,
    }


@router.get("/members", response={200: MembersOut, **GUARDED}, operation_id="list_members")
def list_members(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Everybody who belongs, the first to join first."""
    visit = visit_of(request)
    refuse_strangers(request, Paging)
    rows = visit.workspace.memberships.select_related("user").order_by("joined_at", "pk")
    return paged(rows, paging, member_shown)


@router.patch(
    "/members/{member_id}",
    response={200: MemberOut, **GUARDED, **SENT, **problems(404), 409: StaleMember},
    operation_id="change_member",
    auth=OWNERS,
)
def change_member(request: HttpRequest, member_id: str, body: RoleIn) -> dict[str, Any]:
    """Make a member something else; for owners. 409 where they are not `was` any more, or are the last owner."""
    visit = visit_of(request, Role.OWNER)
    user = _member(visit, member_id)
    try:
        team.change_role(visit, user, body.role, timezone.now(), body.was)
    except StaleError:
        raise _conflict(visit, user, "The member is something else by now.") from None
    except LastOwnerError:
        raise _conflict(visit, user, "A workspace needs an owner.") from None
    except Membership.DoesNotExist:
        raise Http404 from None
    return member_shown(_membership(visit, user))


@router.delete(
    "/members/{member_id}",
    response={204: None, **GUARDED, **problems(404), 409: StaleMember},
    operation_id="remove_member",
    auth=EDITORS,
)
def remove_member(request: HttpRequest, member_id: str) -> Status[None]:
    """End a membership: owners anybody's, whoever may write their own. The last owner stays."""
    visit = visit_of(request, Role.EDITOR)
    user = _member(visit, member_id)
    if user != visit.user:
        visit.must(Role.OWNER)
    try:
        team.remove(visit, user, timezone.now())
    except LastOwnerError:
        raise _conflict(visit, user, "A workspace needs an owner.") from None
    except Membership.DoesNotExist:
        raise Http404 from None
    return Status(204, None)


@router.get("/invitations", response={200: InvitationsOut, **GUARDED}, operation_id="list_invitations", auth=OWNERS)
def list_invitations(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Every invitation, the latest first; for owners."""
    visit = visit_of(request, Role.OWNER)
    refuse_strangers(request, Paging)
    return paged(visit.workspace.invitations.order_by("-created_at", "-pk"), paging, invitation_shown)


@router.post(
    "/invitations",
    response={201: NewInvitationOut, **GUARDED, **SENT},
    operation_id="create_invitation",
    auth=OWNERS,
)
@sendable_again(Role.OWNER, secrets=["link"])
def create_invitation(request: HttpRequest, body: InvitationIn) -> tuple[int, dict[str, Any]]:
    """Invite somebody; for owners."""
    visit = visit_of(request, Role.OWNER)
    _may_send(request, visit, body.email)
    lasts = dt.timedelta(days=body.days)
    made, link = team.invite_somebody(visit, body.role, timezone.now(), body.email, body.language, lasts)
    return 201, _sent(request, made, link)


@router.post(
    "/invitations/{invitation_id}/renew",
    response={201: NewInvitationOut, **GUARDED, **SENT, **problems(404), 409: UsedUp},
    operation_id="renew_invitation",
    auth=OWNERS,
)
@sendable_again(Role.OWNER, secrets=["link"])
def renew_invitation(request: HttpRequest, invitation_id: str) -> tuple[int, dict[str, Any]]:
    """Another link, which is sent where the first one was, for seven days; the one before ends. For owners."""
    visit, now = visit_of(request, Role.OWNER), timezone.now()
    found = _invitation(visit, invitation_id)
    _may_send(request, visit, found.email)
    try:
        link = team.renew(visit, found, now)
    except UsedUpError:
        found.refresh_from_db()
        raise ConflictError("The invitation was used or ended.", invitation_shown(found)) from None
    return 201, _sent(request, found, link)


@router.delete(
    "/invitations/{invitation_id}",
    response={204: None, **GUARDED, **problems(404)},
    operation_id="revoke_invitation",
    auth=OWNERS,
)
def revoke_invitation(request: HttpRequest, invitation_id: str) -> Status[None]:
    """End an invitation; for owners. One that was used or ended stays as it is."""
    visit = visit_of(request, Role.OWNER)
    team.revoke_invitation(visit, _invitation(visit, invitation_id), timezone.now())
    return Status(204, None)


def _invitation(visit: Visit, public_id: str) -> Invitation:
    found: Invitation | None = visit.workspace.invitations.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _may_send(request: HttpRequest, visit: Visit, email: str) -> None:
    """Raises Throttled for more messages than a person sends, in pages and here together."""
    if email and not may_invite(request, visit.user):
        request.META[WAIT] = SECONDS_TO_WAIT
        raise Throttled(SECONDS_TO_WAIT)


def _sent(request: HttpRequest, invitation: Invitation, link: str) -> dict[str, Any]:
    address = whole_address(request, reverse("accounts:invitation", args=(link,)))
    if invitation.email:
        # A link that was rolled back must not arrive.
        transaction.on_commit(partial(team.send, invitation, address))
    return {**invitation_shown(invitation), "link": address}


def _member(visit: Visit, member_id: str) -> User:
    found = User.objects.filter(public_id=member_id, memberships__workspace=visit.workspace).first()
    if found is None:
        raise Http404
    return found


def _membership(visit: Visit, user: User) -> Membership:
    found: Membership = visit.workspace.memberships.select_related("user").get(user=user)
    return found


def _conflict(visit: Visit, user: User, detail: str) -> ConflictError:
    return ConflictError(detail, member_shown(_membership(visit, user)))


def member_shown(membership: Membership) -> dict[str, Any]:
    """A member as the API shows them."""
    user = membership.user
    return {
        "id": user.public_id,
        "name": user.name,
        "email": user.email,
        "role": membership.role,
        "joined_at": membership.joined_at,
    }


def invitation_shown(invitation: Invitation) -> dict[str, Any]:
    """An invitation as the API shows it."""
    return {
        "id": invitation.public_id,
        "role": invitation.role,
        "email": invitation.email,
        "state": invitation.standing(timezone.now()),
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
    }
