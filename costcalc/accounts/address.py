"""Changing the e-mail address that one signs in with: a link goes to the new one, and only opening it changes anything.

The link holds what it is for, signed, and works once and for a day: the change itself makes it stale, and
so does another change or a new password. Nothing is stored, so nobody can keep an address from its owner
by having asked for it.
"""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from costcalc.accounts.models import User

LASTS = dt.timedelta(days=1)
SALT = "costcalc.accounts.address"
logger = logging.getLogger(__name__)


class TakenError(ValueError):
    """Somebody else signs in with this address."""


def link_for(user: User, email: str) -> str:
    """The secret part of the link by which this person confirms this address."""
    return _signer().sign_object([user.public_id, email.lower(), _standing(user)])


def confirmed_by(user: User, link: str) -> str | None:
    """The address that this person confirms with a link; None for one that is stale, somebody else's or none."""
    try:
        whose, email, standing = _signer().unsign_object(link, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    mine = whose == user.public_id and constant_time_compare(standing, _standing(user))
    return str(email) if mine else None


def change(user: User, email: str) -> None:
    """From now on this person signs in with this address, and no longer with the one before. Raises TakenError."""
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=email)
            # allauth looks for people by these, too.
            EmailAddress.objects.filter(user_id=user.pk).delete()
            EmailAddress.objects.create(user_id=user.pk, email=email, primary=True, verified=True)
    except IntegrityError:
        raise TakenError(email) from None


def is_confirmed(user: User) -> bool:
    """Whether whoever reads this person's mail has opened a link of ours."""
    return bool(EmailAddress.objects.filter(user_id=user.pk, email__iexact=user.email, verified=True).exists())


def is_taken(user: User, email: str) -> bool:
    """Whether somebody else signs in with this address."""
    return User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()


def ask(user: User, email: str, address: str) -> bool:
    """Send the link to the new address; where that is somebody's, a notice goes there, and the asker hears the same.

    False where the server took neither.
    """
    template = "new_address_taken" if is_taken(user, email) else "new_address"
    return _send(email, _("Your new e-mail address"), template, {"address": address, "old": user.email})


def ask_own(user: User, address: str) -> bool:
    """Send the link by which a person confirms the address that they have; False where that failed."""
    return _send(user.email, _("Confirm your e-mail address"), "own_address", {"address": address})


def tell(old: str, new: str) -> None:
    """Tell the address before, so that its owner notices if it was somebody else's doing."""
    _send(old, _("Your e-mail address was changed"), "address_changed", {"new": new})


def _send(to: str, subject: str, template: str, context: dict[str, Any]) -> bool:
    text = render_to_string(f"accounts/email/{template}.txt", context)
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    except (OSError, SMTPException):
        logger.exception("A message could not be sent")
        return False
    return True


def _signer() -> signing.TimestampSigner:
    # A point needs no quoting in an address, so that the link is masked in logs wherever it stands.
    return signing.TimestampSigner(salt=SALT, sep=".")


def _standing(user: User) -> str:
    """What changes with the address and with the password."""
    return salted_hmac(SALT, f"{user.email}\0{user.password}", algorithm="sha256").hexdigest()[:32]
