"""What each stage can detect, as pages say it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.formatting import formatter_for
from migrations_app.metric_words import metric_name
from migrations_app.readings import Limit
from migrations_app.rollout import Stage
from migrations_app.sampling import Sight, sight, suggested
from migrations_app.state import State
from migrations_app.verdicts import figure, limits_of

# The base rate where nobody said and nobody measured one.
ASSUMED: Final = 0.01
LEAST_RATE: Final = 0.0001


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


def detection(state: State) -> list[dict[str, Any]]:
    """For each rate with a limit: what every stage sees of it by its least hold."""
    hourly = traffic(state)
    if not hourly:
        return []
    return [_of(state, limit, hourly) for limit in rates(state)]


def _of(state: State, limit: Limit, hourly: float) -> dict[str, Any]:
    base, margin = base_rate(state, limit), float(limit.margin) / 100
    form = formatter_for()
    said = {"metric": metric_name(limit.metric), "base": percent(base), "margin": form.number(limit.margin)}
    return {
        "metric": metric_name(limit.metric),
        "assumed": _("%(metric)s: base rate %(base)s, limit %(margin)s points.") % said,
        "rows": [_row(stage, sight(stage, hourly, base, margin), margin) for stage in state.rollout.stages],
    }


def _row(stage: Stage, seen: Sight, margin: float) -> dict[str, Any]:
    return {
        "share": f"{formatter_for().number(stage.percent)}\u00a0%",
        "target": formatter_for().number(Decimal(int(seen.target))),
        "fixed": points(seen.fixed),
        "sequential": points(seen.sequential),
        "enough": seen.sequential is not None and seen.sequential <= margin,
        "compared": seen.sequential is not None,
        "hours": in_hours(seen.sequential_hours),
        "fixed_hours": in_hours(seen.fixed_hours),
    }


def suggestion(state: State) -> tuple[Stage, ...]:
    """Stages that see every margin; () where there are none, or no traffic is known."""
    asked = [(base_rate(state, limit), float(limit.margin) / 100) for limit in rates(state)]
    return suggested(traffic(state), asked, least=state.rollout.stages[0].percent)


def points(rise: float | None) -> str:
    """`0.37 pt`; a dash where nothing can be told."""
    if rise is None:
        return "—"
    return _("%(points)s pt") % {"points": formatter_for().number(Decimal(repr(rise * 100)), 2)}


def percent(rate: float) -> str:
    """A rate in per cent, to the hundredth."""
    return f"{formatter_for().number(Decimal(repr(rate * 100)), 2)}\u00a0%"


def in_hours(hours: float | None) -> str:
    """Hours, or days where they are many; a dash where it never comes."""
    if hours is None:
        return "—"
    form, whole = formatter_for(), Decimal(-int(-hours // 1))
    if whole <= 72:
        return _("%(hours)s h") % {"hours": form.number(whole)}
    return _("%(days)s d") % {"days": form.number(Decimal(-int(-hours // 24)))}
