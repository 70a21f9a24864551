"""Sums that are too large to be kept or shown are refused where they are typed; everything below is shown."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from costcalc.accounts.audit import Actor, acting
from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.exchange_rates import SaidRate, record
from costcalc.catalog.index import catalogue
from costcalc.scenarios.estimate_bodies import EXAMPLE
from costcalc.scenarios.models import SavedScenario
from costcalc.scenarios.reading import Reading, read
from tests.factories import Cast, a_token, signed_in
from tests.scenarios.keeping import TODAY
from tests.scenarios.test_pinned_rates import IN_VND
from tests.scenarios.test_takeaway import body_of, table, taken

pytestmark = pytest.mark.django_db
# A billion dollars a million tokens, on a thousand million requests a day.
HUGE = "requests=1000000000&from=typed&from.input=1000000000&from.output=1&to=typed&to.input=1&to.output=1"
EXPLODES = "growth=1000&horizon=120"
# Everything moves at once, and nearly nothing is paid for it: a rate of return of ninety-six digits.
AT_ONCE = "ramp.1.share=100&ramp.1.from=1&ramp.2.share=&ramp.2.from=&ramp.3.share=&ramp.3.from="
FOR_NOTHING = f"{AT_ONCE}&once.1.price=0.01&run.1.before=1000000000000000"


def built(query: str) -> Reading:
    reading = read(QueryDict(query), catalogue())
    reading.built(TODAY, bundled_rates())
    return reading


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (HUGE, {"requests"}),
        (f"workloads=2&{HUGE.replace('requests', '2.requests').replace('from', '2.from').replace('to', '2.to')}", None),
        (EXPLODES, {"growth"}),
        ("horizon=120&range.1.of=growth&range.1.low=0&range.1.high=1000", {"growth"}),
        ("growth=400&horizon=36&range.1.of=requests&range.1.low=0&range.1.high=1000000000000", {"requests"}),
        ("growth=1000&horizon=24", set()),
        ("requests=1000000000000", set()),
    ],
)
def test_what_is_too_large_is_said_beside_its_field(query: str, fields: set[str] | None) -> None:
    assert built(query).errors.keys() == ({"2.requests"} if fields is None else fields)


@pytest.mark.parametrize("query", [HUGE, EXPLODES])
def test_everything_that_computes_says_so(client: Client, query: str) -> None:
    page = client.get(f"/?{query}")
    assert page.status_code == 422
    assert b'aria-invalid="true"' in page.content
    assert client.get(f"/return/?{query}", headers={"HX-Request": "true"}).status_code == 204
    assert client.get(f"/charts/cash.svg?{query}").status_code == 404
    assert client.get(f"/take/scenario.xlsx?{query}").status_code == 302
    assert client.get(f"/elsewhere/?{query}").status_code == 422


def test_nothing_is_lost_of_a_scenario_that_cannot_be_kept(cast: Cast) -> None:
    bob, form = signed_in(cast.bob, cast.workspace), {"name": "Huge", "workspace": cast.workspace.public_id}
    sent = bob.post(f"/scenarios/new/?{HUGE}", {**form, "query": HUGE})
    assert (sent.status_code, sent["Location"]) == (302, f"/?{HUGE}")
    assert not SavedScenario.objects.exists()


def test_programs_are_told_the_place(client: Client, cast: Cast) -> None:
    side = {"prices": {"input_mtok": "1000000000", "output_mtok": "1"}}
    workload: dict[str, Any] = {"requests_per_day": 10**9, "input_tokens": 1000, "output_tokens": 500}
    body = {"workloads": [{**workload, "baseline": side, "candidate": side}]}
    token = {"Authorization": f"Bearer {a_token(cast.workspace, cast.bob)[1]}"}
    for address, sent in (("/api/v1/estimate", body), ("/api/v1/scenarios", {**body, "name": "Huge"})):
        answer = client.post(address, json.dumps(sent), content_type="application/json", headers=token)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/workloads/0/requests_per_day"]


@pytest.mark.parametrize("query", [FOR_NOTHING, "growth=1000&horizon=24", "growth=500&cached=3"])
def test_what_is_merely_large_is_shown_everywhere(client: Client, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 200
    assert client.get(f"/return/?{query}", headers={"HX-Request": "true"}).status_code == 200
    assert client.get(f"/charts/cash.svg?{query}").status_code == 200
    for kind in ("scenario.xlsx", "cash.csv", "ledger.csv"):
        assert body_of(client.get(f"/take/{kind}?{query}"))


def test_a_rate_of_return_beyond_meaning_is_its_bound(client: Client) -> None:
    page = client.get(f"/return/?{FOR_NOTHING}", headers={"HX-Request": "true"}).content.decode()
    assert "more than 1,000,000%" in page


def test_pictures_files_and_imports_go_by_the_readers_own_rates(cast: Cast) -> None:
    """As the page does: 52,000 đồng are two dollars to everybody, and one to those whose bank says so."""
    with acting(cast.workspace, Actor(cast.bob)) as act:
        for currency, per_dollar in (("VND", 52_000), ("CHF", 2)):
            record(act, SaidRate(currency, Decimal(per_dollar), dt.date(2020, 1, 1), "Our bank"), cast.bob)
    bob = signed_in(cast.bob, cast.workspace)
    assert [table(taken(client, "ledger.csv", IN_VND))[0]["baseline"] for client in (bob, Client())] == [
        "1500.00",
        "3000.00",
    ]
    ours, everybodys = (client.get(f"/charts/money.svg?{IN_VND}").content for client in (bob, Client()))
    assert ours != everybodys
    in_francs = {"text": json.dumps({**EXAMPLE, "return": {"currency": "CHF"}})}
    assert [client.post("/import/", in_francs).status_code for client in (bob, Client())] == [302, 422]
