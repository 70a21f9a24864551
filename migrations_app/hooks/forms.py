"""What people type to have a webhook."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from costcalc.wire.plain_text import PlainField
from migrations_app.hooks import hosts as hook_hosts
from migrations_app.hooks.webhooks import LONGEST_URL
from migrations_app.refusal_words import in_words
from migrations_app.rules.happening import Refused


class WebhookForm(forms.Form):
    """A new webhook."""

    url = PlainField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    note = PlainField(label=_("What it is for"), max_length=200, required=False)

    def clean_url(self) -> str:
        """One of a host that the operator allows."""
        url = str(self.cleaned_data["url"])
        try:
            hook_hosts.is_private(url, settings.WEBHOOK_HOSTS)
        except Refused as refused:
            raise forms.ValidationError(in_words(refused)) from None
        return url
