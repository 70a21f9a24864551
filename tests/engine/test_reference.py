"""The promise of the engine: genai-prices' own answers, to the last decimal, for every model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from costcalc.engine import NoSuchVariant, RequestCost, UsageError, price_request
from tests.engine.reference import (
    PROVIDERS,
    REPORTED,
    Counts,
    Listed,
    When,
    at_threshold,
    contexts,
    listed,
    moments,
    reported,
    unpriced,
    usage_names,
)

by_provider = pytest.mark.parametrize("slug", PROVIDERS)
# One example goes through all of a provider's models: shrinking it would take minutes and tell no more.
bounded = settings(max_examples=25, phases=(Phase.explicit, Phase.generate))

ZONES = st.sampled_from([dt.UTC, None, dt.timezone(dt.timedelta(hours=7)), dt.timezone(dt.timedelta(hours=-8))])
NUMBERS = st.one_of(
    st.just(0),
    st.integers(0, 2000),
    st.integers(0, 10**12),
    st.decimals(0, 10**6, places=6),
    st.decimals(0, 1, places=24),
)
LEAVES = st.fixed_dictionaries(dict.fromkeys(REPORTED, NUMBERS))
WILD = st.dictionaries(st.sampled_from(REPORTED), st.integers(0, 12), max_size=5)
LATER = st.timedeltas(dt.timedelta(days=-3), dt.timedelta(days=3)) | st.just(dt.timedelta())


def answer_of(each: Listed, usage: Counts, moment: dt.datetime, context: When) -> RequestCost | None:
    """Our answer, once it is shown to be the judge's; None where both refuse."""
    if not each.has_in_force(moment, context):
        with pytest.raises(NoSuchVariant):
            each.sheet.rates_at(moment, context)
        return None
    rates = each.sheet.rates_at(moment, context)
    try:
        expected = each.calc_price(usage, moment, context)
    except ValueError:
        with pytest.raises(UsageError):
            price_request(rates, usage, each.sheet.minimums)
        return None
    cost = price_request(rates, usage, each.sheet.minimums)
    assert cost.total == expected.total_price, (each.model.id, usage, moment, context)
    return cost


def prove(each: Listed, leaves: Counts, moment: dt.datetime, context: When) -> None:
    """The judge's total, and every unit for which it says 0 for want of a price named unknown."""
    cost = answer_of(each, reported(leaves), moment, context)
    if cost is not None:
        priced = [line.unit for line in cost.lines]
        assert set(cost.unknown) == unpriced(leaves, priced), (each.model.id, leaves, moment, context)
        assert cost.complete is (not cost.unknown)


def edges(each: Listed) -> list[Decimal | int | None]:
    """Input tokens to stand on both sides of every tier; None: as drawn."""
    sides = [(above, above + Decimal("0.000001"), above + 1) for above in each.thresholds]
    return [None, *(side for pair in sides for side in pair)]


def usages(each: Listed) -> Iterator[Counts]:
    """A usage of everything the model prices, below and on both sides of every tier; and one of every unit."""
    own: Counts = {name: 7 + 13 * place for place, name in enumerate(usage_names(each.sheet))}
    for edge in edges(each):
        yield own if edge is None else at_threshold(own, edge)
    yield {name: 3 + place for place, name in enumerate(REPORTED)}


def test_the_catalogue_has_every_provider_and_model() -> None:
    assert len(PROVIDERS) == 47
    assert sum(len(listed(slug)) for slug in PROVIDERS) == 2330


@by_provider
def test_every_model_at_every_turn_of_its_prices_costs_what_genai_prices_says(slug: str) -> None:
    for each in listed(slug):
        for moment in moments(each.model):
            for context in contexts(each.model):
                for leaves in usages(each):
                    prove(each, leaves, moment, context)


@by_provider
@bounded
@given(
    leaves=LEAVES,
    own_only=st.booleans(),
    turn=st.integers(0, 999),
    later=LATER,
    zone=ZONES,
    context=st.integers(0, 99),
    edge=st.integers(0, 99),
)
def test_any_usage_at_any_moment_costs_what_genai_prices_says(
    slug: str,
    leaves: Counts,
    own_only: bool,
    turn: int,
    later: dt.timedelta,
    zone: dt.tzinfo | None,
    context: int,
    edge: int,
) -> None:
    for each in listed(slug):
        known = moments(each.model)
        moment = known[turn % len(known)] + later
        moment = moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)
        asked = {name: leaves[name] for name in usage_names(each.sheet)} if own_only else leaves
        sides, choices = edges(each), contexts(each.model)
        side = sides[edge % len(sides)]
        asked = asked if side is None else at_threshold(asked, side)
        prove(each, asked, moment, choices[context % len(choices)])


@by_provider
@bounded
@given(usage=WILD)
def test_counts_that_contradict_each_other_are_refused_where_genai_prices_refuses_them(
    slug: str, usage: Counts
) -> None:
    for each in listed(slug):
        answer_of(each, usage, moments(each.model)[0], {})
