"""What the stages of a plan can detect, of its own traffic, rates and limits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.readings import Limit
from migrations_app.rules.sampling import Sight, sight, suggested
from migrations_app.rules.state import State
from migrations_app.rules.verdicts import figure, limits_of

__all__ = ["Planned", "Sight", "plans", "suggestion"]

# The base rate where nobody said and nobody measured one.
ASSUMED: Final = 0.01
LEAST_RATE: Final = 0.0001


@dataclass(frozen=True, slots=True)
class Planned:
    """One rate with a limit: the base that is assumed and the margin, as shares; and what each stage sees of it."""

    metric: str
    base: float
    margin: float
    sights: tuple[tuple[Stage, Sight], ...]


def traffic(state: State) -> float:
    """Requests an hour on both sides together; 0 where nobody says."""
    day = state.readings.requests_day or state.about.forecast.requests_day or 0
    return float(day) / 24


def base_rate(state: State, limit: Limit) -> float:
    """The rate that a limit's planning assumes: what is measured on the old side, else what was said, else 1 %."""
    measured = figure(state.readings.before(state.rollout.entry), limit.metric)
    if measured is not None:
        return min(max(float(measured.value) / 100, LEAST_RATE), 0.5)
    return float(limit.base) / 100 if limit.base else ASSUMED


def rates(state: State) -> list[Limit]:
    """The limits that a sample can be planned for."""
    return [limit for limit in limits_of(state.readings, state.about.forecast) if limit.kind == "points"]


def plans(state: State) -> list[Planned]:
    """For each rate with a limit: what every stage sees of it by its least hold; none where no traffic is known."""
    hourly = traffic(state)
    return [_of(state, limit, hourly) for limit in rates(state)] if hourly else []


def _of(state: State, limit: Limit, hourly: float) -> Planned:
    base, margin = base_rate(state, limit), float(limit.margin) / 100
    sights = tuple((stage, sight(stage, hourly, base, margin)) for stage in state.rollout.stages)
    return Planned(limit.metric, base, margin, sights)


def suggestion(state: State) -> tuple[Stage, ...]:
    """Stages that see every margin; () where there are none, or no traffic is known."""
    asked = [(base_rate(state, limit), float(limit.margin) / 100) for limit in rates(state)]
    return suggested(traffic(state), asked, least=state.rollout.stages[0].percent) if asked else ()
