"""The API's promises as a whole: its description, its problems, and that no input breaks it."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

ESTIMATE = "/api/v1/estimate"
PRICES = "/api/v1/prices/openai/gpt-4.1"
PROBLEM = "application/problem+json"
SIDE = {"provider": "openai", "model": "gpt-4.1"}
WORKLOAD = {"requests_per_day": 50000, "input_tokens": 1000, "output_tokens": 500, "baseline": SIDE, "candidate": SIDE}


def post(client: Client, body: bytes | dict[str, Any], media_type: str = "application/json") -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic("POST", ESTIMATE, data, content_type=media_type)


@pytest.mark.django_db
def test_a_good_body_is_answered(client: Client) -> None:
    assert post(client, {"workloads": [WORKLOAD]}).status_code == 200


@pytest.mark.django_db
def test_typed_prices_may_be_plain_or_have_tiers(client: Client) -> None:
    tiered = {"base": "1", "tiers": [{"above": 500, "price": "8"}]}
    candidate = {"prices": {"input_mtok": tiered, "output_mtok": 8}}
    answer = post(client, {"workloads": [{**WORKLOAD, "candidate": candidate}]})
    assert answer.status_code == 200
    assert answer.json()["monthly"]["candidate"] == "18000.00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"null", ""),
        (b"\xff\xfe", ""),
        (b'{"workloads": NaN}', ""),
        (b'{"workloads": [], "workloads": []}', ""),
        (b"[" * 100_000, ""),
        ({}, "/workloads"),
        ({"workloads": 1}, "/workloads"),
        ({"workloads": [WORKLOAD], "unheard_of": 1}, "/unheard_of"),
        ({"workloads": [{**WORKLOAD, "output_tokens": "many"}]}, "/workloads/0/output_tokens"),
        ({"workloads": [{**WORKLOAD, "unheard/of": 1}]}, "/workloads/0/unheard~1of"),
        ({"workloads": [WORKLOAD, {**WORKLOAD, "candidate": {"provider": "openai"}}]}, "/workloads/1/candidate"),
        ({"workloads": [{**WORKLOAD, "input_tokens": -1}]}, "/workloads/0/input_tokens"),
        ({"workloads": [{**WORKLOAD, "cache_read_share": 2}]}, "/workloads/0/cache_read_share"),
        ({"workloads": [WORKLOAD], "at": "yesterday"}, "/at"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_body_is_422_and_names_the_place(client: Client, body: bytes | dict[str, Any], pointer: str) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    errors = answer.json()["errors"]
    assert any(error["pointer"].startswith(pointer) for error in errors), errors
    assert all(error["detail"] for error in errors)


@pytest.mark.django_db
def test_other_refusals_are_problems_too(client: Client) -> None:
    form = post(client, b"a=1", "application/x-www-form-urlencoded")
    assert (form.status_code, form["Content-Type"]) == (415, PROBLEM)
    wrong = client.delete(PRICES)
    assert (wrong.status_code, wrong["Content-Type"], wrong["Allow"]) == (405, PROBLEM, "GET")
    absent = client.get("/api/v1/prices/openai/gpt-99")
    assert (absent.status_code, absent["Content-Type"]) == (404, PROBLEM)
    when = client.get(PRICES, {"at": "soon"})
    assert (when.status_code, when.json()["errors"][0]["pointer"]) == (422, "/at")


def test_every_operation_documents_its_problems(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/estimate", "/api/v1/prices/{provider}/{model}"} == paths.keys()
    for operation in (operation for path in paths.values() for operation in path.values()):
        assert {"400", "413", "422", "429", "500"} <= operation["responses"].keys()
        assert ("415" in operation["responses"]) == ("requestBody" in operation)
        for status, response in operation["responses"].items():
            wanted = PROBLEM if int(status) >= 400 else "application/json"
            assert list(response["content"]) == [wanted]
    assert "404" in paths["/api/v1/prices/{provider}/{model}"]["get"]["responses"]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", ["/api/v1/estimate", "/api/v1/prices/{provider}/{model}"])
def test_no_input_breaks_the_api_and_every_answer_is_as_described(site: str, path: str, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_url(f"{site}/api/v1/openapi.json")

    @given(strategies.one_of(*(operation.as_strategy(mode) for operation in described[path].values())))
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Case[Any]) -> None:
        # Some rules, such as "a model or prices, not both", a schema can only say in words.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()
