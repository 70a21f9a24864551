"""Tables in a pasted text: read by the names of their columns, whatever stands between their cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pace import cost
from tests.scenarios.test_claims_hearing import heard, said

ARTICLE = """| Model | HolySheep ($/MTok) | API Gốc ($/MTok) | Tiết kiệm |
|---|---|---|---|
| GPT-4.1 | $8.00 | $60.00 | 87% |
| Claude Sonnet 4.5 | $15.00 | $90.00 | 83% |
Giả sử mỗi request sử dụng 1,000 tokens input + 500 tokens output, 50,000 request/ngày"""
ROWS = [
    {"model": "openai/gpt-4.1", "offer": "8", "baseline": "60", "stated": "87"},
    {"model": "anthropic/claude-sonnet-4-5", "offer": "15", "baseline": "90", "stated": "83"},
]


def test_a_table_and_the_text_around_it_are_read_to_the_last_number() -> None:
    assert said(ARTICLE) == (ROWS, {"in": "1000", "out": "500", "requests": "50000", "per": "day"})
    assert heard(ARTICLE).unread == []


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_it_does_not_matter_what_stands_between_the_cells(mark: str) -> None:
    lines = [line.strip("| ") for line in ARTICLE.splitlines() if line.startswith("| ")]
    assert said("\n".join(mark.join(line.split(" | ")) for line in lines))[0] == ROWS


def test_rows_of_html_are_read() -> None:
    text = """<table class="x"><thead><tr><th>Model</th><th>Ours $/M in / out</th><th>Official</th></tr></thead>
    <tbody><tr><td><b>GPT-4.1</b></td><td>$1 / $4 (-50%)</td><td>$2 / $8</td></tr></tbody></table>"""
    row = {"offer": "1", "offer.out": "4", "stated": "50", "baseline": "2", "baseline.out": "8"}
    assert said(text)[0] == [{"model": "openai/gpt-4.1", **row}]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("Model\tInput $/M\tOutput $/M\nGPT-4.1\t1\t4", {"offer": "1", "offer.out": "4"}),
        ("Our prices per 1M tokens\nModel\tInput\tOutput\nGPT-4.1\t$1\t$4", {"offer": "1", "offer.out": "4"}),
        ("Model,Price (USD per 1K tokens)\nGPT-4.1,0.002", {"offer": "2"}),
        ("Model;Giá (CNY/triệu token);Giá gốc (CNY/triệu token)\nGPT-4.1;14,2;56,8", {"offer": "2", "baseline": "8"}),
        ("|Mô hình|Giá mới (đ/triệu token)|\n|---|---|\n|GPT-4.1|52.000|", {"offer": "2"}),
        ("| Name | Price |\n|--|--|\n| GPT-4.1 | $2/MTok |", {"offer": "2"}),
    ],
)
def test_unit_and_currency_are_those_of_the_cell_its_column_or_the_header(table: str, row: dict[str, str]) -> None:
    assert said(table)[0] == [{"model": "openai/gpt-4.1", **row}]
    assert heard(table).unread == []


@pytest.mark.parametrize(
    ("table", "unread"),
    [
        ("Model\tPrice\nGPT-4.1\t$8", [("$8", "no_unit")]),
        ("Model\tPrice per MTok\nGPT-4.1\t8", [("8", "no_currency")]),
        ("Model\t€/MTok\nGPT-4.1\t8", [("8", "no_rate")]),
        ("Model\t$/MTok\tLatency\nGPT-4.1\t8\t120 ms", [("120", "column")]),
        ("Model\t$/MTok\nGPT-9\t8", [("GPT-9", "no_model")]),
        ("Model\tOurs $/MTok\tTheir price\nGPT-4.1\t8\t9", [("9", "twice")]),
        ("Model\tGiá USD/MTok\nGPT-4.1\t1.875", [("1.875", "two_ways")]),
        ("Model\tSaving\nGPT-4.1\t$8", [("$8", "unknown")]),
    ],
)
def test_what_a_table_leaves_open_is_named_with_the_reason(table: str, unread: list[tuple[str, str]]) -> None:
    assert heard(table).unread == unread


def test_lines_with_commas_are_no_table() -> None:
    text = "We have price, quality, and speed.\nGPT-4.1 costs $8 per MTok, all in, model users."
    assert said(text) == ([{"model": "openai/gpt-4.1", "offer": "8"}], {})


PARTS = ["|", "\t", ";", ",", "\n", "Model", "$/MTok", "$8", "1.5", "87%", '"', "<td>", "</tr>", "-"]


@given(st.lists(st.sampled_from(PARTS)))
def test_whatever_looks_like_a_table_is_read_quickly(parts: list[str]) -> None:
    assert cost(lambda: heard("".join(parts)[:1500])) < 40


@pytest.mark.parametrize("line", ["a|b\n", "|\n", "model;a\n", "Model|$/M\n", "<td>\n", '"\tb\n'])
def test_the_longest_table_costs_no_more_than_another_text(line: str) -> None:
    assert cost(lambda: heard((line * 1500)[:1500])) < 40
