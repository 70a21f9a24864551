"""The audit log on the page, as CSV and JSON, and verified from the command line."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from costcalc.accounts.audit import Actor, AuditEntry, acting
from costcalc.accounts.journal import PAGE
from costcalc.accounts.models import User
from tests.factories import Cast, signed_in


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Bob did one thing more often than fits a page; Alice another one once."""
    for number in range(PAGE + 1):
        with acting(cast.workspace, Actor(cast.bob)) as act:
            act.note("price.made", f"price:{number}", after={"name": "=cmd|' /C calc'!A0"})
    with acting(cast.workspace, Actor(cast.alice)) as act:
        act.note("scenario.made", "scenario:1", {"name": "old"}, {"name": "new"})
    return cast


def page(cast: Cast, query: str = "", tail: str = "audit/") -> str:
    answer = signed_in(cast.alice).get(f"/w/{cast.workspace.public_id}/{tail}{query}")
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8-sig")


def test_the_latest_come_first_and_the_older_are_a_link_away(busy: Cast) -> None:
    first = page(busy)
    assert "no longer there" in first
    assert "old → new" in first
    assert "price:0<" not in first
    assert "?before=3" in first
    assert "price:0<" in page(busy, "?before=3")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?actor=alice", 1), ("?actor=ALICE@example.org", 1), ("?actor=bob", PAGE + 1), ("?actor=nobody", 0),
        ("?action=scenario", 1), ("?action=price.made", PAGE + 1), ("?since=2000-01-01", PAGE + 2),
        ("?until=2000-01-01", 0), ("?since=2100-01-01", 0), ("?actor=bob&action=scenario", 0),
    ],
)  # fmt: skip
def test_the_filter_finds_what_it_says_on_the_page_and_in_files(busy: Cast, query: str, shown: int) -> None:
    assert page(busy, query).count('<td class="word short">') == min(shown, PAGE)
    assert len(list(csv.DictReader(io.StringIO(page(busy, query, "audit.csv"))))) == shown
    assert len(json.loads(page(busy, query, "audit.json"))["entries"]) == shown


@pytest.mark.parametrize(("words", "shown"), [("đÀO", 1), ("dao", 1), ("thị ĐÀO", 1), ("đáo", 0)])
def test_a_person_is_found_in_any_case_and_without_the_accents(cast: Cast, words: str, shown: int) -> None:
    cast.bob.name = "Đào Thị Bích"
    with acting(cast.workspace, Actor(cast.bob)) as act:
        act.note("scenario.made", "scenario:1", {}, {})
    assert page(cast, f"?actor={quote(words)}").count('<td class="word short">') == shown


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?until=31.12.2026",
        "?before=x",
        "?actor=" + "x" * 101,
        "?since=2026-11-22&until=2026-11-21",
        "?action=nothing.of.the.kind",
    ],
)
def test_a_filter_that_is_none_is_said_to_be(busy: Cast, query: str) -> None:
    client = signed_in(busy.alice)
    for tail in ("audit/", "audit.csv", "audit.json"):
        assert client.get(f"/w/{busy.workspace.public_id}/{tail}{query}").status_code == 422


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_only_owners_read_the_log(cast: Cast, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get(f"/w/{cast.workspace.public_id}/audit.csv").status_code == 403


def test_no_cell_of_the_csv_is_a_formula(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(name="=1+1")
    cast.bob.refresh_from_db()
    with acting(cast.workspace, Actor(cast.bob)) as act:
        act.note("thing.made", "@thing")
    (row,) = csv.DictReader(io.StringIO(page(cast, tail="audit.csv")))
    assert row["name"] == "'=1+1"
    assert row["target"] == "'@thing"
    assert row["number"] == "1"


def verify(**options: object) -> str:
    said = io.StringIO()
    call_command("verify_audit_log", stdout=said, **options)
    return said.getvalue()


def test_the_command_says_that_a_log_is_whole_and_where_it_stands(busy: Cast, tmp_path: Path) -> None:
    exported = tmp_path / "audit.json"
    exported.write_text(page(busy, tail="audit.json"))
    last = busy.workspace.audit_entries.get(sequence=PAGE + 2).entry_hash
    line = f"{busy.workspace.public_id}: {PAGE + 2} entries, whole; {last}\n"
    assert verify(checkpoint=exported) == line
    assert line in verify()
    AuditEntry._base_manager.filter(workspace=busy.workspace, sequence__gt=PAGE).delete()
    assert "whole" in verify()
    with pytest.raises(CommandError, match="entries were cut off"):
        verify(checkpoint=exported)


def test_the_command_names_what_is_wrong_and_in_which_log(busy: Cast) -> None:
    AuditEntry._base_manager.filter(workspace=busy.workspace, sequence=2).update(action="nothing")
    with pytest.raises(CommandError) as found:
        verify()
    assert str(found.value) == f"{busy.workspace.public_id}: entry 2 was changed"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"checkpoint": 1}', '{"workspace": "x", "sequence": "y"}'])
def test_a_file_without_a_checkpoint_is_refused(cast: Cast, tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(CommandError, match="holds no checkpoint"):
        verify(checkpoint=tmp_path / "file")


def test_a_workspace_that_is_not_there_is_no_whole_log(cast: Cast) -> None:
    with pytest.raises(CommandError, match="no workspace"):
        verify(workspace="AAAAAAAAAAAA")
