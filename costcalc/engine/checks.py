"""The findings on a claim: each names what was stated, what follows from the claim's own words, and both numbers.

What cannot be checked because something was not stated gives no finding; `gaps` says what was missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costcalc.engine.claims import MILLION, MONTHS, Bound, Claim, Pair, TokenPrices, saved
from costcalc.engine.savings import round_half_up, to_cents

# A stated sum is rounded: this far from the computed one it still agrees.
NEAR = Fraction(5, 1000)


@dataclass(frozen=True, slots=True)
class NotListPrice:
    """The quoted baseline is not the list price: `factor` at the claim's mix, `to_output` against output alone."""

    model: str
    quoted: TokenPrices
    listed: TokenPrices
    blended: Fraction | None
    factor: Fraction | None
    to_output: Fraction | None


@dataclass(frozen=True, slots=True)
class DayAsMonth:
    """A stated month (or year, then `times` is 12) is what a day costs. `figure` is a field of Pair; sums in cents."""

    figure: str
    stated: Decimal
    day: int
    month: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class FigureOff:
    """A stated sum is not what its own parts give, in cents; `from_prices` where the parts are price × traffic."""

    figure: str
    stated: Decimal
    computed: int
    from_prices: bool


@dataclass(frozen=True, slots=True)
class FlatPrice:
    """One price on input and output of a model whose list prices differ; `is_output` where it is the list's output."""

    model: str
    price: Fraction
    listed: TokenPrices
    blended: Fraction | None
    is_output: bool


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A stated percentage is not what two of the claim's own numbers give. `place` is a model, `figures` or `bills`."""

    place: str
    model: str
    stated: Decimal
    bound: Bound
    before: Fraction
    after: Fraction
    computed: Fraction


@dataclass(frozen=True, slots=True)
class PercentIsRate:
    """The headline is what follows when a credit listed at a dollar is sold for less."""

    stated: Decimal
    credit: Fraction


@dataclass(frozen=True, slots=True)
class BillImplies:
    """A stated bill over the stated tokens is a price per million tokens that the claim nowhere quotes."""

    which: str
    bill: Decimal
    tokens: Fraction
    implied: Fraction


Found = NotListPrice | DayAsMonth | FigureOff | FlatPrice | PercentOff | PercentIsRate | BillImplies


def check(claim: Claim) -> tuple[Found, ...]:
    """Every finding, what changes the answer most first."""
    order: tuple[Callable[[Claim], Iterator[Found]], ...] = (_figures, _baselines, _flats, _percents, _rates, _bills)
    return tuple(found for part in order for found in part(claim))


def gaps(claim: Claim) -> tuple[str, ...]:
    """What was not stated, so that something was not checked: `prices`, `offer`, `list`, `tokens`, `mix`."""
    first = claim.first
    missing = {
        "prices": first is None or (first.offer == TokenPrices() and first.baseline == TokenPrices()),
        "offer": first is not None and not first.offer.is_known and first.baseline.is_known,
        "list": any(not price.listed.is_known for price in claim.prices),
        "tokens": claim.traffic.a_month is None,
        "mix": claim.traffic.input_share is None,
    }
    return tuple(name for name, is_missing in missing.items() if is_missing)


def agree(stated: Fraction, computed: Fraction) -> bool:
    """Whether a stated number is the computed one, rounded as vendors round."""
    return abs(stated - computed) <= abs(computed) * NEAR


def _baselines(claim: Claim) -> Iterator[Found]:
    share = claim.traffic.input_share
    for price in claim.prices:
        if not (price.baseline.is_known and price.listed.is_known):
            continue
        ours, blended = price.baseline.blended(share), price.listed.blended(share)
        alike = [blended, price.listed.output, price.listed.input] if price.baseline.is_flat else [blended]
        if price.baseline == price.listed or any(one is not None and ours == one for one in alike):
            continue
        to_output = _ratio(price.baseline.output, price.listed.output)
        yield NotListPrice(price.name, price.baseline, price.listed, blended, _ratio(ours, blended), to_output)


def _ratio(above: Fraction | None, below: Fraction | None) -> Fraction | None:
    return None if above is None or not below else above / below


def _flats(claim: Claim) -> Iterator[Found]:
    for price in claim.prices:
        listed = price.listed
        if price.offer.is_flat and price.offer.input is not None and listed.is_known and not listed.is_flat:
            blended = listed.blended(claim.traffic.input_share)
            is_output = price.offer.output == listed.output
            yield FlatPrice(price.name, price.offer.input, listed, blended, is_output)


def _figures(claim: Claim) -> Iterator[Found]:
    """Each stated month against a month of the claim's traffic at its prices, and against a day of it."""
    yield from _sums("figures", claim.figures)
    yield from _sums("bills", claim.bills)
    first = claim.first
    if first is None:
        return
    base = first.baseline if first.baseline.is_known else first.listed
    days = [claim.traffic.day(base), claim.traffic.day(first.offer)]
    months = [claim.traffic.month(base), claim.traffic.month(first.offer)]
    stated = claim.figures
    for figure, said, times in (
        ("before", stated.before, 1),
        ("after", stated.after, 1),
        ("saving", stated.saving, 1),
        ("year", stated.year, MONTHS),
    ):
        yield from _figure(figure, said, _of(figure, days), _of(figure, months), times)


def _of(figure: str, sides: list[int | None]) -> int | None:
    before, after = sides
    if figure in ("before", "after"):
        return before if figure == "before" else after
    return None if before is None or after is None else before - after


def _figure(figure: str, stated: Decimal | None, day: int | None, month: int | None, times: int) -> Iterator[Found]:
    if stated is None or day is None or month is None:
        return
    said = Fraction(stated) * 100
    if agree(said, Fraction(month * times)):
        return
    if agree(said, Fraction(day * times)):
        yield DayAsMonth(figure, stated, day * times, month * times, times)
    else:
        yield FigureOff(figure, stated, month * times, from_prices=True)


def _sums(place: str, pair: Pair) -> Iterator[Found]:
    """The saving against the two sums, the year against twelve savings."""
    if pair.before is not None and pair.after is not None and pair.saving is not None:
        saving = Fraction(pair.before - pair.after)
        if not agree(Fraction(pair.saving), saving):
            yield FigureOff(f"{place}.saving", pair.saving, to_cents(saving), from_prices=False)
    if pair.saving is not None and pair.year is not None:
        year = Fraction(pair.saving) * MONTHS
        if not agree(Fraction(pair.year), year):
            yield FigureOff(f"{place}.year", pair.year, to_cents(year), from_prices=False)


def _percents(claim: Claim) -> Iterator[Found]:
    """Each percentage against the two numbers that it is about; the headline against all of them."""
    pairs = list(_pairs(claim))
    for own, place, model, before, after in pairs:
        if own is not None and not _fits(own, "", before, after):
            yield _percent(place, model, own, "", before, after)
    if claim.percent is None or not pairs:
        return
    compared = [pair for pair in pairs if pair[0] is None or claim.bound]
    if claim.bound == "most":
        # “Up to” is kept where one of them reaches it.
        best = max(compared, key=lambda pair: saved(pair[3], pair[4]) or 0, default=None)
        compared = [] if best is None else [best]
    for _own, place, model, before, after in compared:
        if not _fits(claim.percent, claim.bound, before, after):
            yield _percent(place, model, claim.percent, claim.bound, before, after)


def _pairs(claim: Claim) -> Iterator[tuple[Decimal | None, str, str, Fraction, Fraction]]:
    """Own percentage, place, model, before and after, of everything that has both."""
    share = claim.traffic.input_share
    for price in claim.prices:
        before, after = price.baseline.blended(share), price.offer.blended(share)
        if before and after is not None:
            yield price.percent, "prices", price.name, before, after
    for place, pair in (("figures", claim.figures), ("bills", claim.bills)):
        if pair.before and pair.after is not None:
            yield pair.percent, place, "", Fraction(pair.before), Fraction(pair.after)


def _percent(place: str, model: str, stated: Decimal, bound: Bound, before: Fraction, after: Fraction) -> PercentOff:
    return PercentOff(place, model, stated, bound, before, after, 1 - after / before)


def _fits(stated: Decimal, bound: Bound, before: Fraction, after: Fraction) -> bool:
    """Whether the percentage is right when rounded as it was stated, half up."""
    exact = (1 - after / before) * 100
    if bound == "least":
        return exact >= Fraction(stated)
    places = max(0, -_exponent(stated))
    nearest = Fraction(round_half_up(exact * 10**places), 10**places)
    return nearest >= Fraction(stated) if bound == "most" else nearest == Fraction(stated)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _rates(claim: Claim) -> Iterator[Found]:
    """Whether the headline is the saving of credits that are sold below what they list at, cut to whole per cents."""
    if claim.percent is None or claim.credit is None:
        return
    exact = (1 - claim.credit) * 100
    if exact > 0 and int(exact) == claim.percent:
        yield PercentIsRate(claim.percent, claim.credit)


def _bills(claim: Claim) -> Iterator[Found]:
    tokens, quoted = claim.traffic.a_month, list(_quoted(claim))
    if not tokens or not quoted:
        return
    for which, bill in (("before", claim.bills.before), ("after", claim.bills.after)):
        if bill is not None:
            implied = Fraction(bill) / tokens * MILLION
            if not any(agree(implied, price) for price in quoted):
                yield BillImplies(which, bill, tokens, implied)


def _quoted(claim: Claim) -> Iterator[Fraction]:
    """Every price of the claim: list, baseline and offer, by direction and blended."""
    share = claim.traffic.input_share
    for price in claim.prices:
        for prices in (price.listed, price.baseline, price.offer):
            found = (prices.input, prices.output, prices.blended(share))
            yield from (one for one in found if one is not None)
