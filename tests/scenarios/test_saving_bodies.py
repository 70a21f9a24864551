"""What the API is sent to save: an estimate's body and the calculator's address are two roads to one scenario."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.index import catalogue
from costcalc.scenarios.api import estimate
from costcalc.scenarios.body_address import address_of
from costcalc.scenarios.estimate_answer import answered
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.fields import PRICES
from costcalc.scenarios.models import SavedScenario
from costcalc.scenarios.saved import draft
from costcalc.scenarios.saving_bodies import EXAMPLE_QUERY, EXAMPLE_WORKLOAD
from tests.factories import Cast, a_cast, a_token
from tests.scenarios.keeping import TODAY

pytestmark = pytest.mark.django_db
OURS, THEIRS = {"provider": "openai", "model": "gpt-4.1"}, {"provider": "google", "model": "gemini-2.5-flash"}
TIERED = {"base": 1, "tiers": [{"above": 9, "price": 2}]}
PLAIN = {
    "requests_per_day": 50000,
    "input_tokens": 1000,
    "output_tokens": 500,
    "baseline": OURS,
    "candidate": THEIRS,
}


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.fixture
def writer(cast: Cast) -> Client:
    return Client(headers={"authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"})


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(body), content_type="application/json")


def saved(client: Client, **body: Any) -> dict[str, Any]:
    answer = post(client, "scenarios", {"name": "Ours", **body})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_an_estimate_is_saved_as_it_was_computed_and_as_its_address_says(writer: Client) -> None:
    body = {"days_per_month": "30", "workloads": [EXAMPLE_WORKLOAD], "return": {}}
    by_body, by_query = saved(writer, **body), saved(writer, query=f"name=chat&{EXAMPLE_QUERY}")
    assert by_body["estimate"] == by_query["estimate"] == post(writer, "estimate", body).json()
    assert by_body["revision"]["query"] == by_query["revision"]["query"] == f"name=chat&{EXAMPLE_QUERY}"


def test_everything_that_an_address_carries_goes_with_the_body(writer: Client) -> None:
    full = {
        "name": "năm",
        "requests_per_month": "1500000.5",
        "input_tokens": "1000.125",
        "output_tokens": 500,
        "reasoning_tokens": 100,
        "cache_read_share": "0.25",
        "cache_write_share": "0.125",
        "cache_write_ttl": "1h",
        "web_searches": "0.5",
        "storage_searches": "0.25",
        "code_executions": "0.125",
        "batch_share": "0.1",
        "flex_share": "0.2",
        "priority_share": "0.05",
        "retry_share": "0.015",
        "over_tier_share": "0",
        "monthly_growth": "-0.035",
        "baseline": {"name": "Ours", "prices": {unit: "1.25" for unit, _label in PRICES.values()}},
        "candidate": {
            **THEIRS,
            "tokenizer_ratio": "1.1",
            "verbosity_ratio": "0.9",
            "cache_read_share": "0",
            "retry_share": "0.02",
        },
    }
    body = {"days_per_month": "calendar", "at": "2026-01-15", "workloads": [full, PLAIN], "return": {}}
    kept = saved(writer, **body)
    assert kept["estimate"] == post(writer, "estimate", body).json()
    assert saved(writer, query=kept["revision"]["query"])["estimate"] == kept["estimate"]
    assert (kept["revision"]["day"], kept["estimate"]["days_per_month"]) == ("2026-01-15", "calendar")


def test_a_price_of_the_workspace_goes_by_its_id(writer: Client) -> None:
    price = post(writer, "own-prices", {"name": "Deal", "prices": {"input_mtok": 1, "output_mtok": 2}}).json()
    side = {"provider": "own", "model": price["id"]}
    by_body = saved(writer, workloads=[{**PLAIN, "candidate": side}])
    by_query = saved(writer, query=f"to={price['address']}")
    assert by_body["estimate"] == by_query["estimate"]
    assert by_body["revision"]["query"] == by_query["revision"]["query"]
    assert (by_body["estimate"]["complete"], by_body["estimate"]["prices"][1]["name"]) == (True, "Deal")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/query"),
        ({"query": "", "workloads": [PLAIN]}, "/query"),
        ({"query": "", "days_per_month": 30}, "/days_per_month"),
        ({"query": "", "at": "2026-01-01"}, "/at"),
        ({"workloads": []}, "/workloads"),
        ({"workloads": [PLAIN] * 11}, "/workloads"),
        ({"workloads": [PLAIN], "days_per_month": 28}, "/days_per_month"),
        ({"workloads": [PLAIN], "days_per_month": 99}, "/days_per_month"),
        ({"workloads": [PLAIN], "at": "2026-01-01T10:00:00Z"}, "/at"),
        ({"workloads": [PLAIN, {**PLAIN, "input_tokens": "0.0001"}]}, "/workloads/1/input_tokens"),
        ({"workloads": [{**PLAIN, "cache_read_share": "0.123456789"}]}, "/workloads/0/cache_read_share"),
        ({"workloads": [{**PLAIN, "name": "a\u0007b"}]}, "/workloads/0/name"),
        ({"workloads": [{**PLAIN, "baseline": {**OURS, "model": "gpt-99"}}]}, "/workloads/0/baseline/model"),
        ({"workloads": [{**PLAIN, "candidate": {"provider": "own", "model": "x"}}]}, "/workloads/0/candidate/model"),
        ({"workloads": [{**PLAIN, "reasoning_tokens": 501}]}, "/workloads/0/reasoning_tokens"),
        ({"workloads": [{**PLAIN, "cache_read_share": 1, "cache_write_share": "0.1"}]}, "/workloads/0/cache_"),
        (
            {"workloads": [{**PLAIN, "cache_write_share": "0.6", "candidate": {**THEIRS, "cache_read_share": "0.6"}}]},
            "/workloads/0/candidate/cache_read_share",
        ),
        (
            {"workloads": [{**PLAIN, "candidate": {"prices": {"input_audio_mtok": 1}}}]},
            "/workloads/0/candidate/prices/input_audio_mtok",
        ),
        (
            {"workloads": [{**PLAIN, "baseline": {"prices": {"input_mtok": TIERED}}}]},
            "/workloads/0/baseline/prices/input_mtok",
        ),
        (
            {
                "workloads": [
                    {
                        **PLAIN,
                        "candidate": {
                            "prices": {"input_mtok": 1},
                            "variants": [{"when": {"processing": "batch"}, "units": {"input_mtok": 1}}],
                        },
                    }
                ]
            },
            "/workloads/0/candidate/variants",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_kept_is_422_at_its_place(writer: Client, body: dict[str, Any], pointer: str) -> None:
    scenario = saved(writer, query="")
    for address, more in (("scenarios", {"name": "x"}), (f"scenarios/{scenario['id']}/revisions", {"revision": 1})):
        answer = post(writer, address, {**more, **body})
        assert answer.status_code == 422, answer.content
        faults = answer.json()["errors"]
        assert any(fault["pointer"].startswith(pointer) for fault in faults), faults
    assert SavedScenario.objects.get().revision == 1


def shares(places: int = 8) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, Decimal("0.2"), places=places)


def numbers(high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, high, places=places)


TYPED = st.fixed_dictionaries(
    {"prices": st.dictionaries(st.sampled_from([unit for unit, _ in PRICES.values()]), numbers(1000, 18))},
    optional={"name": st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=20)},
)
RATIOS = st.decimals(Decimal("0.01"), 100, places=6)
SIDES = st.one_of(st.sampled_from([OURS, THEIRS, {"provider": "deepseek", "model": "deepseek-chat"}]), TYPED)
CANDIDATES = st.builds(
    lambda side, shift: {**side, **shift},
    SIDES,
    st.fixed_dictionaries(
        {},
        optional={
            "tokenizer_ratio": RATIOS,
            "verbosity_ratio": RATIOS,
            "cache_read_share": shares(),
            "retry_share": shares(),
        },
    ),
)
BODIES = st.builds(
    lambda volume, rest: {**volume, **rest},
    st.one_of(*(st.fixed_dictionaries({f"requests_per_{per}": numbers(10**12, 3)}) for per in ("day", "month"))),
    st.fixed_dictionaries(
        {
            "input_tokens": numbers(10**6, 3),
            "output_tokens": numbers(10**6, 3),
            "baseline": SIDES,
            "candidate": CANDIDATES,
        },
        optional={
            "name": st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=20),
            "web_searches": numbers(1000, 6),
            "storage_searches": numbers(1000, 6),
            "code_executions": numbers(1000, 6),
            "cache_write_ttl": st.sampled_from(["5m", "1h"]),
            "over_tier_share": shares(),
            "monthly_growth": st.decimals(Decimal("-0.5"), 2, places=8),
            **{name: shares() for name in ("cache_read_share", "cache_write_share", "batch_share", "retry_share")},
        },
    ),
)


@given(st.lists(BODIES, min_size=1, max_size=3), st.sampled_from(["30", "365/12", "calendar"]))
@settings(max_examples=60)
def test_whatever_an_address_holds_gives_the_same_money_on_either_road(workloads: list[Any], days: str) -> None:
    said = {"days_per_month": days, "at": TODAY.isoformat(), "workloads": workloads, "return": {}}
    body = EstimateIn.model_validate(said)
    held = catalogue()
    query = address_of(body, held)
    kept = draft(Workspace(pk=0), query, TODAY, held)
    assert answered(kept.result, held, TODAY) == estimate(RequestFactory().get("/"), body)
    assert kept.query == query
