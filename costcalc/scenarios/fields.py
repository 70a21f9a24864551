"""Every field of a scenario, once: its name in an address, its kind, its bounds and its default.

Reading, writing addresses and drawing the form all go by this list, so that they cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from costcalc.catalog.labels import Words

Kind = Literal["number", "percent", "price", "choice", "model", "text", "date"]
Value = Decimal | str | None

FIRST_DAY = "2000-01-01"
LAST_DAY = "2100-12-31"
MOST_WORKLOADS = 10
LONGEST_TEXT = 60
TYPED = "typed"


@dataclass(frozen=True)
class Field:
    """One field. Bounds are in the unit that is typed: percent for shares. `blank` says that it may be empty.

    `counts` says that thousands are typed here, so that `50.000` in English is asked about.
    """

    name: str
    kind: Kind
    label: Words
    default: Value
    unit: Words = ""
    hint: Words = ""
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(10) ** 9
    places: int = 6
    blank: bool = False
    counts: bool = False
    choices: tuple[tuple[str, Words], ...] = ()


def _number(name: str, label: Words, default: str, unit: Words, **more: Any) -> Field:
    return Field(name, "number", label, Decimal(default), unit, **more)


def _percent(name: str, label: Words, **more: Any) -> Field:
    settings: dict[str, Any] = {"default": Decimal(0), "unit": "%", "high": Decimal(100), **more}
    return Field(name, "percent", label, **settings)


PER = (("day", _("a day")), ("month", _("a month")))
DAYS = (("30", _("30 days")), ("365/12", _("365 ÷ 12 days")), ("calendar", _("the calendar’s months")))
TTL = (("5m", _("5 minutes")), ("1h", _("1 hour")))

MOVE = (
    Field("name", "text", _("Name"), ""),
    Field("from", "model", _("From"), "openai/gpt-4.1"),
    Field("to", "model", _("To"), "article-relay/gpt-4.1"),
)
TRAFFIC = (
    _number("requests", _("Requests"), "50000", "", high=Decimal(10) ** 12, places=3, counts=True),
    Field("per", "choice", _("Requests per"), "day", choices=PER),
    _number("in", _("Input per request"), "1000", _("tokens"), places=3, counts=True),
    _number("out", _("Output per request"), "500", _("tokens"), places=3, counts=True),
    _percent("cached", _("Input read from cache")),
    _percent("growth", _("Growth"), unit=_("% / month"), low=Decimal(-99), high=Decimal(1000)),
)
CACHE = (
    _percent("written", _("Input written to cache")),
    Field("ttl", "choice", _("Kept in cache for"), "5m", choices=TTL),
    _number("reasoning", _("Reasoning, of the output"), "0", _("tokens"), places=3, counts=True),
    _number("searches", _("Web searches per request"), "0", "", places=6, high=Decimal(1000)),
    _number("files", _("File searches per request"), "0", "", places=6, high=Decimal(1000)),
    _number("code", _("Code runs per request"), "0", "", places=6, high=Decimal(1000)),
)
BILLING = (
    _percent("batch", _("Sent as batch")),
    _percent("flex", _("Sent as flex")),
    _percent("priority", _("Sent as priority")),
    _percent("retry", _("Sent again (retries)")),
    _percent(
        "over",
        _("Requests above a price tier"),
        default=None,
        blank=True,
        hint=_("Empty: decided by the input per request."),
    ),
)
SHIFT = (
    _number("tokenizer", _("Tokens for the same text"), "1", "×", low=Decimal("0.01"), high=Decimal(100)),
    _number("verbosity", _("Length of the answers"), "1", "×", low=Decimal("0.01"), high=Decimal(100)),
    _percent("to.cached", _("Cache reads on the new side"), default=None, blank=True, hint=_("Empty: the same.")),
    _percent("to.retry", _("Retries on the new side"), default=None, blank=True, hint=_("Empty: the same.")),
)
# Typed prices: the field's last word → genai-prices' unit. Dollars per million tokens, calls per thousand.
PRICES = {
    "input": ("input_mtok", _("Input")),
    "output": ("output_mtok", _("Output")),
    "cache_read": ("cache_read_mtok", _("Cache read")),
    "cache_write": ("cache_write_mtok", _("Cache write, 5 min")),
    "cache_write_1h": ("cache_write_1h_mtok", _("Cache write, 1 h")),
    "reasoning": ("output_reasoning_mtok", _("Reasoning")),
    "search": ("web_searches_kcount", _("Web searches")),
    "fee": ("requests_kcount", _("Fee for requests")),
}
SIDES = ("from", "to")


def _typed(side: str) -> tuple[Field, ...]:
    prices = tuple(
        Field(
            f"{side}.{word}",
            "price",
            label,
            None,
            unit=_("$ / MTok") if unit.endswith("_mtok") else _("$ / 1,000"),
            high=Decimal(10) ** 6,
            places=18,
            blank=True,
        )
        for word, (unit, label) in PRICES.items()
    )
    return (Field(f"{side}.name", "text", _("Name"), ""), *prices)


TYPED_PRICES = {side: _typed(side) for side in SIDES}
WORKLOAD = (*MOVE, *TYPED_PRICES["from"], *TYPED_PRICES["to"], *TRAFFIC, *CACHE, *BILLING, *SHIFT)
SCENARIO = (
    Field("days", "choice", _("Days in a month"), "30", choices=DAYS),
    Field("at", "date", _("Prices of"), None, blank=True, hint=_("Empty: today.")),
)
BY_NAME = {field.name: field for field in (*WORKLOAD, *SCENARIO)}


def input_name(index: int, name: str) -> str:
    """A workload field's name in an address: bare for the first workload, `2.requests` for the second."""
    return name if index == 0 else f"{index + 1}.{name}"


def element_id(index: int, name: str) -> str:
    """A workload field's id in the page: `w1-to-input`."""
    return f"w{index + 1}-{name.replace('.', '-')}"
