"""From an address or a form to a scenario, with a message for every field that cannot be read.

An address holds canonical numbers. A form says in `lang` in which language its numbers were typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache

from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import PREFIX, Lookup, nobodys
from costcalc.engine import ExchangeRates, Rate, Shift, TrafficError, Workload, shifted
from costcalc.figures import FigureError
from costcalc.scenarios import address
from costcalc.scenarios.fields import (
    BY_NAME,
    MOST_WORKLOADS,
    PRICES,
    SCENARIO,
    SIDES,
    TYPED,
    WORKLOAD,
)
from costcalc.scenarios.kinds import Field, Value, input_name
from costcalc.scenarios.largest import too_large
from costcalc.scenarios.money import Money, currencies_used
from costcalc.scenarios.return_reading import read_return
from costcalc.scenarios.scenario import Asked, Choice, Scenario, TypedPrices
from costcalc.scenarios.typed_values import LONGEST_REFERENCE, READERS, Refused

LANGUAGES = ("en", "vi")
# What a form or the page's own links carry besides the fields.
OF_THE_FORM = {"lang", "last", "shape", "focus", "workloads", "add", "remove", "show"}
OTHERS = frozenset({*OF_THE_FORM, "sort", "q", "page", "apart", "csrfmiddlewaretoken", "save", "scenario", "revision"})
SUGGESTED = 3
OWN_PRICE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{12}}")
# The engine's names of what is wrong, as the form's fields.
ENGINE_FIELDS = {
    "cache_write_share": "written",
    "cache_read_share": "cached",
    "reasoning_tokens": "reasoning",
    "priority_share": "priority",
}


@dataclass
class Reading:
    """What was read: values by field, the text as typed, messages by input name, and what is not a field."""

    language: str | None
    workloads: list[dict[str, Value]] = field(default_factory=list)
    scenario: dict[str, Value] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    choices: dict[str, Choice] = field(default_factory=dict)

    @cached_property
    def query(self) -> str:
        """The canonical address of what was read; only of a reading without errors."""
        return address.query(self.workloads, self.scenario)

    def built(self, today: dt.date, rates: ExchangeRates) -> Scenario | None:
        """The scenario, or None where something could not be read; adds the engine's own complaints.

        `rates` are the exchange rates that the reader sees.
        """
        if self.errors:
            return None
        at = self.scenario["at"]
        day = dt.date.fromisoformat(at) if isinstance(at, str) else today
        money = Money(self.scenario, rates, day, self.errors)
        asked = [self._asked(index, values, money) for index, values in enumerate(self.workloads)]
        wanted = read_return(self.workloads, self.scenario, day, money)
        complete = tuple(one for one in asked if one is not None)
        if self.errors or wanted is None:
            return None
        used = currencies_used(self.workloads, self.scenario)
        days = str(self.scenario["days"])
        scenario = Scenario(complete, days, day, wanted=wanted, rates=money.rates, currencies=used)
        self.errors |= dict(too_large(scenario.computed()))
        return None if self.errors else scenario

    def _asked(self, index: int, values: Mapping[str, Value], money: Money) -> Asked | None:
        shift = _shift(values)
        try:
            workload = _workload(values)
        except TrafficError as error:
            self._complain(index, ENGINE_FIELDS.get(error.field, "requests"), error.code)
            return None
        try:
            shifted(workload, shift)
        except TrafficError as error:
            self._complain(index, "to.cached", error.code)
            return None
        sides = [self._side(index, side, values, money) for side in SIDES]
        successors = [str(values[f"{side}.successor"]) for side in SIDES]
        return Asked(workload, sides[0], sides[1], shift, (successors[0], successors[1]))

    def _side(self, index: int, side: str, values: Mapping[str, Value], money: Money) -> Choice:
        choice = self.choices[input_name(index, side)]
        if not isinstance(choice, TypedPrices):
            return choice
        name = f"{side}.currency"
        return choice.at_rate(str(values[name]), money.per_dollar(str(values[name]), input_name(index, name)))

    def _complain(self, index: int, field: str, code: str) -> None:
        message = {
            "cache_shares_over_one": _("What is read from and written to the cache is more than the whole input."),
            "variant_shares_over_one": _("Batch, flex and priority together are more than 100 %."),
            "reasoning_over_output": _("Reasoning is part of the output, so it cannot be more than the output."),
        }.get(code, _("This does not fit the other fields."))
        self.errors[input_name(index, field)] = message


def read(query: QueryDict, catalogue: Catalogue, own: Lookup = nobodys) -> Reading:
    """Read a scenario from an address or a sent form. Nothing is guessed; what is missing has its default.

    `own` gives the own prices that the reader may see.
    """
    language = query.get("lang")
    reading = Reading(language if language in LANGUAGES else None)
    if language is not None and reading.language is None:
        reading.strangers.append("lang")
    _Reader(query, catalogue, reading, own).run()
    return reading


@lru_cache(maxsize=4096)
def understood(text: str, name: str, language: str | None, reader: str) -> Value:
    """What a field's text says, kept: a form sends its seventy fields at each change of one of them.

    `reader` is the active language, by which an address is read. Raises FigureError and Refused.
    """
    field = BY_NAME[name]
    if not text.strip() and field.blank:
        # Emptied is not the same as left at its default.
        return field.empty
    if not text.strip() and language and field.default == Decimal(0):
        return field.default
    return READERS[field.kind](text, field, language)


@dataclass
class _Reader:
    query: QueryDict
    catalogue: Catalogue
    reading: Reading
    own: Lookup

    @cached_property
    def given(self) -> dict[str, list[str]]:
        """What the address says, by name."""
        return dict(self.query.lists())

    @cached_property
    def reader(self) -> str:
        """The language in which messages are, asked for once."""
        return get_language() or "en"

    def run(self) -> None:
        count = self._count()
        for index in range(count):
            self.reading.workloads.append(
                {field.name: self._value(input_name(index, field.name), field) for field in WORKLOAD}
            )
        self.reading.scenario = {field.name: self._value(field.name, field) for field in SCENARIO}
        known = {input_name(index, field.name) for index in range(count) for field in WORKLOAD}
        known |= {field.name for field in SCENARIO} | OTHERS
        self.reading.strangers += [name for name in self.query if name not in known]
        for index, values in enumerate(self.reading.workloads):
            for side in ("from", "to"):
                self._choose(index, side, values)

    def _count(self) -> int:
        text = self.query.get("workloads", "1")
        if text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= MOST_WORKLOADS:
            return int(text)
        self.reading.strangers.append("workloads")
        return 1

    def _value(self, name: str, field: Field) -> Value:
        given = self.given.get(name)
        if not given:
            return field.default
        text = given[0]
        self.reading.typed[name] = text[: LONGEST_REFERENCE + 1]
        try:
            if len(given) > 1:
                raise Refused(_("This is in the address more than once."))
            return understood(text, field.name, self.reading.language, self.reader)
        except FigureError as error:
            self.reading.errors[name] = _(error.message) % error.params
        except Refused as error:
            self.reading.errors[name] = str(error)
        return field.default

    def _choose(self, index: int, side: str, values: dict[str, Value]) -> None:
        name = input_name(index, side)
        if name in self.reading.errors:
            return
        if values[side] == TYPED:
            self.reading.choices[name] = _typed_prices(side, values)
            return
        self._forget_prices(index, side, values)
        found = _named(str(values[side]), self.catalogue, self.own)
        if isinstance(found, str):
            self.reading.errors[name] = found
        else:
            self.reading.choices[name] = found
            values[side] = found.key

    def _forget_prices(self, index: int, side: str, values: dict[str, Value]) -> None:
        """Typed prices belong to typed sides only: beside a model they would be a silent second price."""
        for word in ("name", "currency", *PRICES):
            name = f"{side}.{word}"
            values[name] = BY_NAME[name].default
            self.reading.errors.pop(input_name(index, name), None)


def _named(text: str, catalogue: Catalogue, own: Lookup) -> Entry | str:
    """The model with this name, or the message that says why there is not exactly one."""
    if OWN_PRICE.fullmatch(text):
        return own(text.removeprefix(PREFIX))
    provider, slash, model = text.partition("/")
    found = find(catalogue, provider, model) if slash else None
    if found is not None:
        return found
    exact = [entry for entry in catalogue.search(text) if text in (entry.model_id, entry.key)]
    if len(exact) == 1:
        return exact[0]
    near = exact or catalogue.search(text, SUGGESTED)
    if not near:
        return _("No model is called “%(text)s”.") % {"text": text}
    names = ", ".join(entry.key for entry in near[:SUGGESTED])
    if exact:
        more = len(exact) - SUGGESTED
        rest = ngettext(" or %(more)s more", " or %(more)s more", more) % {"more": more} if more > 0 else ""
        return _("Several providers sell “%(text)s”. Which one: %(names)s?") % {"text": text, "names": names + rest}
    return _("No model is called “%(text)s”. Did you mean %(names)s?") % {"text": text, "names": names}


def _typed_prices(side: str, values: Mapping[str, Value]) -> TypedPrices:
    typed = {unit: values[f"{side}.{word}"] for word, (unit, _label) in PRICES.items()}
    rates = {unit: Rate(price) for unit, price in typed.items() if isinstance(price, Decimal)}
    return TypedPrices(str(values[f"{side}.name"]), rates)


def _workload(values: Mapping[str, Value]) -> Workload:
    calls = {"web_searches_kcount": "searches", "storage_searches_kcount": "files", "code_executions_kcount": "code"}
    return Workload(
        name=str(values["name"]),
        requests=_decimal(values["requests"]),
        per="month" if values["per"] == "month" else "day",
        input_tokens=_decimal(values["in"]),
        output_tokens=_decimal(values["out"]),
        reasoning_tokens=_decimal(values["reasoning"]),
        cache_read_share=_share(values["cached"]),
        cache_write_share=_share(values["written"]),
        cache_write_ttl="1h" if values["ttl"] == "1h" else "5m",
        calls={unit: count for unit, name in calls.items() if (count := _decimal(values[name]))},
        batch_share=_share(values["batch"]),
        flex_share=_share(values["flex"]),
        priority_share=_share(values["priority"]),
        retry_share=_share(values["retry"]),
        over_tier_share=_optional_share(values["over"]),
        monthly_growth=_share(values["growth"]),
    )


def _shift(values: Mapping[str, Value]) -> Shift:
    return Shift(
        tokenizer=_decimal(values["tokenizer"]),
        verbosity=_decimal(values["verbosity"]),
        cache_read_share=_optional_share(values["to.cached"]),
        retry_share=_optional_share(values["to.retry"]),
    )


def _decimal(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def _share(value: Value) -> Decimal:
    return _decimal(value).scaleb(-2)


def _optional_share(value: Value) -> Decimal | None:
    return None if value is None else _share(value)


def copied(workloads: Sequence[dict[str, Value]]) -> list[dict[str, Value]]:
    """The workloads with one more: a copy of the last, but without requests, so that it changes no figure yet."""
    return [*workloads, {**workloads[-1], "name": "", "requests": Decimal(0)}]
