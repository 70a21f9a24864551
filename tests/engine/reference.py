"""genai-prices as the judge: its models beside our price sheets, and usages that add up by construction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache
from itertools import combinations

from genai_prices import Usage
from genai_prices.data import providers
from genai_prices.types import ConditionalPrice, ModelInfo, PriceCalculation, Provider, StartDateConstraint

from costcalc.catalog.genai import MINIMUMS, sheet_of
from costcalc.engine import PriceSheet, unit_named
from costcalc.engine.units import REGISTRY

Number = int | Decimal
Counts = dict[str, Number]
When = Mapping[str, str]

PROVIDERS: dict[str, Provider] = {provider.id: provider for provider in providers}
# `requests` is never reported: every call is one request.
REPORTED = tuple(name for name in REGISTRY.units if name != "requests")
PARTS = {
    name: [part for part in REPORTED if name == part or name in REGISTRY.ancestor_usage_keys(part)] for name in REPORTED
}
# Counts add up to the last of their digits, however many.
EXACT = Context(prec=100)
TICK = dt.timedelta(microseconds=1)
SOME_DAY = dt.datetime(2026, 11, 22, 13, 5, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Listed:
    """One model of genai-prices and our sheet of it."""

    provider: Provider
    model: ModelInfo
    sheet: PriceSheet

    def calc_price(self, usage: Counts, moment: dt.datetime, context: When) -> PriceCalculation:
        """What genai-prices says; raises ValueError for counts that contradict each other."""
        asked = Usage(**usage)
        return self.model.calc_price(
            asked, self.provider, genai_request_timestamp=moment, price_context=dict(context) or None
        )

    def has_in_force(self, moment: dt.datetime, context: When) -> bool:
        """Whether every word of the context is one that a variant in force answers to."""
        answered = {
            item
            for variant in self.model.price_variants or ()
            if variant.constraint is None or variant.constraint.active(moment)
            if variant.when.items() <= context.items()
            for item in variant.when.items()
        }
        return answered == set(context.items())

    @property
    def thresholds(self) -> list[int]:
        """Where its price tiers begin."""
        return sorted({tier.above for part in self.sheet.parts for r in part.rates.values() for tier in r.tiers})


@cache
def listed(slug: str) -> tuple[Listed, ...]:
    """Every model of a provider."""
    provider = PROVIDERS[slug]
    return tuple(
        Listed(provider, model, sheet_of(model, MINIMUMS.get((provider.id, model.id), ()))) for model in provider.models
    )


def everything() -> list[Listed]:
    """Every model of every provider."""
    return [each for slug in PROVIDERS for each in listed(slug)]


def moments(model: ModelInfo) -> list[dt.datetime]:
    """Just before and at every moment at which the model's price may change, by date and by hour."""
    constraints = [part.constraint for part in _dated(model) if part.constraint is not None]
    dates = [c.start_date for c in constraints if isinstance(c, StartDateConstraint)]
    hours = [time for c in constraints if not isinstance(c, StartDateConstraint) for time in (c.start_time, c.end_time)]
    midnights = [dt.datetime.combine(date, dt.time(), dt.UTC) for date in sorted({*dates})]
    days = {SOME_DAY.date(), *dates, *(midnight.date() - dt.timedelta(days=1) for midnight in midnights)}
    turns = [dt.datetime.combine(day, time.replace(tzinfo=None), dt.UTC) for day in sorted(days) for time in hours]
    return [SOME_DAY, *(edge for turn in (*midnights, *turns) for edge in (turn - TICK, turn))]


def _dated(model: ModelInfo) -> Iterable[ConditionalPrice]:
    steps = model.prices if isinstance(model.prices, list) else []
    return [*steps, *(model.price_variants or ())]


def contexts(model: ModelInfo) -> list[When]:
    """No context, each of the model's own, two at once, and misspelt ones."""
    own = [variant.when for variant in model.price_variants or ()]
    together = [{**one, **two} for one, two in combinations(own, 2)]
    misspelt = [{"processing": "Batch"}, *({**when, "regoin": "eu"} for when in own[:1])]
    return [{}, *own, *together, *misspelt]


def reported(leaves: Mapping[str, Number]) -> Counts:
    """The counts that a provider would report of tokens counted where they belong: each whole with its parts.

    A part is reported, as 0 at least, where its whole is in use.
    """
    used = {name: count for name, count in leaves.items() if count}
    wholes = {whole for name in used for whole in (name, *REGISTRY.ancestor_usage_keys(name))}
    names = [name for name in REPORTED if name in wholes or REGISTRY.ancestor_usage_keys(name) & wholes]
    with localcontext(EXACT):
        return {name: sum((used[part] for part in PARTS[name] if part in used), start=0) for name in names}


def unpriced(leaves: Mapping[str, Number], priced: Iterable[str]) -> set[str]:
    """The price names of leaves in use that neither have a price nor belong to a unit that has."""
    have = set(priced)
    return {
        REGISTRY.units[name].price_key
        for name, count in leaves.items()
        if count and not have & {REGISTRY.units[u].price_key for u in (name, *REGISTRY.ancestor_usage_keys(name))}
    }


def at_threshold(leaves: Counts, tokens: Number) -> Counts:
    """The same usage with so many input tokens in all, where the other input leaves room."""
    other = sum(count for name, count in leaves.items() if "input_tokens" in REGISTRY.ancestor_usage_keys(name))
    return {**leaves, "input_tokens": tokens - other} if tokens > other else leaves


def usage_names(sheet: PriceSheet) -> list[str]:
    """What the sheet prices, as usage is reported."""
    return [unit_named(name).usage_key for name in sheet.units if name != "requests_kcount"]
