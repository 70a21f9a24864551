"""Saved scenarios through the API."""

import json
from typing import Any

import pytest
from django.test import Client

from costcalc.accounts.audit import faults
from costcalc.accounts.roles import Scope
from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.saved import SavedScenario
from costcalc.scenarios.saving_bodies import EXAMPLE_QUERY
from tests.factories import Cast, a_cast, a_token

pytestmark = pytest.mark.django_db
API = "/api/v1"
BODY = {"name": "To Gemini", "note": "For the review", "query": EXAMPLE_QUERY}


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.fixture
def writer(cast: Cast) -> Client:
    return holding(a_token(cast.workspace, cast.bob)[1])


def holding(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def send(client: Client, method: str, address: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body)
    return client.generic(method, f"{API}/{address}", data, content_type="application/json", headers=headers)


def made(client: Client, **changes: str) -> dict[str, Any]:
    answer = send(client, "POST", "scenarios", {**BODY, **changes})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_scenario_is_kept_listed_and_read_with_its_answer(writer: Client, cast: Cast) -> None:
    scenario = made(writer)
    assert scenario["revision"]["number"] == 1
    assert scenario["revision"]["author"] == "Bob"
    assert scenario["revision"]["saving"] == scenario["estimate"]["monthly"]["savings"]
    listed = send(writer, "GET", "scenarios").json()
    assert listed["items"] == [{name: scenario[name] for name in listed["items"][0]}]
    assert send(writer, "GET", f"scenarios/{scenario['id']}").json() == scenario
    reader = holding(a_token(cast.workspace, cast.alice, Scope.READ)[1])
    assert send(reader, "GET", f"scenarios/{scenario['id']}/revisions/1").json() == scenario
    assert send(reader, "POST", "scenarios", BODY).status_code == 403
    assert list(faults(cast.workspace)) == []


def test_a_revision_carries_the_one_it_was_decided_on(writer: Client) -> None:
    scenario = made(writer)
    address = f"scenarios/{scenario['id']}/revisions"
    revised = send(writer, "POST", address, {"revision": 1, "query": "requests=70000", "comment": "More"})
    assert (revised.status_code, revised.json()["revision"]["number"]) == (201, 2)
    stale = send(writer, "POST", address, {"revision": 1, "query": "requests=80000"})
    assert stale.status_code == 409
    assert stale.json()["current"] == revised.json()
    assert [one["number"] for one in send(writer, "GET", address).json()["items"]] == [2, 1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("requests=many", "requests: "),
        ("nonsense=1", "nonsense: not a field of the calculator"),
        ("to=openai/gpt-99x", "to: No model is called"),
        ("cached=60&written=60", "cache"),
        ("a&" * 2000, "too many fields"),
        ("to=%00", "to: "),
    ],
    ids=lambda text: text[:20],
)
def test_an_address_that_cannot_be_read_is_422_and_names_its_fields(writer: Client, query: str, words: str) -> None:
    answer = send(writer, "POST", "scenarios", {**BODY, "query": query})
    assert answer.status_code == 422
    faults = answer.json()["errors"]
    assert all(fault["pointer"] == "/query" for fault in faults)
    assert any(words in fault["detail"] for fault in faults)
    assert not SavedScenario.objects.exists()


def test_revisions_are_compared_line_by_line(writer: Client) -> None:
    first, second = made(writer), made(writer, name="Twice", query=EXAMPLE_QUERY.replace("60000", "120000"))
    send(writer, "POST", f"scenarios/{first['id']}/revisions", {"revision": 1, "query": "requests=1"})
    found = send(writer, "GET", f"compare?of={first['id']}.1&of={second['id']}").json()
    assert [one["name"] for one in found["versions"]] == ["To Gemini", "Twice"]
    assert [one["monthly"] for one in found["versions"]] == [one["estimate"]["monthly"] for one in (first, second)]
    assert [one["return"] for one in found["versions"]] == [one["estimate"]["return"] for one in (first, second)]
    assert {line["unit"] for line in found["lines"]} == {line["unit"] for line in first["estimate"]["lines"]}
    for wrong in (f"of={first['id']}", "of=x&of=y", f"of={first['id']}&of={second['id']}&x=1"):
        assert send(writer, "GET", f"compare?{wrong}").status_code == 422
    assert send(writer, "GET", f"compare?of={first['id']}&of=AAAAAAAAAAAA").status_code == 404


def test_a_scenario_is_put_away_and_taken_out_again(writer: Client) -> None:
    scenario = made(writer)["id"]
    away = send(writer, "POST", f"scenarios/{scenario}/archive", {"edition": 1}).json()
    assert (away["archived"], away["edition"]) == (True, 2)
    assert send(writer, "GET", "scenarios").json()["total"] == 0
    assert send(writer, "GET", "scenarios?archived=true").json()["total"] == 1
    address, out = f"scenarios/{scenario}/archive", {"archived": False}
    stale = send(writer, "POST", address, {**out, "edition": 1})
    assert (stale.status_code, stale.json()["current"]["edition"]) == (409, 2)
    assert send(writer, "POST", address, {**out, "edition": 2}).json()["archived"] is False


def test_a_link_is_shown_once_and_opens_until_it_is_revoked(writer: Client) -> None:
    address = f"scenarios/{made(writer)['id']}/links"
    first, again = (send(writer, "POST", address, {"note": "x", "days": 3}, **{"idempotency-key": "k"}) for _ in "ab")
    link = first.json()["link"]
    assert again.json() == {**first.json(), "link": None}
    assert Client().get(link).status_code == 200
    assert [one["state"] for one in send(writer, "GET", "links").json()["items"]] == ["open"]
    assert send(writer, "DELETE", f"links/{first.json()['id']}").status_code == 204
    assert Client().get(link).status_code == 404
    assert [one["state"] for one in send(writer, "GET", "links").json()["items"]] == ["revoked"]


def test_a_workspace_that_allows_no_links_says_so(writer: Client, cast: Cast) -> None:
    scenario = made(writer)["id"]
    Workspace.objects.filter(pk=cast.workspace.pk).update(sharing_allowed=False)
    assert send(writer, "POST", f"scenarios/{scenario}/links", {}).status_code == 409


def test_another_workspaces_scenario_is_the_same_404_as_none(writer: Client, cast: Cast) -> None:
    scenario = made(writer)["id"]
    charlie = holding(a_token(cast.charlie.memberships.get().workspace, cast.charlie)[1])
    for method, rest, body in (
        ("GET", "", None),
        ("GET", "/revisions", None),
        ("GET", "/revisions/1", None),
        ("POST", "/revisions", {"revision": 1, "query": ""}),
        ("POST", "/archive", {"edition": 1}),
        ("PATCH", "", {"edition": 1, "name": "Theirs"}),
        ("POST", "/duplicate", {"name": "Theirs"}),
        ("GET", "/reprice", None),
        ("POST", "/reprice", {"revision": 1}),
        ("GET", "/comments", None),
        ("POST", "/comments", {"text": "Well"}),
        ("GET", "/approvals", None),
        ("DELETE", "?edition=1", None),
        ("GET", "/links", None),
        ("POST", "/links", {}),
    ):
        there = send(charlie, method, f"scenarios/{scenario}{rest}", body)
        nowhere = send(charlie, method, f"scenarios/AAAAAAAAAAAA{rest}", body)
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert there.status_code == 404


def test_the_prices_of_a_saved_scenario_are_the_workspaces_own(writer: Client) -> None:
    price = send(writer, "POST", "own-prices", {"name": "Ours", "prices": {"input_mtok": "1", "output_mtok": "2"}})
    scenario = made(writer, query=f"to={price.json()['address']}")
    used = scenario["estimate"]["prices"][1]
    assert (used["kind"], used["name"], used["units"]["input_mtok"]) == ("own", "Ours", "1")
    assert scenario["estimate"]["complete"] is True
