"""Where the money goes: from what the baseline costs a month to what the candidate does, unit by unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from costcalc.catalog.labels import unit_label
from costcalc.charts import Chart, amount, locale, short, tooltip
from costcalc.engine import dollars
from costcalc.formatting import Formatter
from costcalc.scenarios.scenario import Result

# Of more steps the smallest are one.
MOST = 8
ROW = 42


@dataclass(frozen=True)
class _Bar:
    """A bar from one sum to another, in cents; a total is one from 0."""

    label: str
    start: int
    end: int
    kind: str


def money_chart(result: Result, write: Formatter) -> Chart | None:
    """The month's costs from baseline to candidate; None where a price is unknown, or nothing changes."""
    steps = _steps(result)
    if not result.estimate.complete or not steps:
        return None
    bars = _bars(result, steps)
    return Chart(
        id="money",
        title=_title(result, steps, write),
        label=_("Costs a month: from the baseline, step by step what changes, to the candidate."),
        spec=_spec(bars, write),
        head=(_("A month"), _("Costs, or what changes")),
        rows=tuple((bar.label, _text(bar, write)) for bar in bars),
        locale=locale(write),
        height=ROW * len(bars),
    )


def _steps(result: Result) -> list[tuple[str, int]]:
    """What changes: by unit, or of several workloads by workload; the small ones of many together."""
    several = len(result.moves) > 1
    found: dict[int | str, int] = {}
    for line in result.estimate.lines:
        name: int | str = line.workload if several else line.unit
        found[name] = found.get(name, 0) + line.difference_cents
    named = [(_name(name, result), cents) for name, cents in found.items() if cents]
    if len(named) <= MOST:
        return named
    large = sorted(named, key=lambda step: -abs(step[1]))[: MOST - 1]
    rest = sum(cents for _label, cents in named) - sum(cents for _label, cents in large)
    return [step for step in named if step in large] + [(_("everything else"), rest)]


def _name(of: int | str, result: Result) -> str:
    if isinstance(of, str):
        return str(unit_label(of))
    return result.moves[of].workload.name or _("Workload %(number)s") % {"number": of + 1}


def _bars(result: Result, steps: Sequence[tuple[str, int]]) -> list[_Bar]:
    month = result.estimate.monthly
    sums = list(accumulate((cents for _label, cents in steps), initial=month.baseline_cents))
    moves = [
        _Bar(label, start, start + cents, "costs" if cents > 0 else "saves")
        for (label, cents), start in zip(steps, sums, strict=False)
    ]
    first, last = (_Bar(_("Baseline"), 0, sums[0], "total"), _Bar(_("Candidate"), 0, sums[-1], "total"))
    return [first, *moves, last]


def _title(result: Result, steps: Sequence[tuple[str, int]], write: Formatter) -> str:
    saving = result.estimate.monthly.savings_cents
    most = max(steps, key=lambda step: -step[1] if saving > 0 else step[1])
    share = most[1] * 100 // (-saving or 1)
    words = {"sum": write.short_money(dollars(abs(saving))), "what": most[0]}
    if not saving:
        return _("The move costs as much as it saves")
    if len(steps) == 1 or share < 50:
        return (_("The move saves %(sum)s a month") if saving > 0 else _("The move costs %(sum)s more a month")) % words
    if saving > 0:
        return _("The move saves %(sum)s a month, most of it here: %(what)s") % words
    return _("The move costs %(sum)s more a month, most of it here: %(what)s") % words


def _text(bar: _Bar, write: Formatter) -> str:
    return write.cents(bar.end) if bar.kind == "total" else write.cents_difference(bar.end - bar.start)


def _spec(bars: Sequence[_Bar], write: Formatter) -> dict[str, Any]:
    top = amount(max(max(bar.start, bar.end) for bar in bars), write) or 1.0
    rows = [
        {
            "place": place,
            "label": short(bar.label, 44),
            "start": amount(bar.start, write),
            "end": amount(bar.end, write),
            "far": amount(max(bar.start, bar.end), write),
            "text": _text(bar, write),
            "kind": bar.kind,
        }
        for place, bar in enumerate(bars)
    ]
    return {
        "data": {"values": rows},
        "encoding": {
            "y": {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.1, "paddingOuter": 0}},
            "tooltip": tooltip(("label", _("A month")), ("text", _("Costs, or what changes"))),
        },
        "layer": [*_drawn(rows, top), *_words()],
    }


def _drawn(rows: Sequence[dict[str, Any]], top: float) -> Iterator[dict[str, Any]]:
    money = {"field": "start", "type": "quantitative", "axis": None, "scale": {"domain": [0, top], "nice": False}}
    for kind in ("total", "saves", "costs"):
        of_kind = [row for row in rows if row["kind"] == kind]
        mark = {"type": "bar", "style": kind, "height": 14, "yOffset": 9}
        if of_kind:
            yield {"data": {"values": of_kind}, "mark": mark, "encoding": {"x": money, "x2": {"field": "end"}}}


def _words() -> Iterator[dict[str, Any]]:
    """Over each bar what it is, at its end how much."""
    label = {"text": {"field": "label", "type": "nominal"}, "x": {"value": 0}}
    yield {"mark": {"type": "text", "style": "aside", "align": "left", "dy": -8}, "encoding": label}
    far = {"text": {"field": "text", "type": "nominal"}, "x": {"field": "far", "type": "quantitative"}}
    yield {"mark": {"type": "text", "style": "strong", "align": "left", "dx": 6, "dy": 10}, "encoding": far}
