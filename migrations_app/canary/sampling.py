"""What each stage can detect, as pages say it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.formatting import formatter_for
from migrations_app.canary.metric_words import metric_name
from migrations_app.rules import planning
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.sampling import Sight
from migrations_app.rules.state import State


def detection(state: State) -> list[dict[str, Any]]:
    """For each rate with a limit: what every stage sees of it by its least hold."""
    return [_of(plan) for plan in planning.plans(state)]


def _of(plan: planning.Planned) -> dict[str, Any]:
    margin = formatter_for().number(Decimal(repr(plan.margin * 100)), 4)
    said = {"metric": metric_name(plan.metric), "base": percent(plan.base), "margin": margin}
    return {
        "metric": said["metric"],
        "assumed": _("%(metric)s: base rate %(base)s, limit %(margin)s points.") % said,
        "rows": [_row(stage, sight, plan.margin) for stage, sight in plan.sights],
    }


def _row(stage: Stage, seen: Sight, margin: float) -> dict[str, Any]:
    return {
        "share": f"{formatter_for().number(stage.percent)}\u00a0%",
        "target": formatter_for().number(Decimal(round(seen.target))),
        "fixed": points(seen.fixed),
        "sequential": points(seen.sequential),
        "enough": seen.sequential is not None and seen.sequential <= margin,
        "compared": seen.sequential is not None,
        "after": _after(seen.sequential_hours, seen.sequential_sample),
        "fixed_after": _after(seen.fixed_hours, seen.fixed_sample),
    }


def _after(hours: float | None, sample: int | None) -> str:
    """`32 h, 6,614 requests`; a dash where it never comes."""
    if hours is None or sample is None:
        return "—"
    count = formatter_for().number(Decimal(sample))
    return ngettext("%(hours)s, %(count)s request", "%(hours)s, %(count)s requests", sample) % {
        "hours": in_hours(hours),
        "count": count,
    }


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
