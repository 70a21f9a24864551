"""What was measured on each side while a stage held, and the limits that the target has to keep. Pure.

A reading says what a side has seen since its stage was entered; a later one of the same entry takes its place.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, model_validator

from migrations_app.rules.commands import BOTH_WAYS, Guarded, Line, Name
from migrations_app.rules.happening import Happening, Moment, Refused

MOST_OWN: Final = 10
MOST_LIMITS: Final = 15
BUILT_IN: Final = (
    "error_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "ttft_p50_ms",
    "ttft_p95_ms",
    "cost_per_thousand",
)
TIMES: Final = ("latency_p50_ms", "latency_p95_ms", "ttft_p50_ms", "ttft_p95_ms")
Requests = Annotated[int, Field(ge=0, le=10**12)]
Milliseconds = Annotated[Decimal, Field(ge=0, le=10**8, decimal_places=3)]
Value = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=6)]


class OwnFigure(BaseModel):
    """A metric of their own on one side: a value, or how many `of` how many, which is a rate in per cent."""

    model_config = BOTH_WAYS

    name: Name
    value: Value | None = None
    count: Requests | None = None
    of: Annotated[int, Field(ge=1, le=10**12)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        counted = self.count is not None and self.of is not None
        if counted == (self.value is not None) or (self.count is None) != (self.of is None):
            raise ValueError("Give a value, or a count and of how many.")
        if self.count is not None and self.of is not None and self.count > self.of:
            raise ValueError("The count is larger than what it is of.")
        return self


class Side(BaseModel):
    """What one side has seen since the stage was entered. What is absent is not known; the cost is in USD."""

    model_config = BOTH_WAYS

    requests: Requests | None = None
    errors: Requests | None = None
    latency_p50_ms: Milliseconds | None = None
    latency_p95_ms: Milliseconds | None = None
    ttft_p50_ms: Milliseconds | None = None
    ttft_p95_ms: Milliseconds | None = None
    cost: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=6, description="USD.")] | None = None
    tokens: Annotated[Requests | None, Field(description="Of the requests, sent and received together.")] = None
    own: Annotated[tuple[OwnFigure, ...], Field(max_length=MOST_OWN)] = ()

    @model_validator(mode="after")
    def _no_more_errors_than_requests(self) -> Self:
        if self.errors is not None and (self.requests is None or self.errors > self.requests):
            raise ValueError("There are more errors than requests.")
        if len({one.name for one in self.own}) < len(self.own):
            raise ValueError("A metric of your own is there twice.")
        return self


class Limit(BaseModel):
    """How much worse the target may be, in one metric (a built-in one, or one of their own by its name).

    points: percentage points of a rate; percent: of the old side's value; difference: in the metric's own unit;
    forecast: per cent over what was forecast (cost alone); at_most: the value itself, whatever the old side has
    (at least, where higher is better). `base` is the rate, in per cent, that planning assumes.
    """

    model_config = BOTH_WAYS

    metric: Name
    kind: Literal["points", "percent", "difference", "forecast", "at_most"]
    margin: Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=6)]
    better: Literal["lower", "higher"] = "lower"
    base: Annotated[Decimal, Field(gt=0, lt=100, decimal_places=4)] | None = None

    @model_validator(mode="after")
    def _fits_its_metric(self) -> Self:
        own = self.metric not in BUILT_IN
        if self.kind == "forecast" and self.metric != "cost_per_thousand":
            raise ValueError("Only the cost was forecast.")
        if self.kind == "points" and not own and self.metric != "error_rate":
            raise ValueError("Percentage points are for rates.")
        if not own and self.better == "higher":
            raise ValueError("Of this metric, lower is better.")
        return self


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: of which entry into a stage, when, by whom, from where."""

    entry: int
    at: dt.datetime
    who: str
    baseline: Side
    candidate: Side
    source: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """The last reading of each entry, in order; `limits` is None until somebody sets them.

    `requests_day` is what planning counts with where it is said; else the forecast's.
    """

    limits: tuple[Limit, ...] | None = None
    requests_day: int | None = None
    found: tuple[Reading, ...] = ()

    def of(self, entry: int) -> Reading | None:
        """The reading of an entry."""
        return next((each for each in self.found if each.entry == entry), None)

    def seen(self, entry: int) -> int:
        """Requests on the target in an entry."""
        reading = self.of(entry)
        return (reading.candidate.requests or 0) if reading else 0

    def before(self, entry: int) -> Side | None:
        """The old side as it was last seen with traffic, up to this entry: at 100 % there is none beside."""
        sides = [each.baseline for each in self.found if each.entry <= entry and each.baseline.requests]
        return sides[-1] if sides else None


class TakeReading(Guarded):
    """What each side has seen since the stage was entered; it takes the place of an earlier reading."""

    command: Literal["take_reading"]
    baseline: Side = Side()
    candidate: Side
    source: Line = ""


class SetLimits(Guarded):
    """The limits that the target has to keep, and the traffic that planning counts with."""

    command: Literal["set_limits"]
    limits: Annotated[tuple[Limit, ...], Field(max_length=MOST_LIMITS)]
    requests_day: Annotated[int, Field(ge=1, le=10**12)] | None = None


def take(command: TakeReading, moment: Moment, entry: int, *, holds: bool) -> Happening:
    """Decide on a reading of an entry. Raises Refused where no stage holds, and where nothing was read."""
    if not holds:
        raise Refused("no-stage")
    if command.candidate == Side():
        raise Refused("nothing-read")
    sides = {side: getattr(command, side).model_dump(mode="json") for side in ("baseline", "candidate")}
    return moment.happening("readings.taken", entry=entry, source=command.source, **sides)


def set_limits(_now: Readings, command: SetLimits, moment: Moment) -> Happening:
    """Decide on limits. Raises Refused where one metric has two."""
    if len({limit.metric for limit in command.limits}) < len(command.limits):
        raise Refused("limit-twice")
    limits = [limit.model_dump(mode="json") for limit in command.limits]
    return moment.happening("readings.limited", limits=limits, requests_day=command.requests_day)


def evolved(now: Readings, told: Happening) -> Readings:
    """The readings after what has happened."""
    if told.kind == "readings.limited":
        limits = tuple(Limit.model_validate(limit) for limit in told.data["limits"])
        return replace(now, limits=limits, requests_day=told.data["requests_day"])
    entry = int(told.data["entry"])
    old, new = (Side.model_validate(told.data[side]) for side in ("baseline", "candidate"))
    reading = Reading(entry, told.at, told.who, old, new, str(told.data["source"]))
    return replace(now, found=(*(each for each in now.found if each.entry != entry), reading))
