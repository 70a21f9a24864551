"""A digest as a message: text and simple HTML that loads nothing, and the headers by which it is stopped."""

from __future__ import annotations

import datetime as dt
import smtplib
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from migrations_app.digests.digest import Digest
from migrations_app.digests.words import Told, told


class NotTakenError(Exception):
    """The mail server did not take a message: `fault` says in a word why, `again` whether it may take it later."""

    def __init__(self, fault: str, *, again: bool) -> None:
        super().__init__(fault)
        self.fault = fault
        self.again = again


class AwayError(NotTakenError):
    """There is no mail server to be talked to: nobody's message would be taken now."""

    def __init__(self) -> None:
        super().__init__("away", again=True)


def written(row: Digest, now: dt.datetime, *, even_empty: bool = False) -> EmailMultiAlternatives | None:
    """The message to its person as of now, in their language and time zone; None where nothing is due."""
    with translation.override(row.speaks), timezone.override(row.tz):
        found = told(row.user, row.tz, now)
        return _message(row, found, now) if found.count or even_empty else None


def _message(row: Digest, found: Told, now: dt.datetime) -> EmailMultiAlternatives:
    site = settings.ENV.public_url or row.site
    stop = site + reverse("digests:stop", args=(row.link,))
    context = {"told": found, "site": site, "stop": stop, "now": now, "subject": subject(found), "language": row.speaks}
    message = EmailMultiAlternatives(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject(found)}",
        render_to_string("planner/email/digest.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [row.user.email],
        headers=_headers(stop),
    )
    message.attach_alternative(render_to_string("planner/email/digest.html", context), "text/html")
    return message


def _headers(stop: str) -> dict[str, str]:
    """No robot answers it; mail programs stop it by one click, where the address is one over TLS (RFC 8058)."""
    headers = {"Auto-Submitted": "auto-generated", "List-Unsubscribe": f"<{stop}>"}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers | one_click if stop.startswith("https:") else headers


def subject(found: Told) -> str:
    """How much there is, in a line."""
    if not found.count:
        return _("Nothing is due")
    due = ngettext("%(count)d thing is due", "%(count)d things are due", found.count) % {"count": found.count}
    if not found.late:
        return due
    return _("%(due)s, %(late)d late") % {"due": due, "late": found.late}


def deliver(message: EmailMultiAlternatives) -> None:
    """Give a message to the mail server. Raises NotTakenError; AwayError before anything was said."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException):
        raise AwayError from None
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        raise _refused(next(iter(refused.recipients.values()))[0]) from None
    except smtplib.SMTPResponseException as refused:
        raise _refused(refused.smtp_code) from None
    except (OSError, smtplib.SMTPException):
        # It may have been taken all the same: sent again, it could come twice.
        raise NotTakenError("broke", again=False) from None
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def _refused(code: int) -> NotTakenError:
    """A 4xx is for now, anything else for good (RFC 5321, 4.2.1)."""
    return NotTakenError(f"refused {code}", again=400 <= code < 500)
