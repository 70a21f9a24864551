"""What is typed of an exchange rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.catalog.currencies import currency_choices
from costcalc.catalog.exchange_rates import HIGHEST, LEAST, LONGEST_SOURCE, LONGEST_URL, PLACES, SaidRate
from costcalc.catalog.own_forms import DayField, FigureField, checked_url, printable
from costcalc.engine import USD
from costcalc.figures import read_number
from costcalc.wire.plain_text import PlainField


def _others() -> list[tuple[str, str]]:
    """Every currency but the dollar, against which rates are."""
    return [("", ""), *(choice for choice in currency_choices() if choice[0] != USD)]


class UnitsField(FigureField):
    """How many units of a currency one dollar buys."""

    def read(self, text: str) -> Decimal:
        """The number."""
        return read_number(text, self.language, low=LEAST, high=HIGHEST, places=PLACES)


class RateForm(forms.Form):
    """An exchange rate; `language` says how its number and day are written."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=_others)
    source = PlainField(
        label=gettext_lazy("Source"),
        max_length=LONGEST_SOURCE,
        help_text=gettext_lazy("Who says so, such as “our bank” or “the budget of 2027”."),
    )
    source_url = PlainField(label=gettext_lazy("Address of the source"), max_length=LONGEST_URL, required=False)

    field_order = ("currency", "per_dollar", "starts_on", "source", "source_url")

    def __init__(self, data: Any = None, *, language: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.language = language
        example = {"example": "26,250" if language == "en" else "26.250"}
        self.fields["per_dollar"] = UnitsField(
            language, label=_("Units for one US dollar"), help_text=_("Such as %(example)s for VND.") % example
        )
        self.fields["starts_on"] = DayField(
            language, label=_("From this day on"), help_text=_("A UTC day, such as 2027-01-31.")
        )
        self.order_fields(self.field_order)

    def clean_source(self) -> str:
        """One printable line."""
        return printable(self.cleaned_data["source"])

    def clean_source_url(self) -> str:
        """An address of the web: nothing else becomes a link."""
        return checked_url(self.cleaned_data["source_url"])

    def clean(self) -> dict[str, Any]:
        """A number and a day are there."""
        for name in ("per_dollar", "starts_on"):
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, _("This field is required."))
        return self.cleaned_data

    def said(self) -> SaidRate:
        """What was typed; only of a valid form."""
        return SaidRate(**{name: self.cleaned_data[name] for name in self.field_order})
