"""Every field of a claim, once: its name in an address, its kind, its bounds; and the article that the page opens on.

A claim begins from one of three grounds: the article's table and ROI section, an empty form, or what was read in a
pasted text. The address holds what differs from its ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from costcalc.catalog.labels import Words
from costcalc.scenarios.fields import DAYS, PER
from costcalc.scenarios.kinds import Field, Value

MOST_ROWS: Final = 6
LONGEST_TEXT: Final = 1500
BOUNDS = (("", _("exactly")), ("least", _("at least")), ("most", _("up to")))
CURRENCIES = (("CNY", "CNY"), ("USD", "USD"), ("EUR", "EUR"), ("VND", "VND"))
LARGE = Decimal(10) ** 12


def _price(name: str, label: Words, hint: Words = "") -> Field:
    return Field(name, "price", label, None, _("$ / MTok"), hint, high=Decimal(10) ** 6, places=6, blank=True)


def _sum(name: str, label: Words) -> Field:
    return Field(name, "number", label, None, "$", high=LARGE, places=2, blank=True)


def _percent(name: str, label: Words, **more: Any) -> Field:
    settings: dict[str, Any] = {"unit": "%", "high": Decimal(100), "places": 2, "blank": True, **more}
    return Field(name, "percent", label, None, **settings)


def _count(name: str, label: Words, unit: Words = "", **more: Any) -> Field:
    settings: dict[str, Any] = {"high": LARGE, "places": 3, "blank": True, "counts": True, **more}
    return Field(name, "number", label, None, unit, **settings)


ROW = (
    Field("model", "model", _("Model"), "", hint=_("As the catalogue calls it, for its list price.")),
    _price("offer", _("Offered at")),
    _price("offer.out", _("… for output"), _("Empty: one price for both.")),
    _price("baseline", _("Compared with")),
    _price("baseline.out", _("… for output"), _("Empty: one price for both.")),
    _percent("stated", _("Stated saving")),
    Field("at", "date", _("List prices of"), None, hint=_("Empty: today."), blank=True),
)
TRAFFIC = (
    _count("requests", _("Requests")),
    _count("mtok", _("… or tokens"), "MTok", places=6, counts=False, hint=_("Instead of requests, where it is said.")),
    Field("per", "choice", _("Per"), "day", choices=PER),
    _count("in", _("Input per request"), _("tokens")),
    _count("out", _("Output per request"), _("tokens")),
    Field("days", "choice", _("Days in a month"), "30", choices=DAYS[:2]),
)
FIGURES = (
    _sum("month.before", _("Before, a month")),
    _sum("month.after", _("After, a month")),
    _sum("month.saving", _("Saving a month")),
    _sum("month.year", _("Saving a year")),
)
HEADLINE = (
    Field("bound", "choice", _("The headline says"), "", choices=BOUNDS),
    _percent("percent", _("Saving")),
)
BILLS = (
    _sum("bill.before", _("Bill before, a month")),
    _sum("bill.after", _("Bill after, a month")),
    _sum("bill.saving", _("Saving a month")),
    _sum("bill.year", _("Saving a year")),
    _percent("bill.percent", _("Stated saving")),
)
CREDITS = (
    Field("credit", "number", _("A credit costs"), None, hint=_("One that lists at 1 USD."), high=LARGE, blank=True),
    Field("currency", "choice", _("Paid in"), "CNY", choices=CURRENCIES),
    Field(
        "rate",
        "number",
        _("Units for 1 USD"),
        None,
        hint=_("Empty: the table’s newest rate."),
        low=Decimal("0.000001"),
        high=LARGE,
        blank=True,
    ),
    _count("least", _("Smallest top-up"), _("credits")),
    _percent("fee", _("Payment fee")),
    _percent("spread", _("Exchange spread")),
    _count("free", _("Free credits"), _("credits")),
    Field(
        "expires",
        "number",
        _("Credits end after"),
        None,
        _("days"),
        low=Decimal(1),
        high=Decimal(36500),
        places=0,
        blank=True,
    ),
)
CLAIM = (*TRAFFIC, *FIGURES, *HEADLINE, *BILLS, *CREDITS)
EMPTY_ROW: Mapping[str, Value] = {one.name: one.default for one in ROW}
EMPTY: Mapping[str, Value] = {one.name: one.default for one in CLAIM}


@dataclass(frozen=True)
class Ground:
    """What a claim's fields are before anybody changes one."""

    rows: tuple[Mapping[str, Value], ...] = (EMPTY_ROW,)
    fields: Mapping[str, Value] = field(default_factory=lambda: EMPTY)

    def row(self, index: int) -> Mapping[str, Value]:
        """A row's values; beyond the ground's own rows they are empty."""
        return self.rows[index] if index < len(self.rows) else EMPTY_ROW


def _row(model: str, offer: str, baseline: str, stated: str, at: str | None = None) -> Mapping[str, Value]:
    said = {"offer": Decimal(offer), "baseline": Decimal(baseline), "stated": Decimal(stated)}
    return {**EMPTY_ROW, **said, "model": model, "at": at}


def _numbers(**said: str) -> dict[str, Value]:
    return {name.replace("__", "."): Decimal(text) for name, text in said.items()}


# The article's price table, its ROI section, the case's bills and the reading of its headline as a top-up rate.
# DeepSeek's name has served a later model since 2026-04-25: its row is compared with the last prices of V3.2.
ARTICLE = Ground(
    rows=(
        _row("openai/gpt-4.1", "8", "60", "87"),
        _row("anthropic/claude-sonnet-4-5", "15", "90", "83"),
        _row("google/gemini-2.5-flash", "2.5", "17.5", "86"),
        _row("deepseek/deepseek-chat", "0.42", "2.8", "85", "2026-04-24"),
    ),
    fields={
        **EMPTY,
        **_numbers(requests="50000", out="500", percent="85", credit="1", rate="7.1"),
        **_numbers(month__before="4500", month__after="600", month__saving="3900", month__year="46800"),
        **_numbers(bill__before="4200", bill__after="680", bill__percent="84"),
        "in": Decimal(1000),
        "bound": "least",
    },
)
