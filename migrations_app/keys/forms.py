"""Where a key is typed: to be known by its print, or for one call. It is in no form that is shown again."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.providers import allowed_providers, title
from costcalc.wire.plain_text import PlainField
from migrations_app.keys.refusals import key_name
from migrations_app.rules.keys import Key, Keys

TYPED = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
LONGEST_KEY = 500


def key_field(label: Any, **options: Any) -> forms.CharField:
    """A field that is made for a key."""
    widget = forms.PasswordInput(render_value=False, attrs={**TYPED, "autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=LONGEST_KEY, widget=widget, **options)


class NewKeyForm(forms.Form):
    """A key to list: one that is in use, or a new one."""

    in_use = forms.ChoiceField(
        label=gettext_lazy("Which key"),
        choices=(
            ("", gettext_lazy("a new one, to be set and tested")),
            ("1", gettext_lazy("one that is in use already")),
        ),
        required=False,
    )
    provider = PlainField(label=gettext_lazy("Provider"), max_length=60, widget=forms.TextInput(attrs=TYPED))
    environment = PlainField(
        label=gettext_lazy("Environment"), max_length=60, initial="production", widget=forms.TextInput(attrs=TYPED)
    )
    replaces = forms.ChoiceField(label=gettext_lazy("In place of"), required=False)
    secret = key_field(
        gettext_lazy("The key, typed once"),
        required=False,
        help_text=gettext_lazy(
            "Its fingerprint is computed, and the key forgotten: it is not stored, logged or shown again."
        ),
    )
    last = forms.RegexField(
        r"\A[!-~]{4}\Z",
        label=gettext_lazy("Or only its last four characters"),
        required=False,
        widget=forms.TextInput(attrs={**TYPED, "maxlength": "4"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )
    note = PlainField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, keys: Keys, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = cast("forms.ChoiceField", self.fields["replaces"])
        choice.choices = [("", _("none")), *((key.id, _named(key)) for key in keys.rows if _replaceable(keys, key))]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a key that is in use and yet in place of another."""
        given = self.cleaned_data
        if given.get("in_use") and given.get("replaces"):
            self.add_error("replaces", _("Only a new key takes the place of another."))
        return given


def _replaceable(keys: Keys, key: Key) -> bool:
    return key.replaceable and keys.successor(key) is None


def _named(key: Key) -> str:
    return f"{key_name(key.print.last, '—')} · {key.provider} · {key.environment}"


class TrialForm(forms.Form):
    """A key that is in the list, typed for one call."""

    provider = forms.ChoiceField(label=gettext_lazy("Provider"))
    model = PlainField(label=gettext_lazy("Model"), max_length=200, widget=forms.TextInput(attrs=TYPED))
    secret = key_field(gettext_lazy("Key, for this call alone"))

    def __init__(self, key: Key, *args: Any, **options: Any) -> None:
        self.allowed = {endpoint.name: endpoint for endpoint in allowed_providers()}
        options.setdefault(
            "initial", {"provider": _likely(key, self.allowed), "model": key.trial.model if key.trial else ""}
        )
        super().__init__(*args, **{"auto_id": f"{key.id}-%s", **options})
        choice = cast("forms.ChoiceField", self.fields["provider"])
        choice.choices = [(endpoint.name, title(endpoint)) for endpoint in self.allowed.values()]

    @property
    def endpoint(self) -> Endpoint:
        """Whom to call."""
        return self.allowed[self.cleaned_data["provider"]]


def _likely(key: Key, allowed: dict[str, Endpoint]) -> str:
    """The endpoint of the key's last test, or that of its provider's name."""
    if key.trial and key.trial.endpoint in allowed:
        return key.trial.endpoint
    wanted = key.provider.casefold()
    return next((name for name, one in allowed.items() if wanted in {name.casefold(), one.title.casefold()}), "")
