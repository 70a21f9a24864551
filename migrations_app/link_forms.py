"""What people type about an address that is its own permission."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy

from costcalc.wire.plain_text import PlainField

LASTS = (
    ("", gettext_lazy("until it is revoked")),
    ("1", gettext_lazy("one day")),
    ("7", gettext_lazy("a week")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
)


class LinkForm(forms.Form):
    """A link: for whom it is, and until when."""

    note = PlainField(label=gettext_lazy("Whom it is for"), max_length=200, required=False)
    lasts = forms.ChoiceField(label=gettext_lazy("Works"), choices=LASTS, required=False)

    def ends(self, now: dt.datetime) -> dt.datetime | None:
        """When the link ends; None for never."""
        days = self.cleaned_data["lasts"]
        return now + dt.timedelta(days=int(days)) if days else None


class CalendarForm(LinkForm):
    """An address for a calendar program; at first in the language of the page."""

    note = PlainField(label=gettext_lazy("What it is for"), max_length=200, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    field_order = ("note", "language", "lasts")

    def __init__(self, sent: QueryDict | None = None) -> None:
        super().__init__(sent, initial={"language": get_language()})
