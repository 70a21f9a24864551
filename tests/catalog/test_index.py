"""The catalogue in memory: fresh, searchable, and with the right price for every day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from costcalc.catalog import index
from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.index import Catalogue, catalogue, load
from costcalc.catalog.models import CatalogueState
from costcalc.catalog.shelf import TableShelf, weighted
from costcalc.engine import DayCount, NoSuchVariant, PriceSheet, RateTable, Step, When, prices_at, rank
from tests.catalog.snapshots import GPT, model, provider, sync, with_model
from tests.engine.sheets import rates

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 22)


@pytest.fixture
def held() -> Catalogue:
    return catalogue()


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What this process holds is dropped after a test, whose rows are rolled back."""
    yield
    index._holder.held = None


def row(kind: str, sheet: PriceSheet, valid_from: str | None = None, *, withdrawn: bool = False) -> PriceRow:
    day = dt.date.fromisoformat(valid_from) if valid_from else None
    return PriceRow(0, kind, sheet, day, DAY, kind, "", "", (), withdrawn)


def entry(*rows: PriceRow, shutdown_on: dt.date | None = None) -> Entry:
    words = ("openai", "OpenAI", "gpt", "GPT", "", None, False, "")
    return Entry(0, *words, shutdown_on, "", (), True, "", "", rows)


def sheet(price: str, when: When | None = None) -> PriceSheet:
    return PriceSheet((Step(rates(input_mtok=price), when or When()),))


def test_a_process_holds_one_catalogue_until_the_database_moves_on(forgetful: None, tmp_path: Path) -> None:
    before = catalogue()
    assert catalogue() is before
    sync(tmp_path, [provider("newcomer", model("first"))], "2026-12-24")
    after = catalogue()
    assert after is not before
    assert "newcomer/first" in after.by_key
    assert "newcomer/first" not in before.by_key
    assert after.revision == CatalogueState.current_revision() == before.revision + 1
    assert after.checked_on == dt.date(2026, 12, 24)


def test_a_withdrawn_model_keeps_its_price_for_the_days_before(forgetful: None, tmp_path: Path) -> None:
    sync(tmp_path, with_model(model("gpt-9", GPT)), "2026-12-24")
    gone = load(1).by_key["anthropic/claude-sonnet-4-5"]
    assert gone.price_on(dt.date(2026, 12, 23)) is not None
    assert gone.price_on(dt.date(2026, 12, 24)) is None
    assert gone.gone_on(dt.date(2026, 12, 24))
    assert load(1).shut_down(dt.date(2026, 12, 24))[gone.position]
    assert not load(1).shut_down(dt.date(2026, 12, 23))[gone.position]


def test_the_newest_word_of_a_source_holds_from_its_day_on() -> None:
    known = entry(row("catalogue", sheet("1")), row("catalogue", sheet("2"), "2026-11-10"))
    found = [known.sheet_on(dt.date(2026, 11, day)).steps[0].rates["input_mtok"].base for day in (9, 10)]
    assert found == [Decimal(1), Decimal(2)]


def test_a_correction_comes_first_while_it_speaks_of_the_day() -> None:
    spring = When(dt.date(2026, 3, 1), dt.date(2026, 6, 1))
    known = entry(row("catalogue", sheet("1")), row("correction", sheet("9", spring)))
    days = [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 5, 31), dt.date(2026, 6, 1)]
    kinds = [price.kind for price in map(known.price_on, days) if price is not None]
    assert kinds == ["catalogue", "correction", "correction", "catalogue"]


def test_sources_disagree_only_where_their_prices_of_that_day_differ() -> None:
    spring = When(dt.date(2026, 3, 1), dt.date(2026, 6, 1))
    differing = entry(row("catalogue", sheet("1")), row("correction", sheet("9", spring)))
    agreeing = entry(row("catalogue", sheet("1")), row("correction", sheet("1", spring)))
    march, july = dt.date(2026, 3, 1), dt.date(2026, 7, 1)
    assert [other.kind for other in differing.disagreeing_on(march)] == ["catalogue"]
    assert differing.disagreeing_on(july) == []
    assert agreeing.disagreeing_on(march) == []
    assert entry().disagreeing_on(march) == []


def test_a_model_without_any_price_row_is_neither_priced_nor_gone() -> None:
    assert entry().price_on(DAY) is None
    assert not entry().gone_on(DAY)
    assert entry().sheet_on(DAY) == PriceSheet(())


def test_a_model_shuts_down_on_its_day() -> None:
    known = entry(shutdown_on=dt.date(2027, 1, 14))
    assert [known.is_shut_down(dt.date(2027, 1, day)) for day in (13, 14, 15)] == [False, True, True]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("gpt-4.1", "openai/gpt-4.1"),
        ("GPT-4.1", "openai/gpt-4.1"),
        ("openai/gpt-4.1", "openai/gpt-4.1"),
        ("gpt-4.1 openai", "openai/gpt-4.1"),
        ("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("  gemini-2.5-flash ", "google/gemini-2.5-flash"),
        ("deepseek v4-flash", "deepseek/deepseek-v4-flash"),
    ],
)
def test_a_search_shows_what_was_meant_first(held: Catalogue, query: str, first: str) -> None:
    assert held.search(query)[0].key == first


def test_a_search_finds_entries_with_every_word_and_nothing_else(held: Catalogue) -> None:
    found = held.search("flash google")
    assert found
    for each in found:
        assert all(word in f"{each.key} {each.provider_name} {each.name}".lower() for word in ("flash", "google"))
    assert len(found) == sum(
        all(word in f"{each.key} {each.provider_name} {each.name}".lower() for word in ("flash", "google"))
        for each in held.entries
    )


def test_a_search_ranks_list_prices_before_quotes(held: Catalogue) -> None:
    kinds = [each.is_quote for each in held.search("gpt-4.1") if each.model_id == "gpt-4.1"]
    assert kinds == sorted(kinds)
    assert kinds[-1]


@pytest.mark.parametrize("query", ["no-such-model", "gpt-4.1 no-such-word", "\0", "%", "x" * 10_000])
def test_a_search_for_what_is_not_there_finds_nothing(held: Catalogue, query: str) -> None:
    assert held.search(query) == []


def test_a_search_without_words_is_everything_up_to_the_limit(held: Catalogue) -> None:
    assert held.search(" ") == list(held.entries)
    assert held.search("", 7) == list(held.entries[:7])
    assert len(held.search("gpt", 5)) == 5


def test_quotes_are_quotes_and_nothing_else_is(held: Catalogue) -> None:
    quoted = {each.key for each in held.entries if each.is_quote}
    assert quoted == {f"{slug}/{name}" for slug in ("article-relay", "article-original") for name in QUOTED}
    assert {slug for slug, each in held.providers.items() if each.is_quote} == {"article-relay", "article-original"}
    assert np.flatnonzero(held.quoted).tolist() == [each.position for each in held.entries if each.is_quote]


QUOTED = ("gpt-4.1", "claude-sonnet-4.5", "gemini-2.5-flash", "deepseek-v3.2")


def test_entries_know_their_place(held: Catalogue) -> None:
    assert [each.position for each in held.entries] == list(range(len(held.entries)))
    assert len(held.by_key) == len(held.entries)
    assert sum(len(each.entries) for each in held.providers.values()) == len(held.entries)


def test_windows_are_the_models_own_and_minus_one_where_unknown(held: Catalogue) -> None:
    for each, window in zip(held.entries, held.windows.tolist(), strict=True):
        assert window == (-1 if each.context_window is None else each.context_window)


def test_a_table_has_every_entrys_price_and_is_made_once(held: Catalogue) -> None:
    tables = held.tables(DAY, ["standard", "batch"])
    assert held.tables(DAY, ["batch"])["batch"] is tables["batch"]
    assert len(tables["standard"]) == len(held.entries)
    gpt = held.by_key["openai/gpt-4.1"].position
    assert tables["standard"].exact(gpt, "input_mtok", 0) == 2
    assert tables["batch"].exact(gpt, "input_mtok", 0) == 1
    assert rank(tables, [], DayCount(Fraction(30), DAY)).cents.tolist() == [0] * len(held.entries)


def test_days_between_two_changes_share_a_table(held: Catalogue) -> None:
    days = [DAY + dt.timedelta(days=days) for days in range(400)]
    periods = {held._period(day) for day in days}
    assert len(periods) < 20
    for day in (days[0], days[-1]):
        table = held.tables(day, ["standard"])["standard"]
        for each in held.entries[::97]:
            before = weighted(each, day, "standard")
            priced = sum((share * Fraction(rates["input_mtok"].price(0)) for share, rates in before), Fraction(0))
            assert table.exact(each.position, "input_mtok", 0) == (priced if before and before[0][1] else None)


def test_tables_of_many_days_do_not_pile_up() -> None:
    shelf = TableShelf(2)
    made: list[int] = []

    def builder(number: int) -> Callable[[], RateTable]:
        def build() -> RateTable:
            made.append(number)
            return RateTable((), [])

        return build

    for number in (1, 2, 1, 3, 1, 2):
        shelf.get((number, -1, "standard"), builder(number))
    assert made == [1, 2, 3, 2]


def test_an_entry_without_a_variant_is_empty_there_and_its_sheet_says_so(held: Catalogue) -> None:
    original = held.by_key["article-relay/gpt-4.1"]
    assert weighted(original, DAY, "batch") == ()
    with pytest.raises(NoSuchVariant):
        prices_at(original.sheet_on(DAY), DAY, "batch")


def test_a_moment_has_its_hours_own_price_and_a_day_their_mean(held: Catalogue) -> None:
    flash = held.by_key["deepseek/deepseek-v4-flash"]
    assert len(weighted(flash, DAY, "standard")) == 2
    night = weighted(flash, dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC), "standard")
    assert [(share, prices["input_mtok"].base) for share, prices in night] == [(Fraction(1), Decimal("0.3"))]
