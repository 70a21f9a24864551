"""Every field of a scenario, once: its name in an address, its kind, its bounds and its default.

Reading, writing addresses and drawing the form all go by this list, so that they cannot drift apart.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from costcalc.engine import USD
from costcalc.scenarios.kinds import Field, number, percent
from costcalc.scenarios.return_fields import RETURN

FIRST_DAY = "2000-01-01"
LAST_DAY = "2100-12-31"
MOST_WORKLOADS = 10
LONGEST_TEXT = 60
TYPED = "typed"


PER = (("day", _("a day")), ("month", _("a month")))
DAYS = (("30", _("30 days")), ("365/12", _("365 ÷ 12 days")), ("calendar", _("the calendar’s months")))
TTL = (("5m", _("5 minutes")), ("1h", _("1 hour")))

MOVE = (
    Field("name", "text", _("Name"), ""),
    Field("from", "model", _("From"), "openai/gpt-4.1"),
    Field("to", "model", _("To"), "article-relay/gpt-4.1"),
)
TRAFFIC = (
    number("requests", _("Requests"), "50000", "", high=Decimal(10) ** 12, places=3, counts=True),
    Field("per", "choice", _("Requests per"), "day", choices=PER),
    number("in", _("Input per request"), "1000", _("tokens"), places=3, counts=True),
    number("out", _("Output per request"), "500", _("tokens"), places=3, counts=True),
    percent("cached", _("Input read from cache")),
    percent("growth", _("Growth"), unit=_("% / month"), low=Decimal(-99), high=Decimal(1000)),
)
CACHE = (
    percent("written", _("Input written to cache")),
    Field("ttl", "choice", _("Kept in cache for"), "5m", choices=TTL),
    number("reasoning", _("Reasoning, of the output"), "0", _("tokens"), places=3, counts=True),
    number("searches", _("Web searches per request"), "0", "", places=6, high=Decimal(1000)),
    number("files", _("File searches per request"), "0", "", places=6, high=Decimal(1000)),
    number("code", _("Code runs per request"), "0", "", places=6, high=Decimal(1000)),
)
BILLING = (
    percent("batch", _("Sent as batch")),
    percent("flex", _("Sent as flex")),
    percent("priority", _("Sent as priority")),
    percent("retry", _("Sent again (retries)")),
    percent(
        "over",
        _("Requests above a price tier"),
        default=None,
        blank=True,
        hint=_("Empty: decided by the input per request."),
    ),
)
SHIFT = (
    number("tokenizer", _("Tokens for the same text"), "1", "×", low=Decimal("0.01"), high=Decimal(100)),
    number("verbosity", _("Length of the answers"), "1", "×", low=Decimal("0.01"), high=Decimal(100)),
    percent("to.cached", _("Cache reads on the new side"), default=None, blank=True, hint=_("Empty: the same.")),
    percent("to.retry", _("Retries on the new side"), default=None, blank=True, hint=_("Empty: the same.")),
    Field("from.successor", "text", _("Successor of the baseline’s model"), ""),
    Field(
        "to.successor",
        "text",
        _("Successor of the candidate’s model"),
        "",
        hint=_("The return ends where a model is shut down, unless you name what takes over at its price."),
    ),
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
            high=Decimal(10) ** 9,
            places=18,
            blank=True,
        )
        for word, (unit, label) in PRICES.items()
    )
    money = Field(f"{side}.currency", "currency", _("Currency"), USD)
    return (Field(f"{side}.name", "text", _("Name"), ""), money, *prices)


TYPED_PRICES = {side: _typed(side) for side in SIDES}
WORKLOAD = (*MOVE, *TYPED_PRICES["from"], *TYPED_PRICES["to"], *TRAFFIC, *CACHE, *BILLING, *SHIFT)
DAYS_AND_PRICES = (
    Field("days", "choice", _("Days in a month"), "30", choices=DAYS),
    Field("at", "date", _("Prices of"), None, blank=True, hint=_("Empty: today.")),
)
SCENARIO = (*DAYS_AND_PRICES, *RETURN)
BY_NAME = {field.name: field for field in (*WORKLOAD, *SCENARIO)}


def price_unit(field: Field, currency: str) -> str:
    """What a typed price is said in: `$ / MTok`, or in another currency `CNY / MTok`."""
    return str(field.unit) if currency == USD else str(field.unit).replace("$", currency)


def element_id(index: int, name: str) -> str:
    """A workload field's id in the page: `w1-to-input`."""
    return f"w{index + 1}-{name.replace('.', '-')}"
