"""Signing in and up, in our own words: allauth does the work, and has no Vietnamese."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from threading import Thread
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.models import User
from costcalc.accounts.preferences import ZONE_COOKIE, guessed_zone
from costcalc.accounts.workspaces import Invitation, personal_workspace
from costcalc.wire.plain_text import PlainField
from costcalc.wire.visitors import subscriber

INVITED = "invitation"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
logger = logging.getLogger(__name__)


def pending_invitation(request: HttpRequest) -> Invitation | None:
    """The open invitation whose link this visitor has followed; the session keeps only the link's hash."""
    link_hash = request.session.get(INVITED)
    if not link_hash:
        return None
    found: Invitation | None = (
        Invitation.objects.open(timezone.now()).select_related("workspace").filter(link_hash=link_hash).first()
    )
    return found


def first_zone(request: HttpRequest, form: forms.BaseForm) -> str:
    """The time zone of a new account: the one that the visitor has chosen, else the browser's; empty for neither."""
    chosen, guessed = request.COOKIES.get(ZONE_COOKIE, ""), form.cleaned_data.get("time_zone", "")
    return guessed_zone(chosen) or guessed_zone(guessed)


def may_invite(request: HttpRequest, user: User) -> bool:
    """Whether somebody may send another invitation now; counts it. They go to addresses that nobody asked."""
    return bool(ratelimit.consume(request, action="invite", user=user))


class Adapter(DefaultAccountAdapter):
    """What allauth asks of a product."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is switched off."),
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "email_taken": _("There is an account with this e-mail address already. Sign in instead."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link is not valid any more."),
        "too_many_login_attempts": _("Too many failed attempts. Try again in a few minutes."),
        "rate_limited": _("Too many attempts. Try again in a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open to all, or to whoever holds an invitation."""
        return settings.SIGNUP == "open" or pending_invitation(request) is not None

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: forms.BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Store a new person, and the workspace that everybody has from the start."""
        assert isinstance(user, User)
        user.name = form.cleaned_data.get("name", "")
        user.language = get_language() or ""
        user.time_zone = first_zone(request, form)
        with transaction.atomic():
            super().save_user(request, user, form, commit)
            if commit:
                personal_workspace(user)
        return user

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in; whoever has just signed up has typed their password as well."""
        super().login(request, user)
        record_authentication(request, user, method="password")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send; whether the mail server takes it is the operator's business, not the visitor's.

        A mail server is not waited for: only where there is an account is there a message, and the wait would tell.
        """
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        if settings.EMAIL_BACKEND == SMTP:
            Thread(target=_deliver, args=(message,), daemon=True).start()
        else:
            _deliver(message)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom the attempts are counted for; `asgi.py` has asked the proxies that are trusted."""
        return subscriber(request.META.get("REMOTE_ADDR", ""))


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException):
        logger.exception("A message could not be sent")


def _plain(fields: dict[str, forms.Field], labels: dict[str, Any]) -> None:
    """Our labels; no placeholders, which vanish as one types, and no words of the library's."""
    for name, field in fields.items():
        field.label = labels.get(name, field.label)
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)


EMAIL = _("E-mail address")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
PASSWORD_HINT = _("At least 8 characters, and not one that everybody uses.")


class LoginForm(allauth_forms.LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields, {"login": EMAIL, "password": PASSWORD})
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(allauth_forms.SignupForm):
    """Name, e-mail address and a password, once: whoever mistypes it has it reset."""

    name = PlainField(label=_("Name"), max_length=150, required=False)
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields, {"email": EMAIL, "password1": PASSWORD})
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["password1"].help_text = PASSWORD_HINT


class ResetForm(allauth_forms.ResetPasswordForm):
    """Where to send the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields, {"email": EMAIL})


class _NewPassword:
    """A new password, typed once."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2")
        _plain(self.fields, {"oldpassword": _("Current password"), "password1": NEW_PASSWORD})
        self.fields["password1"].help_text = PASSWORD_HINT


class NewPasswordForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):
    """After a reset."""


class ChangePasswordForm(_NewPassword, allauth_forms.ChangePasswordForm):
    """The current one is asked for."""


class PasswordAgainForm(allauth_forms.ReauthenticateForm):
    """One's own password, before what lasts or cannot be undone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields, {"password": PASSWORD})


class SetPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):
    """For an account that has none, such as one made at the command line."""
