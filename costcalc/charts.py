"""Charts as values: what one says in words, what it draws, and the numbers behind it; and charts as pictures.

A chart is written once, in the names of the palette. In the browser those are the style sheet's own variables, so
that a switch of the scheme recolours what is drawn; in pictures they are the colours that the variables stand for.
What people typed is data in a specification, never an expression of it: names go into rows, not into field names,
titles of channels or formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode

from costcalc.formatting import Formatter

Scheme = Literal["light", "dark"]
Spec = Mapping[str, Any]

# The colours of static/css/tokens.css that charts use, by scheme.
PALETTE: Final[Mapping[Scheme, Mapping[str, str]]] = {
    "light": {
        "sheet": "#ffffff",
        "paper": "#fbfbf7",
        "ink": "#16201b",
        "muted": "#586059",
        "rule": "#dfe2db",
        "edge": "#8b928c",
        "saves": "#04684a",
        "costs": "#a82a1c",
    },
    "dark": {
        "sheet": "#1a1e1b",
        "paper": "#131614",
        "ink": "#e9ece8",
        "muted": "#a6aea8",
        "rule": "#2f3632",
        "edge": "#727b75",
        "saves": "#62cc9f",
        "costs": "#ff9485",
    },
}
VARIABLES: Final = {name: f"var(--{name})" for name in PALETTE["light"]}
# The style sheet's own letters, by name: what measures text does not know its variables.
PAGE_FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'
# A picture is measured here and read elsewhere: letters that are equally wide on most machines.
PICTURE_FONT: Final = '"Liberation Sans", Arial, Helvetica, sans-serif'
# What a picture of a page is wide, in pixels; and one of a phone.
WIDTH: Final = 720
NARROW: Final = 328
WIDTHS: Final = range(240, 1601)
# How lines are told apart, whatever their colour.
DASHES: Final = ((), (7, 3), (2, 3), (10, 3, 2, 3), (12, 5), (4, 2, 1, 2))
SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
# What a drawing cannot hold: the library that measures text ends the whole process over one such character.
_UNDRAWABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST: Final = 200
_MARKS: Final = {"en": (".", ","), "vi": (",", ".")}


@dataclass(frozen=True)
class Chart:
    """What a chart says and draws.

    `title` is the answer, `label` what is drawn, for those who do not see it; `spec` is of Vega-Lite, without size
    or look; `head` and `rows` are the same numbers as a table, whose first column names the row.
    """

    id: str
    title: str
    label: str
    spec: Spec
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    locale: Spec
    height: int = 280
    note: str = ""


@dataclass(frozen=True)
class Framed:
    """A chart in its place on a page: `address` and `query` are what its pictures are found by."""

    chart: Chart
    address: str
    query: str = ""

    @property
    def data(self) -> str:
        """What the browser draws from, as JSON."""
        drawn = {"spec": specified(self.chart, "container", look(VARIABLES, PAGE_FONT)), "locale": self.chart.locale}
        return json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))

    @property
    def svg(self) -> str:
        """The address of the drawing for ink on paper."""
        return self._picture("svg")

    @property
    def dark(self) -> str:
        """The same on a dark ground."""
        return self._picture("svg", scheme="dark")

    @property
    def narrow(self) -> str:
        """For a phone."""
        return self._picture("svg", width=NARROW)

    @property
    def narrow_dark(self) -> str:
        """For a phone, on a dark ground."""
        return self._picture("svg", scheme="dark", width=NARROW)

    @property
    def png(self) -> str:
        """The address of the bitmap."""
        return self._picture("png")

    def _picture(self, kind: str, **look: str | int) -> str:
        asked = "&".join(filter(None, (self.query, urlencode(look))))
        return f"{self.address}.{kind}{'?' + asked if asked else ''}"


def svg(chart: Chart, scheme: Scheme = "light", width: int = WIDTH) -> str:
    """The chart as a drawing on no ground, `width` pixels wide; about 25 ms, the first time 0.7 s and 130 MB."""
    # Heavy, and needed only where there is no script, on paper and in what is taken away.
    import vl_convert

    return vl_convert.vegalite_to_svg(
        _pictured(chart, scheme, width), format_locale=dict(chart.locale), allowed_base_urls=[]
    )


def png(chart: Chart, scheme: Scheme = "light", width: int = WIDTH, scale: float = 2) -> bytes:
    """The chart as a bitmap on the sheet's colour, `width` × `scale` pixels wide."""
    import vl_convert

    spec = {**_pictured(chart, scheme, width), "background": PALETTE[scheme]["sheet"], "padding": 12}
    return vl_convert.vegalite_to_png(spec, scale=scale, format_locale=dict(chart.locale), allowed_base_urls=[])


def _pictured(chart: Chart, scheme: Scheme, width: int) -> dict[str, Any]:
    return {**specified(chart, width, look(PALETTE[scheme], PICTURE_FONT)), "padding": 4}


def specified(chart: Chart, width: int | str, config: Spec) -> dict[str, Any]:
    """The whole specification: the chart's own, its size (pixels, or `container`) and its look."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "padding": 2,
        "autosize": {"type": "fit", "contains": "padding"},
        "width": width,
        "height": chart.height,
        **_drawable(chart.spec),
        "config": config,
    }


def short(name: str, most: int = 28) -> str:
    """A name that fits beside a drawing. (The library would cut one in the middle of a character, and fail.)"""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _drawable(value: Any) -> Any:
    """The same with nothing in its words that cannot be drawn."""
    if isinstance(value, str):
        return _UNDRAWABLE.sub("\ufffd", value[:_LONGEST])
    if isinstance(value, Mapping):
        return {name: _drawable(part) for name, part in value.items()}
    return [_drawable(part) for part in value] if isinstance(value, list | tuple) else value


def look(colours: Mapping[str, str], font: str) -> dict[str, Any]:
    """The ledger's look: no box, hairlines, one weight of line; marks take their colour from these styles alone."""
    return {
        # Each mark's own label would be read out besides the one of the whole.
        "aria": False,
        "font": font,
        "view": {"stroke": None},
        "axis": _axis(colours),
        "legend": _legend(colours["ink"]),
        "text": {"fontSize": 12, "color": colours["ink"]},
        "point": {"filled": True, "opacity": 1},
        "bar": {"opacity": 1},
        "style": _styles(colours),
    }


def _axis(colours: Mapping[str, str]) -> dict[str, Any]:
    words = {"labelColor": colours["muted"], "labelFontSize": 12, "labelPadding": 6, "labelLimit": 0}
    title = {"titleColor": colours["muted"], "titleFontSize": 12, "titleFontWeight": "normal"}
    lines = {"domain": False, "ticks": False, "grid": False}
    return {**lines, "gridColor": colours["rule"], "domainColor": colours["edge"], **words, **title}


def _legend(ink: str) -> dict[str, Any]:
    words = {"labelColor": ink, "labelFontSize": 12, "labelLimit": 0, "title": None}
    return {**words, "orient": "top", "symbolStrokeColor": ink, "symbolSize": 120, "columns": 2}


def _styles(colours: Mapping[str, str]) -> dict[str, Any]:
    ink, muted, paper = colours["ink"], colours["muted"], colours["paper"]
    return {
        "line": {"color": ink, "strokeWidth": 2},
        "zero": {"color": colours["edge"]},
        "mark": {"color": muted, "strokeDash": [3, 3]},
        "dot": {"color": ink, "stroke": paper, "strokeWidth": 1.5, "size": 70},
        "shape": {"color": paper, "stroke": ink, "strokeWidth": 1.5, "size": 50},
        "band": {"color": muted, "fillOpacity": 0.2},
        # Wider than what is seen, for a pointer that need not be steady.
        "target": {"color": ink, "opacity": 0, "size": 500},
        "total": {"color": colours["edge"]},
        "saves": {"color": colours["saves"]},
        "costs": {"color": colours["costs"]},
        "solid": {"color": ink, "stroke": ink},
        "hollow": {"color": paper, "stroke": ink},
        "aside": {"color": muted},
        "strong": {"color": ink, "fontWeight": 600},
    }


def amount(cents: int, write: Formatter) -> float:
    """US cents as the number to be drawn: units of the currency in which sums are written."""
    return float(cents * write.per_dollar / 100)


def locale(write: Formatter) -> dict[str, Any]:
    """How numbers are written on axes, as d3 wants it told: `$1,268`, `1.268 US$`; in the currency of the sums."""
    decimal, thousands = _MARKS[write.language]
    symbol = write.currencies[write.shown][0]
    around = [symbol, ""] if write.currency_first else ["", f"\u00a0{symbol}"]
    return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": around}


def axis_format(largest: float, symbol: str = "$") -> str:
    """d3's format for an axis up to so much: whole from ten up, else as many decimals as tell ticks apart.

    With `$` the numbers carry the currency's symbol, whichever it is; without they are bare.
    """
    places = next((places for least, places in ((10, 0), (0.5, 2), (0.05, 3), (0.005, 4)) if largest >= least), 5)
    return f"{symbol},.{places}f"


def tooltip(*fields: tuple[str, str]) -> list[dict[str, str]]:
    """What a pointer is told: ready strings of the data, by field and our own word for it."""
    return [{"field": name, "type": "nominal", "title": title} for name, title in fields]


def apart(places: Sequence[float], least: float) -> list[float]:
    """Where labels of these places stand so that neighbours are `least` apart, each as near as can be; in order."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    clusters: list[list[int]] = []
    for at in order:
        clusters.append([at])
        while len(clusters) > 1 and _top(clusters[-2], places, least) + least > _foot(clusters[-1], places, least):
            last = clusters.pop()
            clusters[-1] += last
    found = [0.0] * len(places)
    for cluster in clusters:
        for step, at in enumerate(cluster):
            found[at] = _foot(cluster, places, least) + step * least
    return found


def _foot(cluster: Sequence[int], places: Sequence[float], least: float) -> float:
    return sum(places[at] for at in cluster) / len(cluster) - least * (len(cluster) - 1) / 2


def _top(cluster: Sequence[int], places: Sequence[float], least: float) -> float:
    return _foot(cluster, places, least) + least * (len(cluster) - 1)
