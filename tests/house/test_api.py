"""The API's promises as a whole: its description, its problems, and that no input breaks it."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies
from ninja.openapi.schema import OpenAPISchema
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from costcalc.accounts import team
from costcalc.accounts.access import visit
from costcalc.accounts.audit import acting
from costcalc.accounts.roles import Role
from costcalc.api import api
from costcalc.catalog import own
from costcalc.catalog.index import catalogue
from costcalc.engine import Rate
from costcalc.scenarios import saving
from costcalc.scenarios.saved import draft
from migrations_app import beginning, carrying
from migrations_app.evidence import keeping
from migrations_app.hooks import webhooks
from migrations_app.hooks.webhooks import Webhook
from migrations_app.playbook import own as own_templates
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.review import links
from migrations_app.rules.key_commands import AddKey
from tests.factories import Cast, a_cast, a_token

ESTIMATE = "/api/v1/estimate"
PRICES = "/api/v1/prices/openai/gpt-4.1"
PROBLEM = "application/problem+json"
# The operations that need no token, which have the most to read.
ANONYMOUS = {"estimate", "check_claim", "get_prices"}
# The operations that answer with a file as it is.
FILES = {"get_plan_file": ["application/octet-stream"]}
# What has an example that is for a plan with steps and keys.
OF_A_PLAN_UNDER_WAY = {"/api/v1/plans/{plan_id}/keys/{key_id}/tests", "/api/v1/plans/{plan_id}/template"}
# Where an address has another thing under a name than elsewhere.
OTHER_IDS = {"/api/v1/plans/{plan_id}/review/links/{link_id}": {"link_id": "review_link_id"}}
# Those that name what there must be elsewhere than in their address.
NAME_OTHERS = {"compare_scenarios", "create_plan"}
BUSY = {ESTIMATE, "/api/v1/prices/{provider}/{model}"}
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
    schema = client.get("/api/v1/openapi.json").json()
    for path, method, operation in described(schema):
        answers, anonymous = operation["responses"], "security" not in operation
        assert anonymous == (operation["operationId"] in ANONYMOUS)
        assert {"400", "413", "429", "500"} | (set() if anonymous else {"401"}) <= answers.keys()
        assert ("422" in answers) or not (operation.get("parameters") or method == "post")
        assert ("404" in answers) == ("{" in path or operation["operationId"] in NAME_OTHERS)
        assert {"413", "415"} <= answers.keys() or "requestBody" not in operation
        for status, response in answers.items():
            done = [] if status == "204" else FILES.get(operation["operationId"], ["application/json"])
            wanted = [PROBLEM] if int(status) >= 400 else done
            assert list(response.get("content", {})) == wanted, operation["operationId"]


def test_every_operation_that_creates_takes_a_key(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    for _path, _method, operation in described(schema):
        names = [parameter["name"] for parameter in operation.get("parameters", ())]
        assert ("Idempotency-Key" in names) == ("201" in operation["responses"]), operation["operationId"]


@pytest.mark.django_db
def test_every_example_works_on_an_empty_workspace(client: Client, settings: Any) -> None:
    """Those of what is created; what changes a thing has been given the thing first."""
    settings.WEBHOOK_HOSTS = ("hooks.example.org",)
    cast = a_cast()
    ids = created_in(cast)
    token = a_token(cast.workspace, cast.alice)[1]
    schema = client.get("/api/v1/openapi.json").json()
    tried = 0
    for path, method, operation in described(schema):
        there = ids if path in OF_A_PLAN_UNDER_WAY else {**ids, "plan_id": ids["new_plan_id"]}
        for body in examples(schema, operation):
            with transaction.atomic():
                answer = client.generic(
                    method.upper(),
                    path.format(**there),
                    json.dumps(body),
                    content_type="application/json",
                    headers={"authorization": f"Bearer {token}"},
                )
                transaction.set_rollback(True)
            tried += 1
            # A member's example names a role that this one does not have.
            assert answer.status_code in ({409} if "member_id" in path else {200, 201}), answer.content
    assert tried >= 9


def test_every_example_is_what_its_own_schema_asks_for(client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    for _path, _method, operation in described(schema):
        for body in examples(schema, operation):
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            check = jsonschema_rs.validator_for({"$ref": reference, "components": schema["components"]})
            assert [error.message for error in check.iter_errors(body)] == [], reference


def test_a_name_in_the_document_means_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two schemas of one name would be one in the document: the one that came last."""
    known: dict[str, Any] = {}

    def add(document: OpenAPISchema, definitions: dict[str, Any]) -> None:
        for name, said in definitions.items():
            assert known.setdefault(name, said) == said, name
        document.schemas.update(definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", add)
    # Under a prefix that nobody has asked for: the document is made once for each.
    assert len(api.get_openapi_schema(path_prefix="/names/")["components"]["schemas"]) == len(known) > 0


def described(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def examples(schema: dict[str, Any], operation: dict[str, Any]) -> list[Any]:
    """The examples of an operation's body, of which there is one at least."""
    taken = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in taken:
        return []
    reference = taken["application/json"]["schema"]["$ref"]
    found: list[Any] = schema["components"]["schemas"][reference.rpartition("/")[2]]["examples"]
    assert found, reference
    return found


def created_in(cast: Cast) -> dict[str, str]:
    """One of everything that an address can name."""
    bob, now = visit(cast.bob, cast.workspace), timezone.now()
    scenario = saving.save(bob, draft(cast.workspace, "", now.date(), catalogue()), "Ours", now)
    with acting(cast.workspace, bob.actor) as act:
        sheet = own.sheet_of({"standard": {"input_mtok": Rate(Decimal(1))}})
        price = own.add(act, own.OwnTerms("Ours", own.Kind.QUOTE, sheet), cast.bob)
    return {
        **planned_in(cast, now),
        "scenario_id": scenario.public_id,
        "number": "1",
        "price_id": price.public_id,
        "link_id": saving.share(bob, saving.revision_of(scenario), now)[0].public_id,
        "member_id": cast.vera.public_id,
        "invitation_id": team.invite_somebody(visit(cast.alice, cast.workspace), Role.VIEWER, now)[0].public_id,
        "provider": "openai",
        "model": "gpt-4.1",
    }


def planned_in(cast: Cast, now: dt.datetime) -> dict[str, str]:
    """A plan with one of everything that an address can name, and what its workspace has beside it."""
    bob, alice = visit(cast.bob, cast.workspace), visit(cast.alice, cast.workspace)
    new = beginning.make(bob, beginning.Wish("To Gemini"), now)
    plan = beginning.make(bob, beginning.Wish("Keys", to_do=TEMPLATES["key-rotation"]), now)
    hook = Webhook.objects.create(workspace=cast.workspace, url="https://hooks.example.org/", created_at=now)
    said = {"provider": "OpenAI", "environment": "production", "print": {"last": "w7Lk"}}
    asked = AddKey.model_validate({"command": "add_key", "revision": plan.revision, **said})
    plan = keeping.kept(bob, carrying.carry_out(bob, plan, asked, now), "s1", "run.log", b"480 ms", now)
    return {
        "plan_id": plan.public_id,
        "new_plan_id": new.public_id,
        "step_id": "s1",
        "file_id": plan.state.steps.each[0].evidence[0].file,
        "key_id": plan.state.keys.rows[0].id,
        "key": own_templates.keep(bob, TEMPLATES["relay"], now).public_id,
        "review_link_id": links.share_review(bob, plan, 1, now)[0].public_id,
        "webhook_id": hook.public_id,
        "delivery_id": webhooks.test(alice, hook, now).public_id,
    }


PATHS = sorted(api.get_openapi_schema()["paths"])


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", PATHS)
def test_no_input_breaks_the_api_and_every_answer_is_as_described(site: str, path: str, mode: GenerationMode) -> None:
    cast = a_cast()
    ids = created_in(cast)
    # An owner's token that writes: what it may not, nobody may.
    headers = {"Authorization": f"Bearer {a_token(cast.workspace, cast.alice)[1]}"}
    document = schemathesis.openapi.from_url(f"{site}/api/v1/openapi.json")

    @given(strategies.one_of(*(one.as_strategy(mode) for one in document[path].values())), strategies.booleans())
    @settings(max_examples=40 if path in BUSY else 15, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: Case[Any], there: bool) -> None:
        if there and mode == GenerationMode.POSITIVE and path not in BUSY:
            renamed = OTHER_IDS.get(path, {})
            case.path_parameters = {name: ids[renamed.get(name, name)] for name in case.path_parameters or ()}
        # Some rules, such as "a model or prices, not both", a schema can only say in words.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    ask()
