"""What was saved so far against what was forecast for it, and the tokens of a request. Pure.

The forecast follows the share of the traffic over time: an hour at 10 % saves a tenth of an hour's saving. What was
really saved is what the target's requests would have cost on the old side, less what they cost; so it reaches as far
as the figures of the stages do, and is compared with the forecast of the same hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from migrations_app.rules.about import Forecast
from migrations_app.rules.readings import Reading
from migrations_app.rules.state import State

_HOUR: Final = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Span:
    """Hours in which one share (in per cent) was on the target; figures, where there are any, cover `measured`."""

    entry: int
    weight: Decimal
    hours: Decimal
    measured: Decimal


@dataclass(frozen=True, slots=True)
class SoFar:
    """Where the move stands in USD, and in tokens a request; None for what is not known.

    `forecast` reaches to now, `forecast_measured` as far as `actual` does; `old_price_forecast`: somewhere the old
    side's cost was not measured, and is the forecast's.
    """

    hours: Decimal
    measured: Decimal
    forecast: Decimal | None
    forecast_measured: Decimal | None
    actual: Decimal | None
    old_price_forecast: bool
    tokens_forecast: Decimal | None
    tokens_actual: Decimal | None


def so_far(state: State, now: dt.datetime) -> SoFar:
    """What is known by now."""
    forecast, all_spans = state.about.forecast, list(spans(state, now))
    found = [(span, reading) for span in all_spans if (reading := state.readings.of(span.entry))]
    priced = [(span, reading, old) for span, reading in found if (old := _old_price(state, reading)) is not None]
    actual = [_saved(reading, old[0]) for _span, reading, old in priced]
    known = [span for span, _reading, _old in priced]
    return SoFar(
        hours=sum((span.hours for span in all_spans), Decimal()),
        measured=sum((span.measured for span in known), Decimal()),
        forecast=_foreseen(forecast, [(span.weight, span.hours) for span in all_spans]),
        forecast_measured=_foreseen(forecast, [(span.weight, span.measured) for span in known]),
        actual=sum(actual, Decimal()) if actual else None,
        old_price_forecast=any(not old[1] for _span, _reading, old in priced),
        tokens_forecast=forecast.tokens_request,
        tokens_actual=_tokens([reading for _span, reading in found]),
    )


def spans(state: State, now: dt.datetime) -> Iterator[Span]:
    """Every share above 0 % that there was up to now."""
    turns = state.rollout.course
    ends = [*(turn.at for turn in turns[1:]), max(now, state.last_at)]
    for turn, end in zip(turns, ends, strict=True) if turns else ():
        if turn.weight:
            reading = state.readings.of(turn.entry)
            seen = min(reading.at, end) if reading else turn.at
            yield Span(turn.entry, turn.weight, _hours(turn.at, end), _hours(turn.at, seen))


def _hours(begins: dt.datetime, ends: dt.datetime) -> Decimal:
    """Never less than none: clocks are set back."""
    return max(Decimal(str((ends - begins).total_seconds())), Decimal()) / _HOUR


def _foreseen(forecast: Forecast, shares: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    hourly = forecast.saving_hour
    if hourly is None:
        return None
    return sum((hourly * weight / 100 * hours for weight, hours in shares), Decimal())


def _old_price(state: State, reading: Reading) -> tuple[Decimal, bool] | None:
    """USD for 1,000 requests on the old side, and whether it was measured; None where the figures say no saving."""
    if reading.candidate.cost is None or not reading.candidate.requests:
        return None
    sides = [each.baseline for each in state.readings.found if each.entry <= reading.entry]
    for side in reversed(sides):
        if side.cost is not None and side.requests:
            return side.cost * 1000 / side.requests, True
    foreseen = state.about.forecast.cost_per_thousand("baseline")
    return None if foreseen is None else (foreseen, False)


def _saved(reading: Reading, old: Decimal) -> Decimal:
    side = reading.candidate
    return old * (side.requests or 0) / 1000 - (side.cost or Decimal())


def _tokens(readings: list[Reading]) -> Decimal | None:
    """On the target, of all requests whose tokens are known."""
    sides = [each.candidate for each in readings if each.candidate.tokens is not None and each.candidate.requests]
    requests = sum(side.requests or 0 for side in sides)
    return Decimal(sum(side.tokens or 0 for side in sides)) / requests if requests else None
