"""Workspaces, who belongs to them, and how one gets in."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import capability
from costcalc.accounts.people import User
from costcalc.accounts.roles import Role, Scope, role_of_token

INVITATION_LASTS = dt.timedelta(days=7)


class LastOwnerError(ValueError):
    """A workspace always has an owner: the last one can neither leave nor become less."""


class StaleError(ValueError):
    """A change that was decided on something that has changed meanwhile."""


class UsedUpError(ValueError):
    """An invitation that was accepted, revoked or has run out, at the very moment of accepting it."""


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    """Workspaces as somebody may see them."""

    def of(self, user: User) -> WorkspaceQuerySet:
        """Those that a person belongs to, by name."""
        return self.filter(memberships__user=user).order_by("name", "pk")

    def made_for(self, user: User, name: str, **more: Any) -> Workspace:
        """A new workspace with this person as its owner."""
        with transaction.atomic():
            workspace = self.create(name=name, **more)
            Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
        return workspace


class Workspace(models.Model):
    """What a team shares: scenarios, prices, links, tokens. Everything belongs to exactly one."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    # One for each person. A flag would not say whose, and others can be let into a personal workspace.
    personal_of = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    sharing_allowed = models.BooleanField(_("sharing by link"), default=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = WorkspaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def personal(self) -> bool:
        """Whether somebody has it from the start; it cannot be deleted, and goes with its person's account."""
        return self.personal_of_id is not None

    def role_of(self, user: User) -> Role | None:
        """What a person is here; None for somebody who does not belong, or may no longer sign in."""
        found = self.memberships.filter(user=user, user__is_active=True).values_list("role", flat=True).first()
        return None if found is None else Role(found)

    def settle(self, seen: int, name: str, sharing_allowed: bool) -> None:
        """Change the settings as they were at revision `seen`. Raises StaleError where they have changed since."""
        mine = type(self).objects.filter(pk=self.pk, revision=seen)
        if not mine.update(name=name, sharing_allowed=sharing_allowed, revision=seen + 1):
            raise StaleError(self.public_id)
        self.name, self.sharing_allowed, self.revision = name, sharing_allowed, seen + 1

    def change_role(self, user: User, role: Role) -> Role:
        """Make a member something else, and return what they were. Raises LastOwnerError, Membership.DoesNotExist."""
        with transaction.atomic():
            self._locked()
            membership = self.memberships.get(user=user)
            before = Role(membership.role)
            if before == Role.OWNER and role != Role.OWNER:
                self._must_keep_an_owner(user)
                self._no_longer_personal(user)
            membership.role = role
            membership.save(update_fields=["role"])
        return before

    def remove(self, user: User) -> Role:
        """End a membership, and return what it was. Raises LastOwnerError, Membership.DoesNotExist."""
        with transaction.atomic():
            self._locked()
            membership = self.memberships.get(user=user)
            if membership.role == Role.OWNER:
                self._must_keep_an_owner(user)
                self._no_longer_personal(user)
            membership.delete()
        return Role(membership.role)

    def _locked(self) -> None:
        """Two owners who leave at the same moment: the second one sees that the first has gone."""
        type(self).objects.select_for_update().get(pk=self.pk)

    def _must_keep_an_owner(self, user: User) -> None:
        if not self.memberships.filter(role=Role.OWNER, user__is_active=True).exclude(user=user).exists():
            raise LastOwnerError(self.public_id)

    def _no_longer_personal(self, user: User) -> None:
        if type(self).objects.filter(pk=self.pk, personal_of=user).update(personal_of=None):
            self.personal_of = None


class Membership(models.Model):
    """That a person belongs to a workspace, and as what."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "user"), name="once_in_a_workspace"),)

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.workspace}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations as they can still be used."""

    def open(self, now: dt.datetime) -> InvitationQuerySet:
        """Neither accepted nor revoked nor run out, of somebody who may still sign in."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now, invited_by__is_active=True)

    def with_link(self, link: str, now: dt.datetime) -> Invitation | None:
        """The open invitation that this link is for."""
        return self.open(now).select_related("workspace").filter(link_hash=capability.hashed(link)).first()


class Invitation(models.Model):
    """An offer to join, for whoever holds its link; with an address it is sent there, too."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"), blank=True)
    role = models.CharField(_("role"), max_length=6, choices=Role)
    link_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    language = models.CharField(_("language"), max_length=8, default="en")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"invitation {self.public_id} to {self.workspace}"

    def standing(self, now: dt.datetime) -> str:
        """`accepted`, `revoked`, `expired` or `open`."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= now else "open"

    def renewed(self, now: dt.datetime, lasts: dt.timedelta = INVITATION_LASTS) -> str:
        """A new link in place of the old one, which ends at once; the time runs anew.

        Raises UsedUpError if it was accepted or revoked meanwhile.
        """
        link = capability.new_link()
        self.link_hash, self.expires_at = capability.hashed(link), now + lasts
        mine = type(self).objects.filter(pk=self.pk, accepted_at=None, revoked_at=None)
        if not mine.update(link_hash=self.link_hash, expires_at=self.expires_at):
            raise UsedUpError(self.public_id)
        return link

    def revoke(self, now: dt.datetime) -> bool:
        """End it; False if it was accepted or revoked already."""
        mine = type(self).objects.filter(pk=self.pk, accepted_at=None, revoked_at=None)
        return bool(mine.update(revoked_at=now))

    def accept(self, user: User, now: dt.datetime) -> Membership:
        """Join. Raises UsedUpError if somebody was quicker, or it was revoked meanwhile.

        Somebody who already belongs keeps the higher of the two roles.
        """
        with transaction.atomic():
            mine = type(self).objects.open(now).filter(pk=self.pk, link_hash=self.link_hash)
            if not mine.update(accepted_by=user, accepted_at=now):
                raise UsedUpError(self.public_id)
            membership, new = Membership.objects.get_or_create(
                workspace=self.workspace, user=user, defaults={"role": self.role}
            )
            if not new and Role(self.role).covers(Role(membership.role)):
                membership.role = self.role
                membership.save(update_fields=["role"])
        return membership


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens as they can still be used."""

    def usable(self, now: dt.datetime) -> ApiTokenQuerySet:
        """Not revoked and not run out, of a maker who may still sign in."""
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(alive, revoked_at=None, made_by__is_active=True)

    def with_secret(self, secret: str, now: dt.datetime) -> ApiToken | None:
        """The usable token that this is; one with a wrong checksum costs no query."""
        if not capability.is_token(secret):
            return None
        tokens = self.usable(now).select_related("workspace", "made_by")
        return tokens.filter(secret_hash=capability.hashed(secret)).first()


class ApiToken(models.Model):
    """What an application acts with in one workspace. The secret is shown once and stored hashed."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope)
    secret_hash = models.CharField(max_length=64, unique=True)
    last_four = models.CharField(max_length=4)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} (…{self.last_four})"

    @property
    def role(self) -> Role | None:
        """What the token may act as now: never more than its maker; None once the maker has left."""
        maker = self.workspace.role_of(self.made_by)
        return None if maker is None else role_of_token(maker, Scope(self.scope))

    def used(self, now: dt.datetime) -> None:
        """Note the use, to the minute: a write for every request would be a queue."""
        if self.last_used_at is None or now - self.last_used_at >= dt.timedelta(minutes=1):
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)


def invite(
    workspace: Workspace,
    role: Role,
    invited_by: User,
    now: dt.datetime,
    email: str = "",
    language: str = "en",
    lasts: dt.timedelta = INVITATION_LASTS,
) -> tuple[Invitation, str]:
    """A new invitation and its link, which is not stored; `language` is that of its message."""
    link = capability.new_link()
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email,
        role=role,
        link_hash=capability.hashed(link),
        invited_by=invited_by,
        language=language,
        expires_at=now + lasts,
    )
    return invitation, link


def make_token(
    workspace: Workspace, name: str, scope: Scope, made_by: User, expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not stored."""
    secret = capability.new_token()
    token = ApiToken.objects.create(
        workspace=workspace,
        name=name,
        scope=scope,
        secret_hash=capability.hashed(secret),
        last_four=secret[-4:],
        made_by=made_by,
        expires_at=expires_at,
    )
    return token, secret


def personal_workspace(user: User) -> Workspace:
    """The workspace that a person has from the start; made where it is absent."""
    mine = Workspace.objects.filter(personal_of=user)
    found: Workspace | None = mine.first()
    if found is not None:
        return found
    try:
        made: Workspace = Workspace.objects.made_for(
            user, user.name[:80] or user.email.partition("@")[0][:80], personal_of=user
        )
    except IntegrityError:
        # Two first pages at the same moment: the other one has made it.
        return mine.get()
    return made
