"""A workload of many draws at once: its requests by month, and what its lines cost, as arrays of floats.

The same arithmetic as `Workload`, `Shift` and `charges`, written once more for numbers that are arrays. Shapes: a
number is a float or one value a draw; by month it is (months, 1) or (months, draws).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from costcalc.engine.pricing import PriceSheet, Rate
from costcalc.engine.savings import Moment, Move, rates_of
from costcalc.engine.traffic import COUNTS, SHARES, Workload
from costcalc.engine.units import REQUESTS, UNIT_NAMES, billed_as, per

Floats = npt.NDArray[np.float64]
Number = float | Floats
Fields = Mapping[str, Number]
FRESH, CACHED = "input_mtok", "cache_read_mtok"
VARIANTS = ("batch", "flex", "priority")


def numbers_of(workload: Workload) -> dict[str, float]:
    """A workload's numbers as floats, by field, the calls by their units; an undecided share is left out."""
    named = {name: getattr(workload, name) for name in (*COUNTS, *SHARES, "monthly_growth")}
    return {name: float(value) for name, value in (named | dict(workload.calls)).items() if value is not None}


def limited(fields: Fields) -> dict[str, Number]:
    """What cannot go together is limited, as `with_values` does."""
    now = dict(fields)
    now["cache_write_share"] = _least(now["cache_write_share"], 1 - now["cache_read_share"])
    now["flex_share"] = _least(now["flex_share"], 1 - now["batch_share"])
    now["priority_share"] = _least(now["priority_share"], 1 - now["batch_share"] - now["flex_share"])
    now["reasoning_tokens"] = _least(now["reasoning_tokens"], now["output_tokens"])
    return now


def moved(fields: Fields, shift: Fields) -> dict[str, Number]:
    """The workload as the other side sees it; `shift` has the ratios and the shares that replace its own."""
    now, output = dict(fields), shift["tokenizer"] * shift["verbosity"]
    now["input_tokens"] = now["input_tokens"] * shift["tokenizer"]
    now["output_tokens"] = now["output_tokens"] * output
    now["reasoning_tokens"] = now["reasoning_tokens"] * output
    if "cache_read_share" in shift:
        now["cache_read_share"] = _least(shift["cache_read_share"], 1 - now["cache_write_share"])
    now["retry_share"] = shift.get("retry_share", now["retry_share"])
    return now


def _least(one: Number, other: Number) -> Number:
    found: Number = np.minimum(one, other)
    return found


def volumes(requests: Number, growth: Number, days: Floats) -> Floats:
    """Requests by month, without retries: (months, 1) or (months, draws); `days` is a column, 1 where per month."""
    found: Floats = np.empty((len(days), max(np.size(requests), np.size(growth))))
    found[:1], factor = requests, 1 + growth
    for month in range(1, len(days)):
        np.multiply(found[month - 1], factor, out=found[month])
    found *= days
    return found


@dataclass(frozen=True, slots=True)
class _Price:
    """What a unit pays in a part of the day: the rate of one variant, by its share of the hours."""

    variant: str
    hours: float
    rate: Rate

    def dollars(self, tokens: Number, over: Number | None) -> Number:
        tiers = self.rate.tiers
        base, price = float(self.rate.base), float(self.rate.base if over is None or not tiers else tiers[0].price)
        found: Number = price
        for tier in tiers if over is None else tiers[1:]:
            found = np.where(np.greater(tokens, tier.above), float(tier.price), found)
        if over is None or not tiers:
            return found
        return (1 - over) * base + over * found


class Prices:
    """One side's prices of a day, ready for many draws; what has no price costs nothing, as in `charges`."""

    def __init__(self, workload: Workload, sheet: PriceSheet, at: Moment, varied: frozenset[str]) -> None:
        used = {"standard", *(name for name in VARIANTS if f"{name}_share" in varied), *workload.variant_shares()}
        rates = {name: rates_of(sheet, at, name) for name in sorted(used)}
        self.written = "cache_write_1h_mtok" if workload.cache_write_ttl == "1h" else "cache_write_mtok"
        units = {FRESH, CACHED, self.written, "output_mtok", "output_reasoning_mtok", REQUESTS, *workload.calls}
        self.by_unit = {unit: list(_paid(unit, rates)) for unit in UNIT_NAMES if unit in units}

    def lines(self, fields: Fields) -> Iterator[Number]:
        """US dollars a request, line by line, of the lines that cost anything."""
        shares = _shares(fields)
        for unit, quantity in self._quantities(fields):
            paid = self._mean(unit, fields, shares)
            if not _is_nothing(paid):
                yield quantity * (paid / per(unit))

    def missed(self, fields: Fields) -> Number:
        """US dollars that a request costs more if all of its cache reads miss."""
        shares = _shares(fields)
        more = self._mean(FRESH, fields, shares) - self._mean(CACHED, fields, shares)
        found: Number = fields["input_tokens"] * fields["cache_read_share"] * (more / per(FRESH))
        return found

    def _mean(self, unit: str, fields: Fields, shares: Fields) -> Number:
        """What a unit pays, by the shares of variants and hours; US dollars per `per(unit)`."""
        paid: Number = 0.0
        for price in self.by_unit[unit]:
            share = price.hours * shares[price.variant]
            paid = paid + share * price.dollars(fields["input_tokens"], fields.get("over_tier_share"))
        return paid

    def _quantities(self, fields: Fields) -> Iterator[tuple[str, Number]]:
        tokens, read, write = (fields[name] for name in ("input_tokens", "cache_read_share", "cache_write_share"))
        buckets: dict[str, Number] = {
            FRESH: tokens * (1 - read - write),
            CACHED: tokens * read,
            self.written: tokens * write,
            "output_mtok": fields["output_tokens"] - fields["reasoning_tokens"],
            "output_reasoning_mtok": fields["reasoning_tokens"],
            REQUESTS: 1.0,
        }
        for name in fields.keys() & self.by_unit.keys():
            buckets[name] = fields[name]
        return ((name, buckets[name]) for name in UNIT_NAMES if name in buckets and not _is_nothing(buckets[name]))


def _is_nothing(number: Number) -> bool:
    return isinstance(number, float) and not number


def _shares(fields: Fields) -> dict[str, Number]:
    shares: dict[str, Number] = {name: fields[f"{name}_share"] for name in VARIANTS}
    return {"standard": 1 - shares["batch"] - shares["flex"] - shares["priority"], **shares}


def _paid(unit: str, rates: Mapping[str, tuple[tuple[Fraction, Mapping[str, Rate]], ...]]) -> Iterator[_Price]:
    for variant, weighted in rates.items():
        for hours, prices in weighted:
            paid_as = billed_as(unit, prices)
            if paid_as is not None:
                yield _Price(variant, float(hours), prices[paid_as])


class DrawnMove:
    """A workload with its prices on both sides, and which of its numbers are drawn."""

    def __init__(self, move: Move, at: Moment, varied: frozenset[str]) -> None:
        self.fields = numbers_of(move.workload)
        names = ("tokenizer", "verbosity", "cache_read_share", "retry_share")
        own = {name: getattr(move.shift, name) for name in names}
        self.shift = {name: float(value) for name, value in own.items() if value is not None}
        self.daily = move.workload.per == "day"
        self.baseline = Prices(move.workload, move.baseline, at, varied)
        self.candidate = Prices(move.moved, move.candidate, at, varied)

    def both(self, drawn: Fields, shift: Fields) -> tuple[dict[str, Number], dict[str, Number]]:
        """The workload as either side sees it, with what is drawn."""
        before = limited({**self.fields, **drawn})
        return before, moved(before, {**self.shift, **shift})
