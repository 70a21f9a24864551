"""What changes who belongs to a workspace and how one gets in; each act is in the audit log with itself.

Nothing here notes a name or an address: those stand in the log's side rows, where they can be erased.
"""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from costcalc.accounts import mail, rooms
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import Acting, Actor, acting
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import (
    INVITATION_LASTS,
    ApiToken,
    Invitation,
    Membership,
    StaleError,
    Workspace,
    invite,
    make_token,
)

logger = logging.getLogger(__name__)


def new_workspace(user: User, name: str) -> Workspace:
    """A workspace of this person's own making."""
    workspace: Workspace = Workspace.objects.made_for(user, name)
    with acting(workspace, Actor(user)) as act:
        act.note("workspace.made", target(workspace), after={"name": name})
    return workspace


def settle(visit: Visit, seen: int, name: str, sharing_allowed: bool) -> None:
    """Change a workspace's settings as they were at revision `seen`. Raises StaleError."""
    workspace = visit.workspace
    before = {"name": workspace.name, "sharing_allowed": workspace.sharing_allowed}
    with acting(workspace, visit.actor) as act:
        workspace.settle(seen, name, sharing_allowed)
        after = {"name": name, "sharing_allowed": sharing_allowed}
        act.note("workspace.changed", target(workspace), before, after)


def change_role(visit: Visit, user: User, role: Role, now: dt.datetime, was: Role | None = None) -> None:
    """Make a member something else. Raises LastOwnerError, Membership.DoesNotExist, StaleError if not `was` now."""
    with acting(visit.workspace, visit.actor) as act:
        before = visit.workspace.change_role(user, role)
        if was is not None and before != was:
            raise StaleError(user.public_id)
        act.note("member.changed", target(user), {"role": before}, {"role": role})
        if role != Role.OWNER:
            end_invitations(act, user, now)


def remove(visit: Visit, user: User, now: dt.datetime) -> None:
    """End somebody's membership, or one's own. Raises LastOwnerError, Membership.DoesNotExist."""
    with acting(visit.workspace, visit.actor) as act:
        role = visit.workspace.remove(user)
        act.note("member.left" if user == visit.user else "member.removed", target(user), {"role": role})
        end_all(act, user, now)


def end_all(act: Acting, user: User, now: dt.datetime) -> None:
    """End what somebody who has gone could still come in by, or have others come in by."""
    end_invitations(act, user, now)
    end_tokens(act, user, now)
    rooms.say_farewell(act, user, now)


def end_invitations(act: Acting, user: User, now: dt.datetime) -> None:
    """End the invitations of somebody who is no owner now: they have seen the links, and could come back by one."""
    for invitation in act.workspace.invitations.filter(invited_by=user):
        if invitation.revoke(now):
            act.note("invitation.revoked", target(invitation))


def end_tokens(act: Acting, user: User, now: dt.datetime) -> None:
    """End the tokens of somebody who has gone: they must not come to life again should the person come back."""
    for token in act.workspace.tokens.filter(made_by=user):
        _end_token(act, token, now)


def invite_somebody(
    visit: Visit,
    role: Role,
    now: dt.datetime,
    email: str = "",
    language: str = "en",
    lasts: dt.timedelta = INVITATION_LASTS,
) -> tuple[Invitation, str]:
    """A new invitation and its link, which is not stored."""
    with acting(visit.workspace, visit.actor) as act:
        invitation, link = invite(visit.workspace, role, visit.user, now, email, language, lasts)
        after = {"role": role, "expires_at": invitation.expires_at, "by_mail": bool(email)}
        act.note("invitation.made", target(invitation), after=after)
    return invitation, link


def renew(visit: Visit, invitation: Invitation, now: dt.datetime) -> str:
    """A new link for an invitation; the old one ends. Raises UsedUpError."""
    with acting(visit.workspace, visit.actor) as act:
        link = invitation.renewed(now)
        act.note("invitation.renewed", target(invitation), after={"expires_at": invitation.expires_at})
    return link


def revoke_invitation(visit: Visit, invitation: Invitation, now: dt.datetime) -> None:
    """End an invitation; nothing where it was used or ended already."""
    with acting(visit.workspace, visit.actor) as act:
        if invitation.revoke(now):
            act.note("invitation.revoked", target(invitation))


def accept(invitation: Invitation, user: User, now: dt.datetime) -> Membership:
    """Join by invitation. Raises UsedUpError."""
    with acting(invitation.workspace, Actor(user)) as act:
        membership = invitation.accept(user, now)
        after = {"role": membership.role, "invitation": invitation.public_id}
        act.note("member.joined", target(user), after=after)
    return membership


def send(invitation: Invitation, address: str) -> bool:
    """Send an invitation's link by e-mail, in the invited person's language; False where it does not reach them."""
    with translation.override(invitation.language):
        context = {"invitation": invitation, "address": address}
        subject = _("You are invited to “%(workspace)s”") % {"workspace": invitation.workspace}
        text = render_to_string("accounts/email/invitation.txt", context)
    try:
        # A line break in a name would end the header.
        send_mail(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except (OSError, SMTPException):
        logger.exception("An invitation could not be sent")
        return False
    return mail.is_set_up()


def new_token(visit: Visit, name: str, scope: Scope, expires_at: dt.datetime | None) -> tuple[ApiToken, str]:
    """A new API token and its secret, which is not stored."""
    with acting(visit.workspace, visit.actor) as act:
        token, secret = make_token(visit.workspace, name, scope, visit.user, expires_at)
        after = {"name": name, "scope": scope, "expires_at": expires_at}
        act.note("token.made", target(token), after=after)
    return token, secret


def revoke_token(visit: Visit, token: ApiToken, now: dt.datetime) -> None:
    """End a token at once."""
    with acting(visit.workspace, visit.actor) as act:
        _end_token(act, token, now)


def _end_token(act: Acting, token: ApiToken, now: dt.datetime) -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        act.note("token.revoked", target(token), {"name": token.name, "scope": token.scope})


def target(thing: Workspace | User | Invitation | ApiToken) -> str:
    """How the log names a thing: its kind and public id."""
    kinds = {Workspace: "workspace", User: "member", Invitation: "invitation", ApiToken: "token"}
    # Not its type: who is signed in comes wrapped until first asked.
    return f"{kinds[thing.__class__]}:{thing.public_id}"
