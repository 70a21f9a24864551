"""Whether the target keeps its limits: pass, fail, or not yet, and what is still needed. Pure.

A rate with counts on both sides is judged by Newcombe's interval for the difference of two proportions (method 10 of
“Interval estimation for the difference between independent proportions”, Statistics in Medicine 17, 1998), 95 % on
one side, for one look. Everything else is compared as it stands, and is not statistical.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from migrations_app.rules.about import Forecast
from migrations_app.rules.happening import Refused
from migrations_app.rules.readings import Limit, Reading, Readings, Side
from migrations_app.rules.rollout import ALL, Rollout

Z: Final = 1.6448536269514722
# A split that is this unlikely (both ways, 0.1 %) is none of chance's.
Z_SPLIT: Final = 3.2905267314918945
# Beyond this many times what was seen, no sample is worth waiting for.
MOST_TIMES: Final = 1e5
HUNDRED: Final = Decimal(100)


class Outcome(StrEnum):
    """What a limit comes to."""

    PASS = "pass"
    FAIL = "fail"
    NOT_YET = "not-yet"


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value on one side, and its counts where it is a rate (then the value is in per cent)."""

    value: Decimal
    count: int | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one limit comes to.

    `low` and `high` bound how much worse the target is, in points, where the verdict is `statistical`; `needs` is how
    many more requests on the target decide it if the rates stay as they are, None where no number of them would.
    """

    limit: Limit
    outcome: Outcome
    why: str = ""
    baseline: Figure | None = None
    candidate: Figure | None = None
    low: float | None = None
    high: float | None = None
    needs: int | None = None

    @property
    def statistical(self) -> bool:
        """Whether chance was reckoned with."""
        return self.high is not None


def default_limits(forecast: Forecast) -> tuple[Limit, ...]:
    """What is watched until somebody says otherwise."""
    common = (
        Limit(metric="error_rate", kind="points", margin=Decimal("0.5"), base=Decimal(1)),
        Limit(metric="ttft_p95_ms", kind="percent", margin=Decimal(10)),
    )
    if forecast.cost_per_thousand("candidate") is None:
        return common
    return (*common, Limit(metric="cost_per_thousand", kind="forecast", margin=Decimal(15)))


def limits_of(readings: Readings, forecast: Forecast) -> tuple[Limit, ...]:
    """Those that hold."""
    return default_limits(forecast) if readings.limits is None else readings.limits


def verdicts(readings: Readings, rollout: Rollout, forecast: Forecast) -> list[Verdict]:
    """Every limit of the stage that holds."""
    reading = readings.of(rollout.entry) if rollout.stage else None
    before = readings.before(rollout.entry)
    return [judged(limit, reading, before, forecast) for limit in limits_of(readings, forecast)]


def judged(limit: Limit, reading: Reading | None, before: Side | None, forecast: Forecast) -> Verdict:
    """One limit, of one reading."""
    candidate = figure(reading.candidate, limit.metric) if reading else None
    baseline = figure(_old_side(reading, before), limit.metric)
    found = Verdict(limit, Outcome.NOT_YET, "no-figures", baseline, candidate)
    if candidate is None:
        return found
    if limit.kind == "points" and baseline and candidate.of and baseline.of:
        return _by_interval(limit, baseline, candidate)
    bound = bound_of(limit, baseline, forecast)
    if bound is None:
        return Verdict(limit, Outcome.NOT_YET, "no-comparison", baseline, candidate)
    kept = candidate.value <= bound if limit.better == "lower" else candidate.value >= bound
    return Verdict(limit, Outcome.PASS if kept else Outcome.FAIL, "", baseline, candidate)


def _old_side(reading: Reading | None, before: Side | None) -> Side | None:
    """The old side of this reading where it has requests, else as it was last seen with some."""
    beside = reading.baseline if reading else None
    return before if beside is None or beside == Side() or beside.requests == 0 else beside


def figure(side: Side | None, metric: str) -> Figure | None:
    """A metric on one side; None where it is not known."""
    if side is None:
        return None
    if metric == "error_rate":
        return _rate(side.errors, side.requests)
    if metric == "cost_per_thousand":
        return Figure(side.cost * 1000 / side.requests) if side.cost is not None and side.requests else None
    own = next((one for one in side.own if one.name == metric), None)
    if own is not None:
        return _rate(own.count, own.of) if own.value is None else Figure(own.value)
    value = getattr(side, metric, None)
    return Figure(value) if isinstance(value, Decimal) else None


def _rate(count: int | None, of: int | None) -> Figure | None:
    return Figure(HUNDRED * count / of, count, of) if count is not None and of else None


def bound_of(limit: Limit, baseline: Figure | None, forecast: Forecast) -> Decimal | None:
    """The worst value that the target may have; None where what it is compared with is not known."""
    if limit.kind == "at_most":
        return limit.margin
    old = baseline.value if baseline else None
    against = forecast.cost_per_thousand("candidate") if limit.kind == "forecast" else old
    if against is None:
        return None
    room = abs(against) * limit.margin / 100 if limit.kind in {"percent", "forecast"} else limit.margin
    return against + room if limit.better == "lower" else against - room


def _by_interval(limit: Limit, baseline: Figure, candidate: Figure) -> Verdict:
    old, new = (_counts(each) for each in (baseline, candidate))
    margin = float(limit.margin) / 100
    low, high = worse(old, new, limit.better)
    outcome = _decided(low, high, margin)
    needs = None if outcome is not Outcome.NOT_YET else still_needed(old, new, margin, limit.better)
    why = "" if outcome is not Outcome.NOT_YET else ("sample" if needs else "at-the-limit")
    return Verdict(limit, outcome, why, baseline, candidate, low * 100, high * 100, needs)


def _counts(side: Figure) -> tuple[float, float]:
    return float(side.value) / 100, float(side.of or 0)


def _decided(low: float, high: float, margin: float) -> Outcome:
    if high < margin:
        return Outcome.PASS
    return Outcome.FAIL if low > margin else Outcome.NOT_YET


def worse(old: tuple[float, float], new: tuple[float, float], better: str) -> tuple[float, float]:
    """Bounds on how much worse the new rate is; each rate comes with its number of requests."""
    low, high = newcombe(old, new)
    return (low, high) if better == "lower" else (-high, -low)


def newcombe(old: tuple[float, float], new: tuple[float, float]) -> tuple[float, float]:
    """Bounds, each 95 % on its side, on the new rate less the old one."""
    (low_old, high_old), (low_new, high_new) = wilson(*old), wilson(*new)
    gap = new[0] - old[0]
    below = math.hypot(new[0] - low_new, high_old - old[0])
    above = math.hypot(high_new - new[0], old[0] - low_old)
    return gap - below, gap + above


def wilson(rate: float, of: float) -> tuple[float, float]:
    """Wilson's bounds on a rate, each 95 % on its side."""
    middle = rate + Z * Z / (2 * of)
    spread = Z * math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of))
    return max((middle - spread) / (1 + Z * Z / of), 0.0), min((middle + spread) / (1 + Z * Z / of), 1.0)


def still_needed(old: tuple[float, float], new: tuple[float, float], margin: float, better: str) -> int | None:
    """How many more requests on the target decide it, if both rates and the split stay; None where none would."""

    def decided(times: float) -> bool:
        low, high = worse((old[0], old[1] * times), (new[0], new[1] * times), better)
        return _decided(low, high, margin) is not Outcome.NOT_YET

    little, much = 1.0, 2.0
    while not decided(much):
        little, much = much, much * 2
        if much > MOST_TIMES:
            return None
    while (much - little) * new[1] > 0.5:
        middle = (little + much) / 2
        little, much = (little, middle) if decided(middle) else (middle, much)
    return max(math.ceil((much - 1) * new[1]), 1)


def split_is_off(reading: Reading | None, rollout: Rollout) -> bool:
    """Whether the requests are split otherwise than the stage says: then its figures compare different people."""
    if reading is None or rollout.stage is None or rollout.stage.percent == ALL:
        return False
    target, old = reading.candidate.requests or 0, reading.baseline.requests or 0
    share, both = float(rollout.stage.percent) / 100, target + old
    if not old or not target:
        return False
    return abs(target - both * share) > Z_SPLIT * math.sqrt(both * share * (1 - share))


def obstacles(readings: Readings, rollout: Rollout, forecast: Forecast) -> list[Refused]:
    """What the readings keep the present stage from being passed for, beside its sample. No data is never a pass."""
    if rollout.stage is None:
        return []
    found, reading = verdicts(readings, rollout, forecast), readings.of(rollout.entry)
    if found and reading is None:
        return [Refused("no-figures")]
    split = [Refused("split-is-off")] if split_is_off(reading, rollout) else []
    return split + [_obstacle(verdict) for verdict in found if verdict.outcome is not Outcome.PASS]


def _obstacle(verdict: Verdict) -> Refused:
    """What one limit is in the way for."""
    metric = verdict.limit.metric
    if verdict.outcome is Outcome.FAIL:
        return Refused("limit-failed", metric=metric)
    if verdict.statistical:
        return Refused("limit-undecided", metric=metric, needs=verdict.needs)
    return Refused("limit-unknown", metric=metric)
