"""What takes long is bounded by address, as often as it weighs; a ledger is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from costcalc.scenarios import saving, weights
from costcalc.scenarios.estimate_bodies import EXAMPLE_WITH_RETURN
from costcalc.wire.models import RequestWindow
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import NOW, by, kept

pytestmark = pytest.mark.django_db
SWAP = {"HX-Request": "true"}
UNSURE = "range.1.of=requests&range.1.low=1000&range.1.high=60000"


@pytest.fixture
def limited(settings: Settings) -> None:
    settings.RATE_LIMIT = 6


def statuses(client: Client, address: str, times: int = 8) -> list[int]:
    found = []
    for _ in range(times):
        response = client.get(address, headers=SWAP)
        response.getvalue()
        found.append(response.status_code)
    return found


@pytest.mark.parametrize(
    ("query", "weight"),
    [
        ("", 0),
        ("horizon=120", 0),
        ("horizon=12&workloads=10", 0),
        ("horizon=120&workloads=10", 4),
        (UNSURE, 1),
        (f"{UNSURE}&horizon=120&workloads=10", 17),
        (f"{UNSURE}&horizon=999999&workloads=%D9%A3", 17),
        (f"{UNSURE}&horizon=-1", 2),
    ],
)
def test_draws_weigh_by_the_months_of_workloads(query: str, weight: int) -> None:
    assert weights.drawn(RequestFactory().get(f"/?{query}")) == weight


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("address", ["/", "/return/?horizon=24"])
def test_what_is_quick_is_not_counted(address: str) -> None:
    assert 429 not in statuses(Client(), address)
    assert not RequestWindow.objects.exists()


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("address", "weight"),
    [
        (f"/?{UNSURE}", 1),
        (f"/return/?{UNSURE}", 1),
        (f"/charts/cash.svg?{UNSURE}", 2),
        ("/charts/money.svg", 1),
        ("/take/ledger.csv", 1),
        ("/prices/openai/gpt-4.1/history.svg", 1),
    ],
)
def test_what_takes_long_is_refused_after_a_while(address: str, weight: int) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    found = statuses(client, address)
    assert found.index(429) == 6 // weight
    refused = client.get(address)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert client.get("/").status_code == 200
    assert statuses(Client(REMOTE_ADDR="192.0.2.8"), address, 1) != [429]


@pytest.mark.usefixtures("limited")
def test_what_is_saved_and_shared_is_counted_too(cast: Cast) -> None:
    scenario = kept(cast, UNSURE)
    link = saving.share(by(cast, "bob"), saving.revision_of(scenario), NOW)[1]
    saved, bob = f"/scenarios/{scenario.public_id}/", signed_in(cast.bob, cast.workspace)
    pages = [saved, f"{saved}1/charts/cash.svg", f"{saved}1/take/cash.csv", f"/s/{link}/", f"/s/{link}/charts/cash.svg"]
    pages += [f"/s/{link}/take/cash.csv", f"/scenarios/compare/?a={scenario.public_id}&b={scenario.public_id}.1"]
    for page in pages:
        RequestWindow.objects.all().delete()
        assert statuses(bob, page, 2) == [200, 429], page


@pytest.mark.usefixtures("limited")
def test_draws_of_the_api_weigh_more_than_one_request() -> None:
    unsure = {"input": "workloads.0.requests_per_day", "low": 1000, "high": 60000}
    body: dict[str, Any] = {**EXAMPLE_WITH_RETURN, "return": {"horizon_months": 120, "ranges": [unsure]}}
    client = Client(REMOTE_ADDR="192.0.2.7")
    found = [
        client.post("/api/v1/estimate", json.dumps(body), content_type="application/json").status_code for _ in range(5)
    ]
    # One for the request, two for its draws.
    assert found == [200, 200, 429, 429, 429]


def test_no_cache_keeps_a_picture_for_somebody_else(client: Client) -> None:
    for address in ("/charts/cash.svg", "/charts/money.png"):
        assert client.get(address)["Cache-Control"] == "private, no-cache"
