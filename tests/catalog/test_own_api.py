"""Own prices through the API, and what holds for every operation that needs a token."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts.roles import Scope
from costcalc.catalog.own import OwnPrice
from costcalc.catalog.own_api import EXAMPLE
from costcalc.wire.idempotency import KEPT
from costcalc.wire.models import Answer
from tests.factories import Cast, a_cast, a_token, signed_in
from tests.threads import at_once

HOME = "/api/v1/own-prices"
PROBLEM = "application/problem+json"


@pytest.fixture
def cast(db: None) -> Cast:
    return a_cast()


@pytest.fixture
def writer(cast: Cast) -> Client:
    return holding(a_token(cast.workspace, cast.bob)[1])


def holding(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def send(client: Client, method: str, address: str, body: Any, **headers: str) -> Any:
    return client.generic(method, address, json.dumps(body), content_type="application/json", headers=headers)


def create(client: Client, body: Any = EXAMPLE, **headers: str) -> Any:
    return send(client, "POST", HOME, body, **headers)


def test_a_price_is_created_read_superseded_and_archived(writer: Client) -> None:
    made = create(writer)
    assert made.status_code == 201
    price = made.json()
    assert price["address"] == f"own:{price['id']}"
    assert price["prices"]["input_mtok"] == {"base": "1.6", "tiers": []}
    address = f"{HOME}/{price['id']}"
    assert writer.get(address).json() == price
    tiered = {"base": "1.5", "tiers": [{"above": 200000, "price": "3"}]}
    change = {**EXAMPLE, "prices": {**price["prices"], "input_mtok": tiered}, "revision": 1}
    changed = send(writer, "PUT", address, change)
    assert changed.status_code == 200
    assert (changed.json()["revision"], changed.json()["prices"]["input_mtok"]) == (2, tiered)
    archived = send(writer, "POST", f"{address}/archive", {"revision": 2})
    assert archived.json()["archived"] is True
    assert writer.get(HOME).json() == {"items": [], "total": 0, "page": 1, "pages": 1}
    assert [one["id"] for one in writer.get(f"{HOME}?archived=true").json()["items"]] == [price["id"]]


def test_a_stale_change_is_409_with_how_it_stands_now(writer: Client) -> None:
    address = f"{HOME}/{create(writer).json()['id']}"
    send(writer, "PUT", address, {**EXAMPLE, "note": "first", "revision": 1})
    for method, where, body in (
        ("PUT", address, {**EXAMPLE, "note": "second", "revision": 1}),
        ("POST", f"{address}/archive", {"revision": 1}),
    ):
        stale = send(writer, method, where, body)
        assert (stale.status_code, stale["Content-Type"]) == (409, PROBLEM)
        assert (stale.json()["current"]["note"], stale.json()["current"]["revision"]) == ("first", 2)


def test_without_a_token_it_is_401_whatever_the_cookies_say(cast: Cast) -> None:
    for client in (Client(), signed_in(cast.alice), holding("nonsense"), holding("costcalc_" + "0" * 38)):
        answer = client.get(HOME)
        assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
        assert answer["WWW-Authenticate"].startswith('Bearer realm="costcalc"')


def test_a_token_that_reads_is_403_where_something_is_written(cast: Cast, writer: Client) -> None:
    reader = holding(a_token(cast.workspace, cast.alice, Scope.READ)[1])
    assert reader.get(HOME).status_code == 200
    refused = create(reader)
    assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)


def test_a_token_may_no_more_than_its_maker(cast: Cast) -> None:
    token = holding(a_token(cast.workspace, cast.vera)[1])
    assert create(token).status_code == 403
    cast.workspace.remove(cast.vera)
    assert token.get(HOME).status_code == 401


def test_another_workspaces_price_is_the_same_404_as_none(cast: Cast, writer: Client) -> None:
    price = create(writer).json()["id"]
    own = cast.charlie.memberships.get().workspace
    charlie = holding(a_token(own, cast.charlie)[1])
    there, nowhere = charlie.get(f"{HOME}/{price}"), charlie.get(f"{HOME}/AAAAAAAAAAAA")
    assert there.status_code == nowhere.status_code == 404
    assert there.content == nowhere.content
    assert send(charlie, "PUT", f"{HOME}/{price}", {**EXAMPLE, "revision": 1}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "  "}, "/name"),
        ({"prices": {}}, "/prices"),
        ({"prices": {"input_mtoken": 1}}, "/prices"),
        ({"prices": {"input_mtok": -1}}, "/prices"),
        ({"starts_on": "2027-01-01", "ends_on": "2026-01-01"}, ""),
        ({"starts_on": 1}, "/starts_on"),
        ({"source_url": "javascript:alert(1)"}, "/source_url"),
        ({"variants": [{"when": {"processing": "fast"}, "units": {}}]}, "/variants"),
        ({"nonsense": 1}, "/nonsense"),
        ({"kind": "gift"}, "/kind"),
    ],
    ids=str,
)
def test_a_bad_body_is_422_and_names_the_place(writer: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = create(writer, {**EXAMPLE, **changes})
    assert answer.status_code == 422
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"])
    assert not OwnPrice.objects.exists()


def test_a_list_comes_in_pages(writer: Client) -> None:
    for number in range(3):
        create(writer, {**EXAMPLE, "name": f"{number}"})
    page = writer.get(f"{HOME}?page=2&size=2").json()
    assert ([one["name"] for one in page["items"]], page["total"], page["pages"]) == (["2"], 3, 2)
    for wrong in ("page=0", "size=101", "pages=1", "page=1&page=2"):
        assert writer.get(f"{HOME}?{wrong}").status_code == 422


# Idempotency


def test_the_same_key_has_its_effect_once_and_the_same_answer(writer: Client) -> None:
    first, again = (create(writer, **{"idempotency-key": "k1"}) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert OwnPrice.objects.count() == 1
    assert create(writer, **{"idempotency-key": "k2"}).json() != first.json()


def test_the_same_key_with_another_body_is_422(writer: Client) -> None:
    create(writer, **{"idempotency-key": "k"})
    other = create(writer, {**EXAMPLE, "note": "other"}, **{"idempotency-key": "k"})
    assert other.status_code == 422
    assert other.json()["errors"][0]["pointer"] == "/Idempotency-Key"
    assert OwnPrice.objects.count() == 1


def test_a_request_that_failed_may_be_sent_again_with_its_key(writer: Client) -> None:
    assert create(writer, {**EXAMPLE, "name": ""}, **{"idempotency-key": "k"}).status_code == 422
    assert create(writer, **{"idempotency-key": "k"}).status_code == 201


def test_keys_are_a_workspaces_own_and_no_permission(cast: Cast, writer: Client) -> None:
    create(writer, **{"idempotency-key": "k"})
    reader = holding(a_token(cast.workspace, cast.alice, Scope.READ)[1])
    assert create(reader, **{"idempotency-key": "k"}).status_code == 403
    elsewhere = cast.charlie.memberships.get().workspace
    assert create(holding(a_token(elsewhere, cast.charlie)[1]), **{"idempotency-key": "k"}).status_code == 201
    assert OwnPrice.objects.count() == 2


def test_a_key_is_kept_for_a_day(writer: Client) -> None:
    create(writer, **{"idempotency-key": "k"})
    Answer.objects.update(at=timezone.now() - KEPT)
    create(writer, **{"idempotency-key": "k"})
    assert OwnPrice.objects.count() == 2
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_what_is_no_key_is_422(writer: Client, key: str) -> None:
    assert create(writer, **{"idempotency-key": key}).status_code == 422
    assert not OwnPrice.objects.exists()


@pytest.mark.parametrize(("key", "effects"), [("k", 1), (None, 4)], ids=["with a key", "without one"])
def test_requests_at_the_same_moment_have_one_effect(committed_db: None, key: str | None, effects: int) -> None:
    """Without the key the same four requests have four effects: the race is there to be seen."""
    cast = a_cast()
    secret = a_token(cast.workspace, cast.bob)[1]
    headers = {"idempotency-key": key} if key else {}
    answers = at_once(*[lambda: create(holding(secret), **headers)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert OwnPrice.objects.count() == effects


def test_a_price_in_another_currency_is_told_in_both(writer: Client) -> None:
    body = {**EXAMPLE, "currency": "VND", "prices": {"input_mtok": "52000"}, "variants": []}
    made = create(writer, body)
    assert made.status_code == 201
    told = made.json()
    assert (told["currency"], told["per_dollar"]) == ("VND", "26000")
    assert told["prices"]["input_mtok"]["base"] == "52000"
    assert told["in_dollars"]["input_mtok"]["base"] == "2"
    assert create(writer).json()["per_dollar"] is None


@pytest.mark.parametrize("currency", ["JPY", "DEM", "usd", "", None, 3])
def test_a_currency_without_a_rate_is_422_at_its_place(writer: Client, currency: Any) -> None:
    answer = create(writer, {**EXAMPLE, "currency": currency})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/currency"
