"""The first account of an installation: made by whoever can read what the server printed at its start."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from costcalc.accounts import capability
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import personal_workspace

ONLY = 1


class TooLateError(Exception):
    """Somebody has an account already, or the link was replaced by a newer one."""


class FirstOwnerLink(models.Model):
    """The one link that may make the first account; there is never a second row."""

    link_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return "first owner"


def new_first_owner_link() -> str | None:
    """A link in place of any earlier one; None once there is an account."""
    if User.objects.exists():
        FirstOwnerLink.objects.all().delete()
        return None
    link = capability.new_link()
    FirstOwnerLink.objects.update_or_create(pk=ONLY, defaults={"link_hash": capability.hashed(link)})
    return link


def is_first_owner_link(link: str) -> bool:
    """Whether this link can still be used."""
    current = FirstOwnerLink.objects.filter(link_hash=capability.hashed(link)).exists()
    return current and not User.objects.exists()


def make_first_owner(link: str, email: str, password: str, name: str = "", time_zone: str = "") -> User:
    """Use the link up: the first account, with a workspace. Raises TooLateError.

    Whoever deletes the row may go on: of two who come at the same moment the second deletes nothing.
    """
    with transaction.atomic():
        used, _ = FirstOwnerLink.objects.filter(link_hash=capability.hashed(link)).delete()
        if not used or User.objects.exists():
            raise TooLateError
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, password, name=name, time_zone=time_zone)
        except IntegrityError:
            raise TooLateError from None
        personal_workspace(user)
    return user
