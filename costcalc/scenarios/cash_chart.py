"""Cumulative cash as a chart: of one return, with its spread and its payback, or of several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from costcalc.charts import DASHES, SHAPES, Chart, amount, apart, axis_format, locale, short, tooltip
from costcalc.engine import Outlook, Return, dollars, round_half_up
from costcalc.formatting import Formatter

LETTERS = "ABCDEF"
# Labels at the lines' ends stand this share of the height apart.
ROOM = 0.075
# So many months at most have a number each; of more every third, sixth or twelfth.
STEPS = ((8, 1), (30, 3), (61, 6))


@dataclass(frozen=True)
class _End:
    """A label at the end of a line: where that is, what it says, whether it is the main one."""

    month: float
    place: float
    text: str
    main: bool = True


def cash_chart(found: Return, outlook: Outlook | None, write: Formatter) -> Chart | None:
    """The cash of a return month by month, summed up; None where a price of it is unknown, or there is no month."""
    if not found.complete or not found.cash.months:
        return None
    rows = list(_rows(found, outlook, write))
    head = (_("Month"), _("Cash"), _("Sum"), *((_("P10 of the sum"), _("P90 of the sum")) if outlook else ()))
    return Chart(
        id="cash",
        title=_title(found, write),
        label=_("Cumulative cash by month: what was paid once below zero, then what the move brings."),
        spec=_one(found, outlook, rows, write),
        head=head,
        rows=tuple(
            (row["name"], row["cash"], row["sum"], *((row["p10"], row["p90"]) if outlook else ())) for row in rows
        ),
        locale=locale(write),
        note=_band(outlook, write) if outlook else "",
    )


def cash_compared(returns: Sequence[tuple[str, Return]], write: Formatter) -> Chart | None:
    """The cumulative cash of two to six versions, by name; None where fewer than two are known whole."""
    known = [(name, found) for name, found in returns if found.complete and found.cash.months]
    if len(known) < 2:
        return None
    lines = [(f"{LETTERS[place]} {short(name, 20)}", found) for place, (name, found) in enumerate(known)]
    best, ending = max(known, key=lambda line: line[1].cash.cumulative[-1])
    words = {"name": short(best, 60), "sum": write.short_money(dollars(ending.cash.cumulative[-1]))}
    return Chart(
        id="cash",
        title=_("“%(name)s” ends highest, at %(sum)s") % words,
        label=_("Cumulative cash by month, a line for each version."),
        spec=_several(lines, write),
        head=(_("Month"), *(label for label, _found in lines)),
        rows=tuple(_months([found for _label, found in lines], write)),
        locale=locale(write),
        height=300,
    )


def _title(found: Return, write: Formatter) -> str:
    months = _number(float(found.cash.moments[-1]), write)
    words = {"months": months, "sum": write.short_money(dollars(found.cash.cumulative[-1]))}
    if found.payback.months is not None:
        back = write.scaled(round_half_up(found.payback.months * 100), 2)
        return _("Pays back after %(months)s months") % {"months": back}
    if found.payback.state == "nothing_to_pay_back":
        return _("Nothing to pay back: %(sum)s after %(months)s months") % words
    return _("Not paid back within %(months)s months: %(sum)s at the end") % words


def _band(outlook: Outlook, write: Formatter) -> str:
    said = _("The band holds the middle eight of ten of %(count)s draws: from P10 to P90.")
    return said % {"count": write.number(outlook.draws)}


def _rows(found: Return, outlook: Outlook | None, write: Formatter) -> Iterator[dict[str, Any]]:
    """A row for each moment: its place on the axis, and what is said of it."""
    cash, spreads = found.cash, outlook.cumulative if outlook else ()
    for place, (moment, total) in enumerate(zip(cash.moments, cash.cumulative, strict=True)):
        row: dict[str, Any] = {"month": float(moment), "total": amount(total, write)}
        row["name"] = write.number(place) if place else _("paid once")
        row |= {"cash": write.cents(cash.flow[place]), "sum": write.cents(total)}
        if spreads:
            spread = spreads[place]
            row |= {"low": amount(spread.p10_cents, write), "high": amount(spread.p90_cents, write)}
            row |= {"p10": write.cents(spread.p10_cents), "p90": write.cents(spread.p90_cents)}
        yield row


def _one(found: Return, outlook: Outlook | None, rows: list[dict[str, Any]], write: Formatter) -> dict[str, Any]:
    values = [row[name] for row in rows for name in ("total", "low", "high") if name in row]
    told = [("name", _("Month")), ("cash", _("Cash")), ("sum", _("Sum"))]
    told += [("p10", "P10"), ("p90", "P90")] if outlook else []
    end = rows[-1]
    ends = [_End(end["month"], end["total"], write.short_money(dollars(found.cash.cumulative[-1])))]
    if outlook:
        ends += [_End(end["month"], end[name], word, main=False) for name, word in (("low", "P10"), ("high", "P90"))]
    return {
        "data": {"values": rows},
        "encoding": _axes(values, end["month"]),
        "layer": [
            *([{"mark": {"type": "area", "style": "band"}, "encoding": _BAND}] if outlook else []),
            _zero(),
            {"mark": {"type": "line", "style": "line"}},
            *_payback(found, end["month"], write),
            *_labels(ends, values),
            {"mark": _TARGET, "encoding": {"y": None, "tooltip": tooltip(*told)}},
        ],
    }


def _several(lines: Sequence[tuple[str, Return]], write: Formatter) -> dict[str, Any]:
    drawn = [(label, list(_rows(found, None, write))) for label, found in lines]
    values = [row["total"] for _label, rows in drawn for row in rows]
    last = max(rows[-1]["month"] for _label, rows in drawn)
    layers: list[dict[str, Any]] = []
    for place, (_label, rows) in enumerate(drawn):
        data, dots = {"values": rows}, {"values": rows[:: _step(len(rows))]}
        layers.append({"data": data, "mark": {"type": "line", "style": "line", "strokeDash": DASHES[place]}})
        layers.append({"data": dots, "mark": {"type": "point", "style": "shape", "shape": SHAPES[place]}})
    ends = [_End(rows[-1]["month"], rows[-1]["total"], label) for label, rows in drawn]
    told = tooltip(("version", _("Version")), ("name", _("Month")), ("sum", _("Sum")))
    every = [{**row, "version": label} for label, rows in drawn for row in rows]
    target = {"data": {"values": every}, "mark": {"type": "point", "style": "target"}, "encoding": {"tooltip": told}}
    return {"encoding": _axes(values, last), "layer": [_zero(), *layers, *_labels(ends, values), target]}


_BAND = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
# A stroke as high as the drawing over each month.
_TARGET = {"type": "rule", "style": "target", "strokeWidth": 14}


def _axes(values: Sequence[float], last: float) -> dict[str, Any]:
    low, high = min(0.0, *values), max(0.0, *values)
    step = _step(int(last))
    month = {"field": "month", "type": "quantitative", "scale": {"domain": [0, last], "nice": False}}
    month["axis"] = {"title": _("Month"), "values": [*range(0, int(last) + 1, step)], "format": "d"}
    money = {"field": "total", "type": "quantitative", "scale": {"domain": [low, high if high > low else 1.0]}}
    money["axis"] = {"title": None, "grid": True, "tickCount": 5, "format": axis_format(max(high, -low), symbol="")}
    return {"x": month, "y": money}


def _step(months: int) -> int:
    return next((step for most, step in STEPS if months <= most), 12)


def _zero() -> dict[str, Any]:
    return {"data": {"values": [{"total": 0}]}, "mark": {"type": "rule", "style": "zero"}, "encoding": {"x": None}}


def _payback(found: Return, last: float, write: Formatter) -> Iterator[dict[str, Any]]:
    """Where the line crosses zero for good: a dashed rule, a dot, and how many months that is."""
    months = found.payback.months
    if months is None:
        return
    text = _("%(months)s months") % {"months": write.scaled(round_half_up(months * 100), 2)}
    data = {"values": [{"month": float(months), "total": 0, "text": text}]}
    # Beside a line that rises through it: below to the right, or above to the left.
    right = float(months) < last * 0.6
    yield {"data": data, "mark": {"type": "rule", "style": "mark"}, "encoding": {"y": None}}
    yield {"data": data, "mark": {"type": "point", "style": "dot", "shape": "diamond"}}
    side = {"align": "left", "dx": 9, "dy": 13} if right else {"align": "right", "dx": -9, "dy": -11}
    words = {"type": "text", "style": "strong", **side}
    yield {"data": data, "mark": words, "encoding": {"text": {"field": "text", "type": "nominal"}}}


def _labels(ends: Sequence[_End], values: Sequence[float]) -> Iterator[dict[str, Any]]:
    """What the lines are called, at their ends; above or below where two of them meet."""
    room = (max(0.0, *values) - min(0.0, *values)) * ROOM
    places = apart([end.place for end in ends], room)
    for style, main in (("strong", True), ("aside", False)):
        rows = [
            {"month": end.month, "total": place, "text": end.text}
            for end, place in zip(ends, places, strict=True)
            if end.main is main
        ]
        mark = {"type": "text", "style": style, "align": "left", "dx": 6}
        if rows:
            text = {"text": {"field": "text", "type": "nominal"}}
            yield {"data": {"values": rows}, "mark": mark, "encoding": text}


def _months(returns: Sequence[Return], write: Formatter) -> Iterator[tuple[str, ...]]:
    for place in range(max(len(found.cash.cumulative) for found in returns)):
        sums = (found.cash.cumulative[place : place + 1] for found in returns)
        cells = (write.cents(total[0]) if total else "\N{EM DASH}" for total in sums)
        yield (write.number(place) if place else _("paid once"), *cells)


def _number(months: float, write: Formatter) -> str:
    return write.scaled(round(months * 10), 1)
