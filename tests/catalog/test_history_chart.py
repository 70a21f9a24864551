"""A model's price history as a chart, on the catalogue's own prices and on made ones."""

import datetime as dt
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils.translation import override

from costcalc.catalog.history_chart import Point, history_chart, price_points, title
from costcalc.catalog.index import catalogue
from costcalc.catalog.offers import CACHED, INPUT, OUTPUT
from costcalc.formatting import formatter_for

pytestmark = pytest.mark.usefixtures("prices")
TODAY = dt.date(2026, 11, 22)
CHAT = "/prices/deepseek/deepseek-chat/"


def point(since: str | None, **prices: str) -> Point:
    units = {"i": INPUT, "o": OUTPUT, "c": CACHED}
    day = dt.date.fromisoformat(since) if since else None
    return Point(day, {units[name]: Decimal(price) for name, price in prices.items()})


def said(*points: Point, language: str = "en") -> str:
    with override(language):
        return title(points, TODAY, formatter_for(language))


def test_the_points_are_the_days_on_which_a_price_changed() -> None:
    points = price_points(catalogue().by_key["deepseek/deepseek-chat"])
    assert [one.since for one in points[1:]] == [dt.date(2025, 9, 29), dt.date(2026, 4, 25), dt.date(2026, 4, 26)]
    assert points[2].prices == {INPUT: Decimal("0.14"), CACHED: Decimal("0.028"), OUTPUT: Decimal("0.28")}
    assert points[3].prices[CACHED] == Decimal("0.0028")
    assert points[0].since is None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # 2 → 0.8 is 60 % less.
        (
            [point(None, i="2", o="8"), point("2026-02-01", i="0.8", o="8")],
            "Input price fell by 60% since 1 February 2026",
        ),
        (
            [point(None, i="2", o="8"), point("2026-02-01", i="1", o="10")],
            "Input price fell by 50%, output price rose by 25% since 1 February 2026",
        ),
        ([point(None, i="2", o="8"), point("2026-02-01", i="3", o="12")], "Price rose by 50% since 1 February 2026"),
        (
            [point(None, i="2", c="1"), point("2026-02-01", i="2", c="0.5")],
            "Cached input price fell by 50% since 1 February 2026",
        ),
        ([point(None, i="2"), point("2027-02-01", i="3")], "The price changes on 1 February 2027"),
        (
            [point(None, i="2"), point("2026-02-01", i="3"), point("2026-03-01", i="2")],
            "Back at the price of before 1 February 2026",
        ),
        ([point("2026-01-01", i="2"), point("2026-02-01", o="3")], "How the price changes"),
        ([point(None, i="0"), point("2026-02-01", i="3")], "How the price changes"),
    ],
)
def test_the_title_says_what_has_become_of_the_price(points: list[Point], expected: str) -> None:
    assert said(*points) == expected


def test_the_answer_is_said_in_vietnamese() -> None:
    points = [point(None, i="2", o="8"), point("2026-02-01", i="0.8", o="8")]
    assert said(*points, language="vi") == "Giá đầu vào giảm 60% kể từ 01/02/2026"


def test_every_model_with_a_history_has_a_chart_whose_table_is_its_points() -> None:
    write, drawn = formatter_for("en"), 0
    for entry in catalogue().entries:
        points, chart = price_points(entry), history_chart(entry, TODAY, write)
        assert (chart is None) == (len(points) < 2), entry.key
        if chart is not None:
            drawn += 1
            assert len(chart.rows) == len(points)
            assert {len(row) for row in chart.rows} == {len(chart.head)}
    assert drawn > 100


def test_the_page_of_a_model_whose_price_changed_shows_it_and_others_do_not(client: Client) -> None:
    page = client.get(CHAT).content.decode()
    assert "Input price fell by 37.8%, output price fell by 69.5% since 29 September 2025" in page
    assert f'<img src="{CHAT}history.svg" alt="Price history of deepseek-chat' in page
    assert f'href="{CHAT}history.png" download="history.png"' in page
    assert "<figure" not in client.get("/prices/openai/gpt-4.1/").content.decode()


def test_the_table_under_the_chart_has_its_numbers(client: Client) -> None:
    table = client.get(CHAT).content.decode().partition('id="chart-history-table"')[2].partition("</details>")[0]
    assert re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table)[:8] == [
        "In force", "Input tokens", "Output tokens", "Input read from cache",
        "from 26 April 2026 on", "$0.14", "$0.28", "$0.0028",
    ]  # fmt: skip


def test_pictures_are_drawn_on_the_server_in_the_readers_language(client: Client) -> None:
    answer = client.get(f"{CHAT}history.svg?scheme=dark&width=328", headers={"accept-language": "vi"})
    assert (answer.status_code, answer["content-type"]) == (200, "image/svg+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.attrib["width"] == "328"
    assert "Đầu vào 0,14\u00a0US$" in answer.content.decode()
    assert "style=" not in answer.content.decode()
    bitmap = client.get(f"{CHAT}history.png")
    assert (bitmap["content-type"], bitmap.content[1:4]) == ("image/png", b"PNG")


@pytest.mark.parametrize(
    "address",
    [
        "/prices/openai/gpt-4.1/history.svg",
        "/prices/openai/no-such-model/history.svg",
        f"{CHAT}history.pdf",
        f"{CHAT}history.svg?scheme=sepia",
        f"{CHAT}history.svg?width=99999",
        f"{CHAT}history.svg?width=1",
        f"{CHAT}history.png?width=x",
    ],
)
def test_a_picture_that_there_is_not_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_announced_price_is_drawn_beyond_today() -> None:
    entry = catalogue().by_key["deepseek/deepseek-chat"]
    chart = history_chart(entry, dt.date(2026, 1, 15), formatter_for("en"))
    assert chart is not None
    marks = [layer["mark"] for layer in chart.spec["layer"]]
    assert marks[0] == {"type": "rule", "style": "mark"}
    assert '"today"' in str(chart.spec["layer"][1]).replace("'", '"')
