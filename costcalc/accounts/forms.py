from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from costcalc.accounts.entrance import EMAIL, PASSWORD, PASSWORD_HINT
from costcalc.accounts.log_words import acts
from costcalc.accounts.people import CURRENCIES, User
from costcalc.accounts.preferences import THEMES, zones
from costcalc.accounts.roles import Role, Scope
from costcalc.wire.plain_text import PlainField

# Each in its own words: who cannot read the page must find the way out.
LANGUAGES = (("en", "English"), ("vi", "Tiếng Việt"))
INVITATION_DAYS = (("1", pgettext_lazy("how long", "a day")), ("7", _("a week")), ("30", _("30 days")))
TOKEN_DAYS = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", pgettext_lazy("how long", "a year")),
    ("", _("never")),
)


class PreferencesForm(forms.Form):
    """Language, colours, time zone and currency; each may be sent alone, as the header's switches do."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=CURRENCIES,
        required=False,
        help_text=_("Results are shown in it, with the rate. Prices stay in the currency that they are in."),
    )

    def chosen(self) -> dict[str, Any]:
        """What was sent and is valid, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class WorkspaceForm(forms.Form):
    """A new workspace."""

    name = PlainField(label=_("Name"), max_length=80)


class SettingsForm(WorkspaceForm):
    """A workspace's settings, as they were at the revision that the page showed."""

    sharing_allowed = forms.BooleanField(label=_("What is here may be shared by link"), required=False)
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class RoleForm(forms.Form):
    """What a member becomes, and what they were when it was decided."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)
    was = forms.ChoiceField(choices=Role, widget=forms.HiddenInput)


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Leave it empty to pass the link on yourself."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.EDITOR)
    language = forms.ChoiceField(label=_("Language of the message"), choices=LANGUAGES)
    days = forms.ChoiceField(label=_("Valid for"), choices=INVITATION_DAYS, initial="7")

    @property
    def lasts(self) -> dt.timedelta:
        """How long the link is valid."""
        return dt.timedelta(days=int(self.cleaned_data["days"]))


class TokenForm(forms.Form):
    """A new API token."""

    name = PlainField(label=_("Name"), max_length=80, help_text=_("What uses it, such as “nightly report”."))
    scope = forms.ChoiceField(label=_("Scope"), choices=Scope)
    days = forms.ChoiceField(label=_("Expires after"), choices=TOKEN_DAYS, initial="90", required=False)

    def expires_at(self, now: dt.datetime) -> dt.datetime | None:
        """When it ends, for one made now; None for never."""
        days = self.cleaned_data["days"]
        return now + dt.timedelta(days=int(days)) if days else None


class DeletionForm(forms.Form):
    """The workspace's own name, typed, so that nobody deletes one in passing."""

    name = PlainField(label=_("The workspace’s name"), max_length=80, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        """Exactly the name."""
        if self.cleaned_data["name"] != self.expected.strip():
            raise ValidationError(_("This is not its name."))
        return self.expected


class AuditForm(forms.Form):
    """What to show of the log; `found` are the acts in it."""

    actor = PlainField(label=_("Who"), max_length=100, required=False)
    action = PlainField(label=_("What"), max_length=60, required=False)
    since = forms.DateField(
        label=pgettext_lazy("the first day", "From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("the last day", "To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        for name in ("since", "until"):
            # What a date input sends, whatever the language of the page.
            cast("forms.DateField", self.fields[name]).input_formats = ["%Y-%m-%d"]

    def clean_action(self) -> str:
        """The beginning of an act that there is: a log has none of another, and that would not be said."""
        action: str = self.cleaned_data["action"]
        if not any(known.startswith(action) for known in (*acts(), *self.found)):
            raise ValidationError(_("Nothing in the log is called that."))
        return action

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first one."))
        return cleaned

    def bounds(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The days' beginning and end in the reader's time zone."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        after = until + dt.timedelta(days=1) if until and until < dt.date.max else None
        return _midnight(since), _midnight(after)


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


class NameForm(forms.Form):
    """How others see a person."""

    name = PlainField(label=_("Name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "name"}))


class AddressForm(forms.Form):
    """Another e-mail address to sign in with."""

    email = forms.EmailField(
        label=_("New e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )


class PasswordForm(forms.Form):
    """One's own password, for what cannot be undone."""

    password = forms.CharField(
        label=PASSWORD, strip=False, max_length=4096, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class FirstOwnerForm(forms.Form):
    """The first account of an installation."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)
    name = PlainField(label=_("Name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=EMAIL, max_length=254, widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=PASSWORD,
        help_text=PASSWORD_HINT,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """A password that is not easily guessed, and not the address."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email", ""), name=cleaned["name"]))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
