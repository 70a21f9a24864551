"""`POST /estimate` by the figures: the issue's own example, and figures at their bounds."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from costcalc.scenarios.estimate_bodies import EXAMPLE

pytestmark = pytest.mark.django_db


def answer(client: Client, body: Any) -> Any:
    """The parsed answer to a body that is right."""
    response = client.post("/api/v1/estimate", json.dumps(body), content_type="application/json")
    assert response.status_code == 200, response.content
    return response.json()


def with_workload(**changes: Any) -> Any:
    """The example with its workload changed."""
    return {**EXAMPLE, "at": "2026-11-22", "workloads": [{**EXAMPLE["workloads"][0], **changes}]}


def test_the_documented_example_names_where_its_list_price_comes_from(client: Client) -> None:
    got = answer(client, with_workload())
    assert [price["source"] and price["source"]["checked_on"] for price in got["prices"]] == ["2026-11-10", None]


def test_money_at_the_bounds_is_plain_and_exact(client: Client) -> None:
    largest = with_workload(
        requests_per_day=10**9, input_tokens=10**8, output_tokens=10**8, retry_share=1, monthly_growth=10
    )
    for totals in (answer(client, largest)["monthly"], answer(client, largest)["annual"]):
        for text in totals.values():
            assert "E" not in text
            assert Decimal(text).as_tuple().exponent == -2


def test_every_place_of_a_finding_is_named(client: Client) -> None:
    twice = {**with_workload(), "workloads": with_workload()["workloads"] * 2}
    found = [(w["code"], w["workload"]) for w in answer(client, twice)["warnings"]]
    assert ("shutdown", 0) in found
    assert ("shutdown", 1) in found


@pytest.mark.parametrize(
    ("prices", "place"),
    [
        ({"input_mtok": {"base": "1", "tiers": [{"above": 5, "price": "1"}, {"above": 5, "price": "2"}]}}, "tiers"),
        ({"input_mtok": {"base": "1", "tiers": [{"above": True, "price": "1"}]}}, "tiers/0/above"),
        ({"imput_mtok": "1"}, "imput_mtok"),
    ],
)
def test_contradictory_prices_are_refused_at_their_place(client: Client, prices: Any, place: str) -> None:
    body = with_workload(candidate={"prices": prices})
    response = client.post("/api/v1/estimate", json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert any(place in error["pointer"] for error in response.json()["errors"])


def test_a_body_of_faults_is_answered_with_the_first_of_them(client: Client) -> None:
    body = {f"k{number}": 1 for number in range(10_000)}
    response = client.post("/api/v1/estimate", json.dumps(body), content_type="application/json")
    assert response.status_code == 422
    assert len(response.json()["errors"]) == 20


def test_head_is_answered_as_get(client: Client) -> None:
    assert client.head("/api/v1/prices/openai/gpt-4.1").status_code == 200


def test_thousands_of_parameters_are_a_bad_request(client: Client) -> None:
    response = client.get("/api/v1/prices/openai/gpt-4.1?" + "a&" * 2000)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
