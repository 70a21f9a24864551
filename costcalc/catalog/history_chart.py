"""A model's prices over time as a chart: what was in force from which day, and what will be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.history import marks
from costcalc.catalog.labels import unit_label
from costcalc.catalog.offers import CACHED, INPUT, OUTPUT, brief
from costcalc.catalog.published import exact
from costcalc.charts import DASHES, SHAPES, Chart, apart, axis_format, locale, tooltip
from costcalc.engine import averaged, prices_at
from costcalc.formatting import Formatter

UNITS = (INPUT, OUTPUT, CACHED)
# Labels at the lines' ends stand this share of the height apart.
ROOM = 0.075
# A line without a first day, and one whose last change was today, is drawn over so much of the whole.
LEAD = 0.12
LEAST = dt.timedelta(days=7)
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Point:
    """The prices per MTok in force from a day (None: since nobody knows when) until the next point's."""

    since: dt.date | None
    prices: Mapping[str, Decimal]


def price_points(entry: Entry) -> list[Point]:
    """Each day on which a standard price of the model changed, oldest first; by hour, the mean of the day."""
    found: list[Point] = []
    for day in marks(entry):
        prices = _prices(entry, day)
        if not found or found[-1].prices != prices:
            found.append(Point(day if day > dt.date.min else None, prices))
    return found[1:] if found and not found[0].prices else found


def _prices(entry: Entry, day: dt.date) -> dict[str, Decimal]:
    means = averaged(prices_at(entry.sheet_on(day), day, "standard"))
    return {unit: Decimal(exact(means[unit].base)) for unit in UNITS if unit in means}


def history_chart(entry: Entry, today: dt.date, write: Formatter) -> Chart | None:
    """The price history of a model; None where no price has ever changed."""
    points = price_points(entry)
    if len(points) < 2:
        return None
    return _Drawing(entry, points, today, write).chart()


class _Drawing:
    """One model's points, in one language."""

    def __init__(self, entry: Entry, points: Sequence[Point], today: dt.date, write: Formatter) -> None:
        self.entry = entry
        self.points = points
        self.today = today
        self.write = write
        dated = [point.since for point in points if point.since is not None]
        span = max(max(today, dated[-1]) - dated[0], LEAST)
        self.first = dated[0] - span * LEAD if points[0].since is None else dated[0]
        self.last = max(today, dated[-1] + span * LEAD)
        self.top = float(max((price for point in points for price in point.prices.values()), default=Decimal(0)))

    def chart(self) -> Chart:
        """What it says, draws and lists."""
        units = [unit for unit in UNITS if any(unit in point.prices for point in self.points)]
        return Chart(
            id="history",
            title=title(self.points, self.today, self.write),
            label=_("Price history of %(model)s: a line for each price per MTok, day by day.")
            % {"model": self.entry.model_id},
            spec=self._spec(units),
            head=(_("In force"), *(unit_label(unit) for unit in units)),
            rows=tuple(self._row(place, units) for place in reversed(range(len(self.points)))),
            locale=locale(self.write),
            height=260,
        )

    def _row(self, place: int, units: Sequence[str]) -> tuple[str, ...]:
        return (self._when(place), *(self._price(self.points[place], unit) for unit in units))

    def _price(self, point: Point, unit: str) -> str:
        return brief(point.prices[unit], self.write) if unit in point.prices else "\N{EM DASH}"

    def _when(self, place: int) -> str:
        since = self.points[place].since
        if since is None:
            return _("before %(day)s") % {"day": self.write.day(self.points[place + 1].since)}
        return _("from %(start)s on") % {"start": self.write.day(since)}

    def _spec(self, units: Sequence[str]) -> dict[str, Any]:
        days = {"field": "day", "type": "temporal", "scale": {"type": "utc", "nice": False}}
        axis = {"title": None, "format": self._format(), "tickCount": 4, "labelFlush": True, "domain": True}
        price = {"field": "price", "type": "quantitative", "scale": {"domain": [0, self.top], "nice": 4}}
        price["axis"] = {"title": None, "grid": True, "tickCount": 4, "format": axis_format(self.top, symbol="")}
        return {
            "encoding": {"x": {**days, "axis": axis}, "y": price},
            "layer": [
                *self._today(),
                *(self._line(unit, DASHES[place]) for place, unit in enumerate(units)),
                *(self._dots(unit, SHAPES[place]) for place, unit in enumerate(units)),
                self._labels(units),
                self._targets(units),
            ],
        }

    def _line(self, unit: str, dash: tuple[int, ...]) -> dict[str, Any]:
        steps = [{"day": _ms(since), "price": price} for since, price in self._steps(unit)]
        line = {"type": "line", "style": "line", "interpolate": "step-after", "strokeDash": dash}
        return {"data": {"values": steps}, "mark": line}

    def _steps(self, unit: str) -> Iterator[tuple[dt.date, float | None]]:
        for point in self.points:
            yield point.since or self.first, _number(point, unit)
        yield self.last, _number(self.points[-1], unit)

    def _dots(self, unit: str, shape: str) -> dict[str, Any]:
        """A mark where a price changed."""
        changed = [row for row in self._changes(unit) if row["since"]]
        return {"data": {"values": changed}, "mark": {"type": "point", "style": "shape", "shape": shape}}

    def _targets(self, units: Sequence[str]) -> dict[str, Any]:
        """What a pointer near a change is told."""
        told = tooltip(("unit", _("Price per MTok")), ("text", _("Price")), ("when", _("In force")))
        found = [row for unit in units for row in self._changes(unit)]
        mark = {"type": "point", "style": "target"}
        return {"data": {"values": found}, "mark": mark, "encoding": {"tooltip": told}}

    def _changes(self, unit: str) -> list[dict[str, Any]]:
        """Where the line of a unit begins, and each place where it goes up or down."""
        changed = [0, *(at for at, (one, two) in enumerate(pairwise(self.points), 1) if _differs(one, two, unit))]
        return [
            {
                "day": _ms(self.points[at].since or self.first),
                "price": _number(self.points[at], unit),
                "unit": unit_label(unit),
                "text": self._price(self.points[at], unit),
                "when": self._when(at),
                "since": self.points[at].since is not None,
            }
            for at in changed
            if unit in self.points[at].prices
        ]

    def _labels(self, units: Sequence[str]) -> dict[str, Any]:
        """Each line's name at its end, above or below where two of them meet."""
        last = self.points[-1]
        ending = [unit for unit in units if unit in last.prices]
        places = apart([float(last.prices[unit]) for unit in ending], self.top * ROOM)
        words = {INPUT: _("Input"), OUTPUT: _("Output"), CACHED: _("Cached")}
        found = [
            {"day": _ms(self.last), "price": place, "text": f"{words[unit]} {self._price(last, unit)}"}
            for unit, place in zip(ending, places, strict=True)
        ]
        mark = {"type": "text", "style": "strong", "align": "left", "dx": 6}
        return {"data": {"values": found}, "mark": mark, "encoding": {"text": {"field": "text", "type": "nominal"}}}

    def _today(self) -> Iterator[dict[str, Any]]:
        """Where what is known becomes what is announced."""
        if self.last == self.today:
            return
        data = {"values": [{"day": _ms(self.today), "text": self.write.today}]}
        yield {"data": data, "mark": {"type": "rule", "style": "mark"}, "encoding": {"y": None}}
        text = {"type": "text", "style": "aside", "align": "right", "dx": -4, "y": 6}
        words = {"text": {"field": "text", "type": "nominal"}, "y": None}
        yield {"data": data, "mark": text, "encoding": words}

    def _format(self) -> str:
        """How days stand on the axis: days within a few months, months within years."""
        vietnamese = self.write.language == "vi"
        if self.last - self.first < dt.timedelta(days=120):
            return "%-d/%-m" if vietnamese else "%-d %b"
        return "%-m/%Y" if vietnamese else "%b %Y"


def title(points: Sequence[Point], today: dt.date, write: Formatter) -> str:
    """What has changed, from the first price known to that of today; else what is going to change."""
    past = [point for point in points if point.since is None or point.since <= today]
    if len(past) < 2:
        ahead = points[len(past)].since if past else None
        return _("The price changes on %(day)s") % {"day": write.day(ahead)} if ahead else _("How the price changes")
    changes, day = _changes(past[0], past[-1], write), write.day(past[1].since)
    if changes:
        return _("%(changes)s since %(day)s") % {"changes": changes, "day": day}
    if past[0].prices == past[-1].prices:
        return _("Back at the price of before %(day)s") % {"day": day}
    return _("How the price changes")


def _changes(before: Point, after: Point, write: Formatter) -> str:
    """`Input price fell by 60%, output price rose by 5%`: of these two, else of cached input; "" for no change."""
    shares = {
        unit: after.prices[unit] / before.prices[unit] - 1
        for unit in UNITS
        if before.prices.get(unit) and unit in after.prices and after.prices[unit] != before.prices[unit]
    }
    if len(shares) > 1 and len(set(shares.values())) == 1:
        return _moved("", next(iter(shares.values())), write)
    shown = [unit for unit in shares if unit != CACHED] or list(shares)
    said = ", ".join(_moved(unit, shares[unit], write) for unit in shown)
    return said[:1].upper() + said[1:]


def _moved(unit: str, share: Decimal, write: Formatter) -> str:
    fell = {
        "": _("Price fell by %(percent)s"),
        INPUT: _("input price fell by %(percent)s"),
        OUTPUT: _("output price fell by %(percent)s"),
        CACHED: _("cached input price fell by %(percent)s"),
    }
    rose = {
        "": _("Price rose by %(percent)s"),
        INPUT: _("input price rose by %(percent)s"),
        OUTPUT: _("output price rose by %(percent)s"),
        CACHED: _("cached input price rose by %(percent)s"),
    }
    return (fell if share < 0 else rose)[unit] % {"percent": write.percent(abs(share))}


def _differs(one: Point, two: Point, unit: str) -> bool:
    return one.prices.get(unit) != two.prices.get(unit)


def _number(point: Point, unit: str) -> float | None:
    return float(point.prices[unit]) if unit in point.prices else None


def _ms(day: dt.date) -> int:
    """Midnight UTC as a browser counts."""
    return (day - EPOCH).days * 86_400_000
