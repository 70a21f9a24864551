"""What applications change about saved scenarios, each decided on what they have seen."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts.audit import faults
from costcalc.accounts.roles import Scope
from costcalc.catalog.sync import sync
from costcalc.scenarios import saving
from costcalc.scenarios.models import SavedScenario
from tests.factories import Cast, a_token, signed_in
from tests.scenarios.keeping import FLASH, NOW, by, drafted, kept, money, with_price
from tests.scenarios.test_saved_api import holding, made, send


@pytest.fixture
def writer(cast: Cast) -> Client:
    return holding(a_token(cast.workspace, cast.bob)[1])


@pytest.fixture
def owner(cast: Cast) -> Client:
    return holding(a_token(cast.workspace, cast.alice)[1])


def test_a_name_and_a_note_are_changed_alone_or_together(writer: Client, cast: Cast) -> None:
    address = f"scenarios/{made(writer)['id']}"
    named = send(writer, "PATCH", address, {"edition": 1, "name": "Another"}).json()
    assert (named["name"], named["note"], named["edition"]) == ("Another", "For the review", 2)
    noted = send(writer, "PATCH", address, {"edition": 2, "note": ""}).json()
    assert (noted["name"], noted["note"], noted["revision"]["number"]) == ("Another", "", 1)
    stale = send(writer, "PATCH", address, {"edition": 2, "name": "Late"})
    assert (stale.status_code, stale.json()["current"]) == (409, noted)
    for wrong in ({"name": "x"}, {"edition": 3, "name": " "}, {"edition": 0}, {"edition": 3, "title": "x"}):
        assert send(writer, "PATCH", address, wrong).status_code == 422
    assert list(faults(cast.workspace)) == []


def test_an_owner_deletes_what_they_have_seen(writer: Client, owner: Client) -> None:
    address = f"scenarios/{made(writer)['id']}"
    assert send(writer, "DELETE", f"{address}?edition=1").status_code == 403
    send(writer, "PATCH", address, {"edition": 1, "name": "Another"})
    for query, status in (("", 422), ("?edition=x", 422), ("?edition=2&x=1", 422), ("?edition=1", 409)):
        assert send(owner, "DELETE", address + query).status_code == status, query
    assert send(owner, "DELETE", f"{address}?edition=2").status_code == 204
    assert send(owner, "GET", address).status_code == 404
    assert send(owner, "DELETE", f"{address}?edition=2").status_code == 404


def test_a_copy_begins_with_the_revision_that_is_named(writer: Client) -> None:
    scenario = made(writer)
    address = f"scenarios/{scenario['id']}"
    send(writer, "POST", f"{address}/revisions", {"revision": 1, "query": "requests=1"})
    body = {"name": "Copy", "revision": 1}
    first, again = (send(writer, "POST", f"{address}/duplicate", body, **{"idempotency-key": "k"}) for _ in "ab")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (first.json()["estimate"], first.json()["name"]) == (scenario["estimate"], "Copy")
    assert send(writer, "GET", "scenarios").json()["total"] == 2
    current = send(writer, "POST", f"{address}/duplicate", {"name": "Of today"}).json()
    assert current["revision"]["query"] == "requests=1"
    assert send(writer, "POST", f"{address}/duplicate", {**body, "revision": 9}).status_code == 404


def test_todays_prices_are_looked_at_line_by_line_before_they_are_accepted(writer: Client, cast: Cast) -> None:
    scenario = kept(cast)
    address = f"scenarios/{scenario.public_id}/reprice"
    before, same = money(scenario), send(writer, "GET", address).json()
    assert (same["differs"], same["saved"]) == (False, same["today"])
    sync(with_price("google/gemini-2.5-flash", "99"), timezone.now().date(), NOW)
    preview = send(writer, "GET", address).json()
    assert (preview["revision"], preview["differs"]) == (1, True)
    changed = [line["unit"] for line in preview["lines"] if line["amounts"][0] != line["amounts"][1]]
    assert changed == ["input_mtok"]
    scenario.refresh_from_db()
    assert (scenario.revision, money(scenario)) == (1, before)

    body = {"revision": 1, "prices": preview["prices"], "comment": "New year"}
    accepted = send(writer, "POST", address, body, **{"idempotency-key": "k"})
    assert accepted.status_code == 201
    assert accepted.json()["estimate"]["monthly"] == preview["today"]["monthly"]
    assert (accepted.json()["revision"]["number"], accepted.json()["revision"]["comment"]) == (2, "New year")
    again = send(writer, "POST", address, body, **{"idempotency-key": "k"})
    assert again.json() == accepted.json()
    assert send(writer, "POST", address, {"revision": 1}).status_code == 409
    assert money(scenario, 1) == before


def test_prices_that_changed_after_the_preview_are_not_accepted_unseen(writer: Client, cast: Cast) -> None:
    scenario = kept(cast)
    address, page = f"scenarios/{scenario.public_id}/reprice", f"/scenarios/{scenario.public_id}/reprice/"
    sync(with_price("google/gemini-2.5-flash", "98"), timezone.now().date(), NOW)
    seen = send(writer, "GET", address).json()["prices"]
    browser = signed_in(cast.bob)
    assert f'name="prices" value="{seen}"' in browser.get(page).content.decode()
    sync(with_price("google/gemini-2.5-flash", "99"), timezone.now().date(), NOW)
    late = send(writer, "POST", address, {"revision": 1, "prices": seen})
    assert (late.status_code, late.json()["detail"]) == (409, "The prices have changed since the preview.")
    shown = browser.post(page, {"revision": "1", "prices": seen})
    assert shown.status_code == 409
    assert "$99.00 in" in shown.content.decode()
    scenario.refresh_from_db()
    assert scenario.revision == 1
    fresh = send(writer, "GET", address).json()["prices"]
    assert browser.post(page, {"revision": "1", "prices": fresh}).status_code == 302


def test_what_people_say_is_read_and_added_to(writer: Client, cast: Cast) -> None:
    scenario = kept(cast)
    address = f"scenarios/{scenario.public_id}"
    saving.comment(by(cast, "vera"), scenario, "Why?", NOW)
    sent = [
        send(writer, "POST", f"{address}/comments", {"text": " Because.\n\nOf it. "}, **{"idempotency-key": "k"})
        for _ in "ab"
    ]
    assert [one.status_code for one in sent] == [201, 201]
    said = send(writer, "GET", f"{address}/comments").json()["items"]
    assert [(one["author"], one["text"], one["revision"]) for one in said] == [
        ("Vera", "Why?", 1),
        ("Bob", "Because.\n\nOf it.", 1),
    ]
    for wrong in ("", " \n ", "a\u0000b", "x" * 4001):
        assert send(writer, "POST", f"{address}/comments", {"text": wrong}).status_code == 422
    approval = saving.ask_approval(by(cast, "bob"), scenario, 1, cast.vera, NOW)
    saving.decide(by(cast, "vera"), approval, approval.Decision.GIVEN, "Fine", NOW)
    (found,) = send(writer, "GET", f"{address}/approvals").json()["items"]
    assert [found[name] for name in ("decision", "asked_of", "words", "counts")] == ["given", "Vera", "Fine", True]
    saving.revise(by(cast, "bob"), scenario, 1, drafted(cast, "requests=1"), NOW)
    assert send(writer, "GET", f"{address}/approvals").json()["items"][0]["counts"] is False


def test_the_links_of_one_scenario_are_its_own(writer: Client) -> None:
    one, other = made(writer)["id"], made(writer)["id"]
    mine = send(writer, "POST", f"scenarios/{one}/links", {}).json()["id"]
    send(writer, "POST", f"scenarios/{other}/links", {})
    assert [link["id"] for link in send(writer, "GET", f"scenarios/{one}/links").json()["items"]] == [mine]
    assert send(writer, "GET", "links").json()["total"] == 2


def test_every_change_to_what_is_gone_meanwhile_is_404(writer: Client, cast: Cast) -> None:
    public_id = kept(cast, FLASH).public_id
    SavedScenario.objects.all().delete()
    calls: tuple[tuple[str, str, Any], ...] = (
        ("PATCH", "", {"edition": 1}),
        ("POST", "/archive", {"edition": 1}),
        ("POST", "/revisions", {"revision": 1, "query": ""}),
        ("POST", "/reprice", {"revision": 1}),
    )
    for method, rest, body in calls:
        assert send(writer, method, f"scenarios/{public_id}{rest}", body).status_code == 404


def test_whoever_may_not_is_told_so_before_the_body_is_read(writer: Client, cast: Cast) -> None:
    scenario = made(writer)["id"]
    readers = [
        holding(token)
        for token in (a_token(cast.workspace, cast.vera)[1], a_token(cast.workspace, cast.alice, Scope.READ)[1])
    ]
    for method, address in (
        ("POST", "scenarios"),
        ("PATCH", f"scenarios/{scenario}"),
        ("DELETE", f"scenarios/{scenario}"),
        *(
            ("POST", f"scenarios/{scenario}/{act}")
            for act in ("archive", "duplicate", "revisions", "reprice", "comments", "links")
        ),
    ):
        for reader in readers:
            assert send(reader, method, address, {"nonsense": 1}).status_code == 403, address
    assert send(writer, "DELETE", f"scenarios/{scenario}").status_code == 403


def test_a_text_that_is_too_long_is_told_in_characters(writer: Client, cast: Cast) -> None:
    address = f"scenarios/{kept(cast).public_id}"
    answer = send(writer, "PATCH", address, {"edition": 1, "name": "x" * 121})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/name", "detail": "String should have at most 120 characters"}]
