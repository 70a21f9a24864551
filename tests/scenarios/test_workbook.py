"""Workbooks: what LibreOffice computes from them is what the engine says, to the cent, before and after a change."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.index import catalogue
from costcalc.engine import dollars
from costcalc.scenarios.reading import read
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.workbook import write_workbook
from tests.office import recalculated

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TYPED = "from=typed&from.input=2&from.output=8&to=typed&to.input=0.42&to.output=0.42"
# The issue's: all traffic from month 1, 60,000 once, 12 months, 10 %.
AT_ONCE = "ramp.1.share=100&ramp.1.from=1&ramp.2.share=&ramp.2.from=&ramp.3.share=&ramp.3.from="
ISSUE = f"{TYPED}&once.1.price=60000&{AT_ONCE}"
# Everything that can be typed, on two workloads: shares, ratios, tools, a fee, dates, a ramp by dates, changes.
EVERYTHING = (
    "workloads=2&name=Chat&from=typed&from.input=2&from.output=8&from.cache_read=0.5&from.fee=1.5&from.search=10"
    "&to=typed&to.input=1.1&to.output=4.4&to.cache_read=0.3&to.cache_write_1h=2.2&to.reasoning=5&to.search=8"
    "&requests=33333&in=1234&out=321&reasoning=50&cached=37&written=11&ttl=1h&searches=0.25&retry=3&growth=4"
    "&tokenizer=1.15&verbosity=0.9&to.cached=20&to.retry=5"
    "&2.name=Nightly&2.from=openai/gpt-4.1&2.to=openai/gpt-4.1-mini&2.requests=900000&2.per=month&2.in=7001&2.out=77"
    "&2.batch=40&2.growth=-3&days=calendar&at=2026-11-22&horizon=30&discount=12.5"
    "&people.incidents=4&people.hours=2.5&people.rate=60&people.to.hours=0.41"
    "&run.1.before=100.105&run.1.after=250&run.2.before=77&once.1.quantity=40&once.1.price=51.25&once.3.price=500"
    "&ramp.1.share=10&ramp.1.from=2026-12-15&ramp.2.share=50&ramp.2.from=3.5&ramp.3.share=100&ramp.3.from=2027-03-09"
    "&ramp.delay=0.5&overlap=1999.99&cold=50&reserve.probability=10&reserve.cost=3000"
    "&change.1.side=to&change.1.from=2027-03-01&change.1.percent=10&change.2.side=from&change.2.from=6.5"
    "&change.2.percent=-20&change.3.side=to&change.3.from=2&change.3.percent=3"
)
# Prices with tiers: whole requests above 200,000 tokens, by their mean or by a share of them.
TIERED = "from=google/gemini-2.5-pro&to=openai/gpt-4.1&in=210000&requests=100&overlap=50&overlap.months=1.5"
SOME_ABOVE = "from=google/gemini-2.5-pro&to=openai/gpt-4.1&in=90000&over=30&requests=100"
HALF_CENTS = f"{TYPED}&requests=1&per=month&in=2500&out=0&run.1.before=0.005&run.2.before=1.115&{AT_ONCE}"
UNKNOWN = f"from=typed&from.input=2&to=typed&to.input=1&to.output=2&{AT_ONCE}"
CASES = {
    "the issue's": ISSUE,
    "the article's": "",
    "everything": EVERYTHING,
    "tiers by the mean": TIERED,
    "tiers by a share": SOME_ABOVE,
    "half cents": HALF_CENTS,
    "never paid back": f"{TYPED}&once.1.price=1e6".replace("1e6", "1000000"),
    "nothing to pay back": TYPED,
    "a relay by the hour": "from=deepseek/deepseek-chat&to=openai/gpt-4.1-nano&once.1.price=10&cached=30",
    "thirty and a half days": f"{ISSUE}&days=365/12&cold=20&cached=10&growth=10",
}


def computed(query: str) -> Result:
    """The answer of an address."""
    reading = read(QueryDict(query), catalogue())
    scenario = reading.built(TODAY, bundled_rates())
    assert scenario is not None, (reading.errors, reading.strangers)
    return scenario.computed()


def written(path: Path, query: str) -> Path:
    """The workbook of an address."""
    with path.open("wb") as file:
        write_workbook(file, computed(query), [], NOW)
    return path


def find(sheet: Worksheet, words: str, place: int = 0) -> Cell:
    """The cell with these words in the first column; of several the one at a place."""
    found = [row[0] for row in sheet.iter_rows(max_col=1) if isinstance(row[0].value, str) and words in row[0].value]
    assert len(found) > place, words
    cell = found[place]
    assert isinstance(cell, Cell)
    return cell


def beside(sheet: Worksheet, words: str, column: int = 2, place: int = 0) -> Any:
    """What stands in a column beside these words."""
    return sheet.cell(find(sheet, words, place).row, column).value


def agrees(book: Workbook, result: Result) -> None:
    """Fail unless the workbook says of month 1, of every month and of the whole what the engine says."""
    found, months = result.returned, result.returned.cash.months
    ledger, cash = book["Ledger"], book["Cash flow"]
    for words, totals in (("Month 1", result.estimate.monthly), ("Twelve months", result.estimate.annual)):
        said = [beside(ledger, words, column) for column in (5, 9, 10)]
        cents = (totals.baseline_cents, totals.candidate_cents, -totals.savings_cents)
        assert said == [float(dollars(value)) for value in cents]
    top = find(cash, "Month").row
    rows = [[cell.value for cell in row] for row in cash.iter_rows(min_row=top + 1, max_row=top + 1 + len(months))]
    assert [row[11] for row in rows] == [float(dollars(value)) for value in found.cash.flow]
    assert [row[12] for row in rows] == [float(dollars(value)) for value in found.cash.cumulative]
    for row, month in zip(rows[1:], months, strict=True):
        costs = [month.baseline_cents, month.candidate_cents, month.token_cents, month.before_cents, month.after_cents]
        costs += [month.other_cents, month.overlap_cents, month.cold_baseline_cents, month.cold_candidate_cents]
        assert [round(float(str(value)), 6) for value in row[2:11]] == [float(dollars(value)) for value in costs]
        assert row[1] == pytest.approx(float(month.share), abs=1e-12)
    for words in RESULTS:
        live, exported = beside(cash, words), beside(cash, words, 3)
        if isinstance(exported, str) or isinstance(live, str):
            assert live == exported
        else:
            assert live == pytest.approx(exported, abs=0.00006, rel=1e-9), words


RESULTS = (
    "Net present value",
    "Payback",
    "Discounted payback",
    "Return on investment",
    "First year",
    "Break-even one-off cost",
    "Break-even price",
    "That is, USD per MTok",
    "Break-even volume",
    "That is, requests",
    "Internal rate of return",
)


def recalculated_cases(folder: Path, queries: dict[str, str]) -> dict[str, Workbook]:
    """The workbooks of some addresses, computed by LibreOffice, by their names."""
    paths = {name: written(folder / f"{place}.xlsx", query) for place, (name, query) in enumerate(queries.items())}
    found = recalculated(list(paths.values()), folder)
    return {name: found[path.name] for name, path in paths.items()}


@pytest.mark.usefixtures("prices")
def test_what_a_spreadsheet_computes_is_what_the_engine_says_and_what_the_file_says_already(tmp_path: Path) -> None:
    books = recalculated_cases(tmp_path, CASES)
    for place, (name, query) in enumerate(CASES.items()):
        agrees(books[name], computed(query))
        # A viewer that does not compute shows the same.
        agrees(load_workbook(tmp_path / f"{place}.xlsx", data_only=True), computed(query))


Change = Callable[[Worksheet], None]


def put(words: str, value: str | float | dt.date, column: int = 2, down: int = 0) -> Change:
    """A change of the cell beside these words, or some rows below them."""

    def change(inputs: Worksheet) -> None:
        inputs.cell(find(inputs, words).row + down, column, value)

    return change


MOVED = "ramp.1.share=25&ramp.1.from=1&ramp.2.share=100&ramp.2.from=2027-02-10&ramp.3.share=&ramp.3.from="
BY_HAND = "people.incidents=4&people.hours=2.5&people.rate=60&people.to.incidents=0&run.1.before=100&run.1.after=250"
OTHERWISE = EVERYTHING.replace("cached=37", "cached=50").replace("tokenizer=1.15", "tokenizer=1.3")
CHANGES: dict[str, tuple[str, list[Change], str]] = {
    "requests and growth": (ISSUE, [put("Requests", 40000), put("Growth", 0.05)], f"{ISSUE}&requests=40000&growth=5"),
    "a price": (ISSUE, [put("  Input tokens", 3)], ISSUE.replace("from.input=2", "from.input=3")),
    "one that another follows": (
        f"{ISSUE}&cached=40",
        [put("  Input tokens", 3)],
        f"{ISSUE}&cached=40".replace("from.input=2", "from.input=3"),
    ),
    "what is paid once, and the rate": (
        ISSUE,
        [put("One-off", 20000, 3, 2), put("One-off", 2, 2, 2), put("Discount", 0.2)],
        f"{ISSUE}&discount=20&once.2.price=20000&once.2.quantity=2",
    ),
    "the horizon": (ISSUE, [put("Horizon", 36)], f"{ISSUE}&horizon=36"),
    "the ramp": (
        ISSUE,
        [put("Stage 1", 0.25), put("Stage 2", 1), put("Stage 2", dt.date(2027, 2, 10), 3), put("While both", 900)],
        f"{TYPED}&once.1.price=60000&{MOVED}&overlap=900",
    ),
    "a change of prices": (
        ISSUE,
        [put("Change 1", 0.1), put("Change 1", 4, 3), put("Change 1", "candidate", 4)],
        f"{ISSUE}&change.1.percent=10&change.1.from=4",
    ),
    "the days": (ISSUE, [put("Days in a month", "calendar")], f"{ISSUE}&days=calendar"),
    "the shares and ratios of everything": (
        EVERYTHING,
        [put("Input read from cache", 0.5), put("Tokens for the same text", 1.3), put("Cache reads that miss", 0.1)],
        OTHERWISE.replace("cold=50", "cold=10"),
    ),
    "over a tier": (TIERED, [put("Input per request", 150000)], TIERED.replace("in=210000", "in=150000")),
    "people and running costs": (
        ISSUE,
        [
            put("Incidents, before", 4),
            put("Hours an incident, before", 2.5),
            put("Hourly rate, before", 60),
            put("Other running costs", 100, 2, 1),
            put("Other running costs", 250, 3, 1),
        ],
        f"{ISSUE}&{BY_HAND}",
    ),
    "a price that was unknown": (
        UNKNOWN,
        [put("  Output tokens", 8)],
        UNKNOWN.replace("from.input=2", "from.input=2&from.output=8"),
    ),
}


@pytest.mark.usefixtures("prices")
def test_a_changed_cell_moves_everything_as_the_engine_would(tmp_path: Path) -> None:
    paths = []
    for place, (query, changes, _after) in enumerate(CHANGES.values()):
        path = written(tmp_path / f"{place}.xlsx", query)
        book = load_workbook(path)
        for change in changes:
            change(book["Inputs"])
        book.save(path)
        paths.append(path)
    books = recalculated(paths, tmp_path)
    for path, (_before, _changes, after) in zip(paths, CHANGES.values(), strict=True):
        book, expected = books[path.name], computed(after)
        exported_now(book["Cash flow"], expected)
        agrees(book, expected)


def exported_now(cash: Worksheet, result: Result) -> None:
    """Put what the engine says of the changed case beside what is computed."""
    fresh = io.BytesIO()
    write_workbook(fresh, result, [], NOW)
    said = load_workbook(fresh, data_only=True)["Cash flow"]
    for words in RESULTS:
        cash.cell(find(cash, words).row, 3).value = beside(said, words, 3)


@pytest.mark.usefixtures("prices")
def test_what_has_no_price_is_unknown_in_every_sum(tmp_path: Path) -> None:
    book = recalculated_cases(tmp_path, {"unknown": UNKNOWN})["unknown"]
    assert beside(book["Ledger"], "Lines without a price") == 1
    assert [beside(book["Ledger"], "Month 1", column) for column in (5, 9, 10)] == ["unknown"] * 3
    assert [beside(book["Ledger"], "Output tokens", column) for column in (5, 10)] == ["unknown"] * 2
    assert {beside(book["Cash flow"], words, column) for words in RESULTS for column in (2, 3)} == {"unknown"}


@pytest.mark.usefixtures("prices")
def test_a_share_sent_where_no_price_was_written_is_unknown_not_free(tmp_path: Path) -> None:
    path = written(tmp_path / "batch.xlsx", ISSUE)
    book = load_workbook(path)
    put("Sent as batch", 0.5)(book["Inputs"])
    book.save(path)
    assert beside(recalculated([path], tmp_path)[path.name]["Cash flow"], "Net present value") == "unknown"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "http://x/?", "{=", "1e5", "=cmd|' /C calc'!A0"])
def test_what_people_typed_is_text(prices: None, tmp_path: Path, sign: str) -> None:
    name = f"{sign}HYPERLINK(1)"
    quoted = QueryDict(mutable=True)
    quoted.update({"name": name.strip(), "from.name": name.strip(), "once.1.name": name.strip(), "once.1.price": "1"})
    path = written(tmp_path / "named.xlsx", f"{TYPED}&{quoted.urlencode()}")
    found = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in found if isinstance(cell.value, str) and "HYPERLINK" in cell.value]
    assert len(named) >= 3
    for cell in named:
        assert (cell.data_type, cell.hyperlink) == ("s", None), cell.value


@pytest.mark.usefixtures("prices")
def test_the_same_scenario_gives_the_same_bytes_and_a_vietnamese_one_computes(tmp_path: Path) -> None:
    one, two = written(tmp_path / "1.xlsx", EVERYTHING), written(tmp_path / "2.xlsx", EVERYTHING)
    assert one.read_bytes() == two.read_bytes()
    with translation.override("vi"):
        path = written(tmp_path / "vi.xlsx", EVERYTHING)
    book = recalculated([path], tmp_path)[path.name]
    npv = float(computed(EVERYTHING).returned.npv)
    values = [cell.value for cell in book.worksheets[3]["B"]]
    assert npv in values
    assert not [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
