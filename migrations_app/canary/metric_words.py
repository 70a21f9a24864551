"""What metrics and limits are called, and how their figures are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.formatting import formatter_for
from migrations_app.rules.readings import TIMES, Limit
from migrations_app.rules.verdicts import Figure, Outcome, Verdict

NAMES: Final = {
    "error_rate": gettext_lazy("Error rate"),
    "latency_p50_ms": gettext_lazy("Latency, p50"),
    "latency_p95_ms": gettext_lazy("Latency, p95"),
    "ttft_p50_ms": gettext_lazy("Time to first token, p50"),
    "ttft_p95_ms": gettext_lazy("Time to first token, p95"),
    "cost_per_thousand": gettext_lazy("Cost per 1,000 requests"),
}
UNKNOWN: Final = "—"
OUTCOMES: Final = {
    Outcome.PASS: gettext_lazy("pass"),
    Outcome.FAIL: gettext_lazy("fail"),
    Outcome.NOT_YET: gettext_lazy("not yet"),
}


def metric_name(metric: str) -> str:
    """A built-in metric in words; one of their own is called as they call it."""
    return str(NAMES.get(metric, metric))


def written(metric: str, figure: Figure | None) -> str:
    """A figure with its unit."""
    if figure is None:
        return UNKNOWN
    return value_written(metric, figure.value, rate=figure.of is not None)


def value_written(metric: str, value: Decimal, *, rate: bool) -> str:
    """`0.41 %`, `612 ms`, `$6.00`, `4.31`."""
    form = formatter_for()
    if rate or metric == "error_rate":
        return f"{form.number(value, 2)}\u00a0%"
    if metric in TIMES:
        return f"{form.number(value, 1)}\u00a0ms"
    if metric == "cost_per_thousand":
        return form.money(value)
    return form.number(value, 4)


def limit_written(limit: Limit) -> str:
    """`+0.5 pt`, `+10 %`, `forecast +15 %`, `−0.15`, `at most 800 ms`."""
    form, sign = formatter_for(), "+" if limit.better == "lower" else "\u2212"
    margin = f"{sign}{form.number(limit.margin)}"
    if limit.kind == "at_most":
        bound = value_written(limit.metric, limit.margin, rate=False)
        words = _("at most %(bound)s") if limit.better == "lower" else _("at least %(bound)s")
        return words % {"bound": bound}
    if limit.kind == "points":
        return _("%(margin)s pt") % {"margin": margin}
    if limit.kind == "difference":
        return value_words(limit.metric, margin)
    percent = f"{margin}\u00a0%"
    return _("forecast %(percent)s") % {"percent": percent} if limit.kind == "forecast" else percent


def value_words(metric: str, margin: str) -> str:
    """A difference with the unit of its metric."""
    return f"{margin}\u00a0ms" if metric in TIMES else margin


def verdict_written(verdict: Verdict) -> str:
    """`pass`, `fail`, or what is still missing."""
    if verdict.needs:
        return _("needs %(count)s more") % {"count": formatter_for().number(verdict.needs)}
    words = {
        "no-figures": _("no figures"),
        "no-comparison": _("nothing to compare with"),
        "at-the-limit": _("at the limit"),
    }
    return words.get(verdict.why) or str(OUTCOMES[verdict.outcome])


def how_sure(verdict: Verdict) -> str:
    """The interval in points, or that there is none."""
    if verdict.low is None or verdict.high is None:
        return _("not statistical") if verdict.candidate else ""
    form = formatter_for()
    low, high = (form.number(Decimal(repr(each)), 2) for each in (verdict.low, verdict.high))
    return _("worse by %(low)s to %(high)s pt") % {"low": low, "high": high}
