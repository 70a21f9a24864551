"""Imports only ever append, say what they did, and leave everything as it was where they fail."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from costcalc.catalog import genai
from costcalc.catalog import sync as syncing
from costcalc.catalog.index import load
from costcalc.catalog.models import CatalogueState, LanguageModel, Price, PriceSource
from costcalc.engine import Rate, Step
from tests.catalog.snapshots import (
    GPT,
    clear,
    command,
    entry,
    model,
    provider,
    raw,
    rows,
    sync,
    with_model,
    without_model,
)
from tests.threads import at_once

FIRST, SECOND, THIRD = "2026-11-01", "2026-11-20", "2026-12-05"
DEARER = {**GPT, "input_mtok": 3}


def input_price(key: str, day: str) -> Decimal | None:
    """The first input price of a UTC day; None where there is no price."""
    weighted = entry(key).sheet_on(dt.date.fromisoformat(day)).rates_on(dt.date.fromisoformat(day))
    rate = weighted[0][1].get("input_mtok")
    return None if rate is None else rate.base


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    """A catalogue of a few models, inside the test's transaction, and a folder for newer snapshots."""
    clear()
    sync(tmp_path, raw(), FIRST)
    return tmp_path


class TestTheInstalledSnapshot:
    pytestmark = pytest.mark.django_db

    def test_the_whole_of_it_is_in_the_catalogue(self) -> None:
        held = load(0)
        listed = [slug for slug, each in held.providers.items() if not each.is_quote]
        assert len(listed) == 47
        assert sum(not each.is_quote for each in held.entries) == 2330

    def test_every_stored_sheet_is_the_installed_packages_own(self) -> None:
        held = load(0)
        for each in genai.bundled().providers:
            for record in each.models:
                row = held.by_key[f"{each.slug}/{record.model_id}"].prices[0]
                assert row.sheet == record.sheet
                assert row.source == f"genai-prices {genai.bundled_version()}"
                assert row.checked_on == dt.date(2026, 11, 10)

    def test_a_second_import_finds_nothing_and_touches_nothing(self) -> None:
        before = rows()
        assert command() == ["prices: nothing new"]
        assert rows() == before

    def test_an_import_that_looks_at_everything_again_finds_nothing_either(self) -> None:
        before = rows()
        CatalogueState.objects.update(fingerprint="")
        assert command() == ["prices: nothing new; 49 providers, 2338 models"]
        after = rows()
        state = after.pop("CatalogueState")[0]
        old = before.pop("CatalogueState")[0]
        assert after == before
        assert state["fingerprint"] == old["fingerprint"]

    def test_an_older_file_is_left_out_and_says_so(self, tmp_path: Path) -> None:
        before = rows()
        printed = sync(tmp_path, with_model(model("gpt-4.1", DEARER)), "2026-11-09")
        assert printed[0] == "older: the catalogue already holds a younger snapshot, so this one was left out"
        assert rows() == before


def test_the_first_import_prints_what_is_new(db: None, tmp_path: Path) -> None:
    clear()
    printed = sync(tmp_path, raw(), FIRST)
    assert "new: openai/gpt-4.1" in printed
    assert "new: article-relay/gpt-4.1" in printed
    count = LanguageModel.objects.count()
    assert printed[-1].endswith(f"4 providers, {count} models")
    assert Price.objects.filter(valid_from=None).count() == Price.objects.count()


def test_the_same_file_again_is_nothing_new(small: Path) -> None:
    before = rows()
    assert sync(small, raw(), FIRST)[-1].startswith("prices: nothing new;")
    assert rows() == before


def test_the_same_content_on_a_later_day_is_no_new_price_but_makes_the_catalogue_younger(small: Path) -> None:
    before = rows()
    assert sync(small, raw(), SECOND)[-1].startswith("prices: nothing new;")
    after = rows()
    assert {name: after[name] for name in ("Price", "LanguageModel", "Provider")} == {
        name: before[name] for name in ("Price", "LanguageModel", "Provider")
    }
    assert load(0).checked_on == dt.date(2026, 11, 20)
    assert sync(small, with_model(model("gpt-4.1", DEARER)), "2026-11-19")[0].startswith("older:")


def test_a_changed_price_is_appended_and_holds_from_the_day_it_was_read(small: Path) -> None:
    before = rows()
    printed = sync(small, with_model(model("gpt-4.1", DEARER)), SECOND)
    assert "changed: openai/gpt-4.1" in printed
    assert printed[-1].startswith("prices: 0 new, 1 changed, 0 gone")
    after = rows()
    assert after["Price"][: len(before["Price"])] == before["Price"]
    assert len(after["Price"]) == len(before["Price"]) + 1
    assert input_price("openai/gpt-4.1", "2026-11-19") == Decimal(2)
    assert input_price("openai/gpt-4.1", SECOND) == Decimal(3)


def test_the_price_that_returns_is_a_row_of_its_own(small: Path) -> None:
    sync(small, with_model(model("gpt-4.1", DEARER)), SECOND)
    sync(small, raw(), THIRD)
    prices = Price.objects.filter(model__model_id="gpt-4.1", kind="catalogue")
    assert [(row.revision, str(row.valid_from)) for row in prices] == [(1, "None"), (2, SECOND), (3, THIRD)]
    days = ["2026-11-19", SECOND, "2026-12-04", THIRD]
    assert [input_price("openai/gpt-4.1", day) for day in days] == [2, 3, 3, 2]


DATED = [{"prices": GPT}, {"constraint": {"start_date": "2027-01-01"}, "prices": DEARER}]


def test_an_added_dated_price_holds_from_its_own_date_and_changes_nothing_before_it(small: Path) -> None:
    assert "changed: openai/gpt-4.1" in sync(small, with_model(model("gpt-4.1", DATED)), SECOND)
    assert Price.objects.get(model__model_id="gpt-4.1", revision=2, kind="catalogue").valid_from is None
    found = [input_price("openai/gpt-4.1", day) for day in ("2026-01-01", SECOND, "2026-12-31", "2027-01-01")]
    assert found == [2, 2, 2, 3]


def test_a_dated_price_added_after_a_change_keeps_the_price_from_before_that_change(small: Path) -> None:
    sync(small, with_model(model("gpt-4.1", DEARER)), SECOND)
    dearest = {**GPT, "input_mtok": 4}
    dated = [{"prices": DEARER}, {"constraint": {"start_date": "2027-01-01"}, "prices": dearest}]
    sync(small, with_model(model("gpt-4.1", dated)), THIRD)
    found = [input_price("openai/gpt-4.1", day) for day in ("2026-11-19", SECOND, THIRD, "2027-01-01")]
    assert found == [2, 3, 3, 4]


def test_a_new_variant_is_a_change_from_the_day_it_was_read(small: Path) -> None:
    batch = {"when": {"processing": "batch"}, "prices": {"input_mtok": 1, "output_mtok": 4}}
    assert "changed: openai/gpt-4.1" in sync(small, with_model(model("gpt-4.1", price_variants=[batch])), SECOND)
    assert entry("openai/gpt-4.1").sheet_on(dt.date(2026, 11, 19)).variants == ()
    assert entry("openai/gpt-4.1").sheet_on(dt.date(2026, 11, 20)).variants[0].context == {"processing": "batch"}


def test_a_new_tier_is_a_change(small: Path) -> None:
    tiered = {**GPT, "input_mtok": {"base": 2, "tiers": [{"start": 200000, "price": 4}]}}
    assert "changed: openai/gpt-4.1" in sync(small, with_model(model("gpt-4.1", tiered)), SECOND)
    rate = entry("openai/gpt-4.1").sheet_on(dt.date(2026, 11, 20)).steps[0].rates["input_mtok"]
    assert [(tier.above, tier.price) for tier in rate.tiers] == [(200_000, Decimal(4))]


def test_a_new_model_and_a_new_provider_are_new(small: Path) -> None:
    snapshot = [*with_model(model("gpt-9")), provider("newcomer", model("first"))]
    printed = sync(small, snapshot, SECOND)
    assert {"new: openai/gpt-9", "new: newcomer/first"} <= set(printed)
    assert printed[-1].startswith("prices: 2 new, 0 changed, 0 gone")
    assert input_price("newcomer/first", "2020-01-01") == Decimal(2)


def test_a_model_that_the_source_no_longer_names_is_gone_from_that_day_and_may_come_back(small: Path) -> None:
    sync(small, with_model(model("gpt-9")), "2026-11-10")
    before = rows()["Price"]
    printed = sync(small, raw(), SECOND)
    assert "gone: openai/gpt-9" in printed
    assert rows()["Price"][: len(before)] == before
    assert not entry("openai/gpt-9").gone_on(dt.date(2026, 11, 19))
    assert entry("openai/gpt-9").gone_on(dt.date(2026, 11, 20))
    assert sync(small, raw(), "2026-11-21")[-1].startswith("prices: nothing new")
    assert "changed: openai/gpt-9" in sync(small, with_model(model("gpt-9")), THIRD)
    days = [dt.date(2026, 11, 19), dt.date(2026, 12, 4), dt.date(2026, 12, 5)]
    assert [entry("openai/gpt-9").gone_on(day) for day in days] == [False, True, False]


def test_new_words_about_a_model_are_told_apart_from_a_new_price(small: Path) -> None:
    before = rows()["Price"]
    printed = sync(small, with_model(model("gpt-4.1", context_window=1_000_000, name="Renamed")), SECOND)
    assert "described: openai/gpt-4.1" in printed
    assert rows()["Price"] == before
    assert (entry("openai/gpt-4.1").name, entry("openai/gpt-4.1").context_window) == ("Renamed", 1_000_000)


def test_many_changes_are_counted_and_not_all_listed(small: Path) -> None:
    printed = sync(small, [*raw(), provider("many", *(model(f"m{number}") for number in range(50)))], SECOND)
    assert sum(line.startswith("new: many/") for line in printed) == 40
    assert "new: 10 more" in printed


def test_every_change_moves_the_catalogues_revision_and_nothing_else_does(small: Path) -> None:
    revision = CatalogueState.current_revision()
    sync(small, raw(), FIRST)
    assert CatalogueState.current_revision() == revision
    sync(small, with_model(model("gpt-4.1", DEARER)), SECOND)
    assert CatalogueState.current_revision() == revision + 1


def test_the_catalogue_is_as_old_as_its_youngest_snapshot(small: Path) -> None:
    sync(small, with_model(model("gpt-4.1", DEARER)), SECOND)
    held = load(0)
    assert (held.checked_on, held.source) == (dt.date(2026, 11, 20), "genai-prices data.json")


BROKEN: dict[str, Any] = {
    "no JSON": "{",
    "no UTF-8 text": "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    "deep": "[" * 100_000,
    "empty": [],
    "an object": {"providers": raw()},
    "numbers": [1, 2],
    "nothing": None,
    "a provider without models' ids": [provider("openai", {"prices": GPT})],
    "a price that is a word": with_model(model("gpt-4.1", {"input_mtok": "two"})),
    "a negative price": with_model(model("gpt-4.1", {"input_mtok": -2})),
    "a price that is no number": '[{"id":"a","name":"A","api_pattern":"a","models":[{"id":"m","match":{"equals":"m"},'
    '"prices":{"input_mtok":NaN}}]}]',
    "a misspelt unit": with_model(model("gpt-4.1", {"imput_mtok": 2})),
    "a unit of a later version": with_model(model("gpt-4.1", {"input_hologram_mtok": 2})),
    "a day that is none": with_model(
        model("gpt-4.1", [{"prices": GPT}, {"constraint": {"start_date": "2026-02-30"}, "prices": GPT}])
    ),
    "a variant without a context": with_model(model("gpt-4.1", price_variants=[{"when": {}, "prices": GPT}])),
    "a provider twice": [*raw(), provider("openai")],
    "a model twice": [*raw(), provider("twice", model("same"), model("same"))],
    "an id that is too long": with_model(model("x" * 201)),
    "an id with a line break": with_model(model("a\nb")),
}


@pytest.mark.parametrize("snapshot", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_an_error_and_changes_nothing(db: None, tmp_path: Path, snapshot: Any) -> None:
    clear()
    sync(tmp_path, raw(), FIRST)
    before = rows()
    with pytest.raises(CommandError) as caught:
        sync(tmp_path, snapshot, SECOND)
    assert "data.json" in str(caught.value)
    assert rows() == before


def test_a_first_snapshot_without_a_model_that_the_corrections_speak_of_is_an_error(db: None, tmp_path: Path) -> None:
    clear()
    with pytest.raises(CommandError, match=r"openai/gpt-4\.1: the catalogue has no such model"):
        sync(tmp_path, without_model("gpt-4.1"), FIRST)
    assert not Price.objects.exists()
    assert not LanguageModel.objects.exists()


def test_a_file_that_is_not_there_is_an_error(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        command("--file", str(tmp_path / "absent.json"))


@pytest.fixture
def restored(committed_db: None) -> Iterator[None]:
    """The committed catalogue of the whole session, with what a test appends to it taken away again."""
    state = CatalogueState.objects.get()
    last = {table: table.objects.order_by("pk").values_list("pk", flat=True).last() or 0 for table in APPENDED}
    yield
    for table, pk in last.items():
        table.objects.filter(pk__gt=pk).delete()
    state.save()


APPENDED = (Price, LanguageModel, PriceSource)


def newer() -> genai.Snapshot:
    """The installed snapshot with another price for its first model."""
    snapshot = genai.bundled()
    first, *others = snapshot.providers
    changed = dataclasses.replace(first.models[0].sheet, steps=(Step({"input_mtok": Rate(Decimal("0.125"))}),))
    models = (dataclasses.replace(first.models[0], sheet=changed), *first.models[1:])
    providers = (dataclasses.replace(first, models=models), *others)
    return genai.Snapshot("newer", "d" * 64, providers)


def test_two_imports_at_the_same_moment_leave_one_set_of_rows(restored: None) -> None:
    snapshot, now = newer(), timezone.now()
    prices, revision = Price.objects.count(), CatalogueState.current_revision()
    found = at_once(*[lambda: syncing.sync(snapshot, dt.date(2026, 11, 30), now)] * 2)
    assert sorted(len(report.changed) for report in found) == [0, 1]
    assert Price.objects.count() == prices + 1
    assert CatalogueState.current_revision() == revision + 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one import write at a time by itself")
def test_without_the_lock_two_imports_would_collide(restored: None) -> None:
    snapshot, together = newer(), threading.Barrier(2, timeout=30)

    def unguarded() -> syncing.Report:
        with transaction.atomic():
            started = syncing._Import(timezone.now())
            together.wait()
            return started.run(snapshot, dt.date(2026, 11, 30))

    found = at_once(unguarded, unguarded)
    assert sum(isinstance(each, IntegrityError) for each in found) == 1


def test_an_import_that_fails_half_way_leaves_nothing(restored: None) -> None:
    before, snapshot = rows(), newer()
    first, *others = snapshot.providers
    # Its row is made before its price turns out to be none.
    nothing: Any = None
    unpriced = dataclasses.replace(first.models[0], model_id="late", sheet=nothing)
    broken = dataclasses.replace(first, models=(*first.models, unpriced))
    with pytest.raises(AttributeError):
        syncing.sync(dataclasses.replace(snapshot, providers=(broken, *others)), dt.date(2026, 11, 30), timezone.now())
    assert rows() == before
