"""What is typed of an own price, on its page or in a line of a CSV file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.catalog import rate_text
from costcalc.catalog.currencies import currency_choices
from costcalc.catalog.exchange_rates import ExchangeRate
from costcalc.catalog.labels import measure_label, unit_label, variant_label
from costcalc.catalog.own import (
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_SOURCE,
    LONGEST_URL,
    STANDARD,
    VARIANTS,
    Kind,
    OwnTerms,
    sheet_of,
)
from costcalc.digits import canonical, write_number
from costcalc.engine import TRAFFIC_UNITS, USD, Rate, Rates
from costcalc.figures import FigureError, read_canonical, read_date, read_number
from costcalc.wire.plain_text import PlainField

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
# Numbers and days as machines write them, for CSV.
CANONICAL = ""
# Elsewhere canonical numbers stand in an address, and the messages speak of one.
IN_A_FILE = {
    "address": gettext_lazy("“%(text)s” is not a number here: write digits and a point, such as %(right)s."),
    "address_too_long": gettext_lazy("This number is too long: at most %(limit)s characters."),
}
LANGUAGES = ("en", "vi")
LONG = forms.Textarea({"rows": 4})
# The row by which a currency is dollars today; None where none is known.
RateOf = Callable[[str], ExchangeRate | None]


class FigureField(forms.CharField):
    """Text that is read as the language of its form reads it."""

    def __init__(self, language: str, **options: Any) -> None:
        super().__init__(required=False, max_length=rate_text.LONGEST, **options)
        self.language = language

    def read(self, text: str) -> Any:
        """What the text says. Raises FigureError, TierError."""
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        """What was typed; None for nothing."""
        text = super().clean(value)
        try:
            return self.read(text) if text else None
        except FigureError as error:
            message = _(error.message) if self.language else IN_A_FILE.get(error.code) or _(error.message)
            raise forms.ValidationError(message % error.params) from None
        except rate_text.TierError:
            example = rate_text.write_rate(rate_text.read_rate("1.25; 200000: 2.5", _canonical), self.written)
            message = _("Type a price, and after it each tier as “tokens: price”, such as %(example)s.")
            raise forms.ValidationError(message % {"example": example}) from None

    def written(self, number: Decimal | int) -> str:
        """A number as this field reads it."""
        return write_number(number, self.language) if self.language else canonical(Decimal(number))


class RateField(FigureField):
    """A price with its tiers."""

    def read(self, text: str) -> Rate:
        """The price."""
        return rate_text.read_rate(text, partial(_number, language=self.language) if self.language else _canonical)


class DayField(FigureField):
    """A day."""

    def read(self, text: str) -> dt.date:
        """The day, within the years that the calculator knows."""
        day = read_date(text, self.language or "en")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("This must be a day between 2000 and 2100."))
        return day


def _number(text: str, high: Decimal, places: int, language: str) -> Decimal:
    return read_number(text, language, low=Decimal(0), high=high, places=places)


def _canonical(text: str, high: Decimal, places: int) -> Decimal:
    return read_canonical(text, low=Decimal(0), high=high, places=places)


class OwnPriceForm(forms.Form):
    """An own price; `language` says how its numbers and days are written, `rate_of` what a currency is in dollars."""

    name = PlainField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind)
    source = PlainField(label=gettext_lazy("Source"), max_length=LONGEST_SOURCE, required=False)
    source_url = PlainField(label=gettext_lazy("Address of the source"), max_length=LONGEST_URL, required=False)
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=currency_choices,
        required=False,
        initial=USD,
        help_text=gettext_lazy("In another currency, the rate that holds today makes it dollars for good."),
    )
    note = PlainField(label=gettext_lazy("Note"), max_length=LONGEST_NOTE, required=False, widget=LONG)

    def __init__(
        self, data: Any = None, *, language: str, rate_of: RateOf, units: Iterable[str] = (), **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.language = language
        self.rate_of = rate_of
        self.rate: ExchangeRate | None = None
        self.fields["starts_on"] = DayField(
            language, label=_("First day"), help_text=_("A UTC day, such as 2027-01-31. Empty: it has always held.")
        )
        self.fields["ends_on"] = DayField(
            language, label=_("Last day"), help_text=_("A UTC day, such as 2027-12-31. Empty: until further notice.")
        )
        self.units = [*TRAFFIC_UNITS, *(unit for unit in units if unit not in TRAFFIC_UNITS)]
        for variant in VARIANTS:
            for unit in self.units:
                self.fields[column(variant, unit)] = RateField(language, label=unit_label(unit))

    def clean_name(self) -> str:
        """One printable line."""
        return printable(self.cleaned_data["name"])

    def clean_source(self) -> str:
        """One printable line."""
        return printable(self.cleaned_data["source"])

    def clean_source_url(self) -> str:
        """An address of the web: nothing else becomes a link."""
        return checked_url(self.cleaned_data["source_url"])

    def clean_currency(self) -> str:
        """US dollars where nothing is said; else one that has an exchange rate."""
        currency = self.cleaned_data["currency"] or USD
        if currency == USD:
            return USD
        self.rate = self.rate_of(currency)
        if self.rate is None:
            said = _("No exchange rate of %(currency)s is known today. Record one under “Exchange rates” first.")
            raise forms.ValidationError(said % {"currency": currency})
        return str(currency)

    def clean_note(self) -> str:
        """With one character for the end of a line, where browsers send two."""
        return str(self.cleaned_data["note"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """What the fields say together."""
        cleaned = self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first one."))
        if not self.errors and not any(self._rates().values()):
            raise forms.ValidationError(_("Type a price at least for one unit."))
        return cleaned

    def said(self) -> OwnTerms:
        """What was typed; only of a valid form."""
        cleaned = self.cleaned_data
        named = ("name", "starts_on", "ends_on", "source", "source_url", "note", "currency")
        words = {name: cleaned[name] for name in named}
        return OwnTerms(kind=Kind(cleaned["kind"]), sheet=sheet_of(self._rates()), rate=self.rate, **words)

    def _rates(self) -> dict[str, Rates]:
        cleaned = self.cleaned_data
        by_variant = {
            variant: {unit: cleaned.get(column(variant, unit)) for unit in self.units} for variant in VARIANTS
        }
        return {
            variant: {unit: rate for unit, rate in rates.items() if rate is not None}
            for variant, rates in by_variant.items()
        }

    def sections(self) -> Iterator[tuple[str, bool, list[tuple[BoundField, str]]]]:
        """The fields of prices by variant: its words, whether something is in it, each field with its measure."""
        for variant in VARIANTS:
            fields = [(self[column(variant, unit)], measure_label(unit)) for unit in self.units]
            filled = any(field.value() or field.errors for field, _measure in fields)
            yield variant_label(variant), variant == STANDARD or filled, fields


def column(variant: str, unit: str) -> str:
    """The name of a price's field, or of its column: `input_mtok`, `batch:input_mtok`."""
    return unit if variant == STANDARD else f"{variant}:{unit}"


def as_typed(said: OwnTerms, rates: Mapping[str, Rates], language: str) -> dict[str, str]:
    """What the form of a price begins with, or a line of CSV holds."""
    write = FigureField(language).written
    days = {"starts_on": said.starts_on, "ends_on": said.ends_on}
    return {
        **{name: str(getattr(said, name)) for name in ("name", "kind", "source", "source_url", "note", "currency")},
        **{name: written_day(day, language) for name, day in days.items()},
        **{
            column(variant, unit): rate_text.write_rate(rate, write)
            for variant, prices in rates.items()
            for unit, rate in prices.items()
        },
    }


def checked_url(text: str) -> str:
    """An http(s) address or nothing. Raises ValidationError."""
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        right = False
    if text and not (right and text.isprintable() and " " not in text):
        raise forms.ValidationError(_("Type an address that begins with https://, or nothing."))
    return text


def printable(text: str) -> str:
    """One line that can be shown. Raises ValidationError."""
    if not text.isprintable():
        raise forms.ValidationError(_("This holds characters that cannot be shown."))
    return text


def written_day(day: dt.date | None, language: str) -> str:
    """A day as the form of a language writes it; empty for none."""
    if day is None:
        return ""
    return f"{day:%d/%m/%Y}" if language == "vi" else day.isoformat()
