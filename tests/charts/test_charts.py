"""Charts as values and as pictures: their look, their addresses, and that words in them stay words."""

import json
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from costcalc import charts
from costcalc.charts import PALETTE, Chart, Framed, Scheme, apart, axis_format, locale, look, png, svg
from costcalc.formatting import formatter_for
from tests.processes import ROOT

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'); alert(1); ('",
    "datum.__proto__.x",
    '{"expr": "alert(1)"}',
    "%(name)s {0} {{ x }}",
    "=1+1",
    "\u202e\u2028x",
    "a\x00b\x1b\uffff\ud800c",
    "x" * 100_000,
    "😀" * 5_000,
    "]]>",
    "Đường đi",
]


def a_chart(*names: str) -> Chart:
    """A bar for each name."""
    rows = [{"name": name, "value": place + 1} for place, name in enumerate(names or ("one", "two"))]
    return Chart(
        id="bars",
        title="One and two",
        label="Bars",
        spec={
            "data": {"values": rows},
            "mark": {"type": "bar", "style": "solid"},
            "encoding": {
                "y": {"field": "name", "type": "nominal"},
                "x": {"field": "value", "type": "quantitative", "axis": {"format": "$,.0f"}},
            },
        },
        head=("Name", "Value"),
        rows=(("one", "1"), ("two", "2")),
        locale=locale(formatter_for("en")),
    )


@pytest.mark.parametrize(("scheme", "place"), [("light", 2), ("dark", 3)])
def test_pictures_have_the_colours_of_the_style_sheet(scheme: Scheme, place: int) -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    said = {found[1]: found[place] for found in re.finditer(r"--([\w-]+): light-dark\(#(\w+), #(\w+)\)", tokens)}
    whole = {name: "#" + (text if len(text) == 6 else re.sub("(.)", r"\1\1", text)) for name, text in said.items()}
    assert PALETTE[scheme].items() <= whole.items()
    assert f"--sans: {charts.PAGE_FONT};" in tokens


def test_only_named_styles_are_coloured() -> None:
    said = json.dumps(look(charts.VARIABLES, charts.PAGE_FONT))
    assert "#" not in said
    assert set(re.findall(r"var\(--(\w+)\)", said)) <= PALETTE["light"].keys()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [240, 720])
def test_a_drawing_is_as_wide_as_asked_and_in_the_scheme(scheme: Scheme, width: int) -> None:
    root = ElementTree.fromstring(svg(a_chart(), scheme, width))
    assert root.attrib["width"] == str(width)
    assert PALETTE[scheme]["ink"] in svg(a_chart(), scheme, width)


def test_a_bitmap_is_a_png_of_twice_the_width() -> None:
    made = png(a_chart(), width=400)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", made[16:20])[0] == 800


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_people_typed_is_drawn_as_it_is(name: str) -> None:
    assert drawn_words(name) & {name[:200], "a\ufffdb\ufffd\ufffd\ufffdc"}
    assert png(a_chart(name, "other"), width=300)


@given(st.text(max_size=300))
@hypothesis_settings(max_examples=50)
def test_no_words_at_all_break_a_drawing(name: str) -> None:
    """Where they do, it is not this test that fails but the process that ends."""
    assert drawn_words(name)


def drawn_words(name: str) -> set[str]:
    """The texts of a drawing with this name in it; nothing in it does anything."""
    root = ElementTree.fromstring(svg(a_chart(name, "other")))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "g", "path", "text", "line"}
    return {element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")}


def test_drawings_can_be_asked_for_from_many_threads() -> None:
    charts = [a_chart(*(str(place) for place in range(count))) for count in range(1, 25)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(svg, charts)) == [svg(chart) for chart in charts]


def test_nothing_is_fetched_for_a_chart() -> None:
    asks = replace(a_chart(), spec={**a_chart().spec, "data": {"url": "https://example.org/data.json"}})
    with pytest.raises(ValueError, match=r"(?i)url"):
        svg(asks)


def test_numbers_on_axes_follow_the_language() -> None:
    assert locale(formatter_for("en"))["currency"] == ["$", ""]
    assert locale(formatter_for("vi").showing("VND", Fraction(26_000)))["currency"] == ["", "\u00a0₫"]
    assert ">1,000<" not in svg(replace(a_chart(), locale=locale(formatter_for("vi"))))
    spec = {**a_chart().spec, "data": {"values": [{"name": "a", "value": 4000}]}}
    assert "4.000\u00a0US$<" in svg(replace(a_chart(), spec=spec, locale=locale(formatter_for("vi"))))
    assert "$4,000<" in svg(replace(a_chart(), spec=spec))


@pytest.mark.parametrize(
    ("largest", "said"), [(8055, "$,.0f"), (8, "$,.2f"), (0.42, "$,.3f"), (0.01, "$,.4f"), (0, "$,.5f")]
)
def test_an_axis_has_as_many_decimals_as_tell_its_ticks_apart(largest: float, said: str) -> None:
    assert axis_format(largest) == said


@given(st.lists(st.floats(-1e6, 1e6), max_size=6), st.floats(0.1, 1e5))
def test_labels_never_overlap_and_keep_their_order(places: list[float], least: float) -> None:
    found = apart(places, least)
    order = sorted(range(len(places)), key=lambda at: places[at])
    assert all(found[two] - found[one] >= least * (1 - 1e-6) - 1e-6 for one, two in pairwise(order))
    if all(places[two] - places[one] > least for one, two in pairwise(order)):
        assert found == pytest.approx(places)


def test_a_framed_chart_knows_its_pictures_and_keeps_what_is_asked() -> None:
    framed = Framed(a_chart(), "/charts/bars", "in=1%2C000")
    assert framed.svg == "/charts/bars.svg?in=1%2C000"
    assert framed.narrow_dark == "/charts/bars.svg?in=1%2C000&scheme=dark&width=328"
    assert Framed(a_chart(), "/bars").png == "/bars.png"
    assert Framed(a_chart(), "/bars").dark == "/bars.svg?scheme=dark"
    told = json.loads(framed.data)
    assert told["spec"]["width"] == "container"
    assert told["locale"]["currency"] == ["$", ""]
