"""What drives the return: the net present value with one uncertain input at its low and at its high."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from costcalc.charts import Chart, amount, axis_format, locale, short, tooltip
from costcalc.engine import Return, dollars
from costcalc.formatting import Formatter

ROW = 46


@dataclass(frozen=True)
class Driver:
    """One uncertain input: what it is called, its low and its high in words, and the NPV in cents at each."""

    label: str
    low: str
    high: str
    low_cents: int
    high_cents: int


def drivers_chart(found: Return, drivers: Sequence[Driver], write: Formatter) -> Chart | None:
    """A tornado of the drivers, the widest swing first; None without any, or where a price is unknown."""
    if not found.complete or not drivers:
        return None
    return Chart(
        id="drivers",
        title=_title(drivers[0], write),
        label=_("Net present value with one input at its low and at its high, the widest swing first."),
        spec=_spec(found.npv_cents, drivers, write),
        head=(_("Input"), _("Low"), _("Worth"), _("High"), _("Worth")),
        rows=tuple((d.label, d.low, write.cents(d.low_cents), d.high, write.cents(d.high_cents)) for d in drivers),
        locale=locale(write),
        height=ROW * len(drivers) + 58,
    )


def _title(widest: Driver, write: Formatter) -> str:
    low, high = sorted((widest.low_cents, widest.high_cents))
    words = {
        "input": widest.label,
        "low": write.short_money(dollars(low)),
        "high": write.short_money(dollars(high)),
    }
    if low < 0 < high:
        return _("What decides between loss and gain: %(input)s, from %(low)s to %(high)s") % words
    return _("What drives it most: %(input)s, from %(low)s to %(high)s") % words


def _spec(base: int, drivers: Sequence[Driver], write: Formatter) -> dict[str, Any]:
    cents = [base, *(end for d in drivers for end in (d.low_cents, d.high_cents))]
    low, high = amount(min(cents), write), amount(max(cents), write)
    room = (high - low) * 0.06 or 1.0
    axis = {"title": _("Net present value"), "grid": True, "tickCount": 3, "labelFlush": True}
    axis["format"] = axis_format(max(abs(low), abs(high)))
    x = {"type": "quantitative", "axis": axis, "scale": {"domain": [low - room, high + room], "nice": False}}
    order = [str(place) for place in range(len(drivers))]
    y = {"field": "place", "type": "ordinal", "axis": None, "sort": order, "scale": {"paddingInner": 0.1}}
    return {
        "data": {"values": list(_ends(base, drivers, write))},
        "encoding": {"y": y},
        "layer": [*_lines(amount(base, write), low, high, x), *_bars(x), *_words(x, drivers)],
    }


def _ends(base: int, drivers: Sequence[Driver], write: Formatter) -> Iterator[dict[str, Any]]:
    for place, d in enumerate(drivers):
        for end, said, cents in (("low", d.low, d.low_cents), ("high", d.high, d.high_cents)):
            other = d.high_cents if end == "low" else d.low_cents
            yield {
                "place": str(place),
                "label": d.label,
                "end": end,
                "said": said,
                "worth": write.cents(cents),
                "base": amount(base, write),
                "value": amount(cents, write),
                "left": cents < other or (cents == other and end == "low"),
            }


def _lines(base: float, low: float, high: float, x: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where the scenario itself stands, and zero where it is in sight."""
    sums = [("mark", base), *([("zero", 0.0)] if low < 0 < high else [])]
    for style, value in sums:
        encoding = {"x": {**x, "field": "value"}, "y": None}
        yield {"data": {"values": [{"value": value}]}, "mark": {"type": "rule", "style": style}, "encoding": encoding}


def _bars(x: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """To the low end hollow, to the high end full."""
    told = tooltip(("label", _("Input")), ("said", _("Value")), ("worth", _("Net present value")))
    for end, style in (("low", "hollow"), ("high", "solid")):
        yield {
            "transform": [{"filter": {"field": "end", "equal": end}}],
            "mark": {"type": "bar", "style": style, "height": 12, "yOffset": 10},
            "encoding": {"x": {**x, "field": "base"}, "x2": {"field": "value"}, "tooltip": told},
        }


def _words(x: dict[str, Any], drivers: Sequence[Driver]) -> Iterator[dict[str, Any]]:
    """Over each bar what it is; at its two ends, inside the drawing, the input's value there."""
    names = [{"place": str(place), "label": short(d.label, 46)} for place, d in enumerate(drivers)]
    label = {"text": {"field": "label", "type": "nominal"}, "x": {"value": 0}}
    mark = {"type": "text", "style": "strong", "align": "left", "dy": -8}
    yield {"data": {"values": names}, "mark": mark, "encoding": label}
    for left in (True, False):
        yield {
            "transform": [{"filter": {"field": "left", "equal": left}}],
            "mark": {
                "type": "text",
                "style": "aside",
                "align": "right" if left else "left",
                "dx": -5 if left else 5,
                "dy": 10,
            },
            "encoding": {"x": {**x, "field": "value"}, "text": {"field": "said", "type": "nominal"}},
        }
