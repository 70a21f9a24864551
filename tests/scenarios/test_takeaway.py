"""Taking a scenario away: files of the calculator's address, of a saved revision, of a link, and back again."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from costcalc.catalog.index import catalogue
from costcalc.scenarios import saving
from costcalc.scenarios.body_address import address_of
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.models import SavedScenario
from costcalc.wire import strict_json
from tests.factories import Cast, signed_in
from tests.scenarios.keeping import NOW, TODAY, by, kept
from tests.scenarios.test_workbook import EVERYTHING, ISSUE, TYPED, UNKNOWN

pytestmark = pytest.mark.django_db
KINDS = ("scenario.xlsx", "ledger.csv", "cash.csv", "scenario.json")


def body_of(response: Any) -> bytes:
    """What was streamed."""
    return b"".join(response.streaming_content)


def taken(client: Client, kind: str, query: str) -> bytes:
    """A file of the calculator's address."""
    response = client.get(f"/take/{kind}?{query}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return body_of(response)


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_ledger_is_a_table_whose_lines_add_up(client: Client) -> None:
    rows = table(taken(client, "ledger.csv", ISSUE))
    *lines, total = rows
    assert [(row["unit"], row["baseline"], row["candidate"], row["difference"]) for row in lines] == [
        ("input_mtok", "3000.00", "630.00", "-2370.00"),
        ("output_mtok", "6000.00", "315.00", "-5685.00"),
    ]
    assert lines[0]["baseline_quantity"] == "1500000000"
    assert total["difference"] == str(sum(Decimal(row["difference"]) for row in lines)) == "-8055.00"


def test_the_cash_flow_is_a_table_from_month_0_on(client: Client) -> None:
    rows = table(taken(client, "cash.csv", ISSUE))
    assert [row["month"] for row in rows] == [str(month) for month in range(13)]
    assert (rows[0]["cash"], rows[1]["cash"], rows[12]["cumulative"]) == ("-60000.00", "8055.00", "36660.00")


def test_what_has_no_price_is_unknown_in_tables_never_0(client: Client) -> None:
    *lines, total = table(taken(client, "ledger.csv", UNKNOWN))
    assert [row["baseline"] for row in lines] == ["3000.00", "unknown"]
    assert (total["baseline"], total["difference"]) == ("unknown", "unknown")
    assert {row["cash"] for row in table(taken(client, "cash.csv", UNKNOWN))[1:]} == {"unknown"}


def test_what_people_typed_is_no_formula_in_a_table(client: Client) -> None:
    rows = table(taken(client, "ledger.csv", f"{TYPED}&name=%3DHYPERLINK(1)"))
    assert rows[0]["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    "query",
    [
        "",
        ISSUE,
        EVERYTHING,
        "requests=1.5&per=month&in=0.001&days=365/12",
        # What is empty stays empty, and a row is the first one that says anything.
        "once.3.price=7&range.1.of=once.3.price&range.1.low=5&range.1.high=9&run.4.after=2&ramp.2.share=&ramp.2.from=",
        "currency=VND&rate.2.currency=VND&rate.2.per_usd=26000&from.successor=gpt-5&change.3.percent=-5&change.3.from=2",
    ],
)
def test_a_scenario_goes_out_and_in_and_out_as_the_same_bytes(client: Client, query: str) -> None:
    first = taken(client, "scenario.json", query)
    body = EstimateIn.model_validate(strict_json.loads(first))
    again = address_of(body, catalogue())
    assert taken(client, "scenario.json", again) == first
    answer = client.post("/api/v1/estimate", first, content_type="application/json")
    assert answer.status_code == 200, answer.content


def test_the_file_of_a_scenario_says_what_differs_from_the_defaults(client: Client) -> None:
    body = json.loads(taken(client, "scenario.json", "in=1000.5&cached=12.5&at=2026-11-22&to.retry=3"))
    assert body == {
        "days_per_month": 30,
        "at": "2026-11-22",
        "workloads": [
            {
                "requests_per_day": 50000,
                "input_tokens": "1000.5",
                "output_tokens": 500,
                "cache_read_share": "0.125",
                "baseline": {"provider": "openai", "model": "gpt-4.1"},
                "candidate": {"provider": "article-relay", "model": "gpt-4.1", "retry_share": "0.03"},
            }
        ],
        "return": {},
    }


def test_the_return_is_in_the_file_in_the_words_of_the_api(client: Client) -> None:
    query = (
        f"{ISSUE}&discount=12.5&people.incidents=4&people.to.hours=0.41&run.1.before=100&ramp.delay=0.5"
        "&change.1.percent=10&change.1.from=2027-03-01&range.1.of=cached&range.1.low=0&range.1.high=20&cached=10"
        "&range.2.of=to.prices&range.2.low=90&range.2.high=120&range.3.of=once.1.price&range.3.low=1&range.3.high=70000"
    )
    said = json.loads(taken(client, "scenario.json", query))["return"]
    assert said == {
        "annual_discount_rate": "0.125",
        "people": {"before": {"incidents": 4}, "after": {"hours": "0.41"}},
        "delay_months": "0.5",
        "one_off": [{"name": "Engineering hours", "price": 60000}],
        "infrastructure": [{"name": "Infrastructure", "before": 100}],
        "ramp": [{"share": 1, "from_month": 1}],
        "price_changes": [{"side": "candidate", "factor": "1.1", "from_date": "2027-03-01"}],
        "ranges": [
            {"input": "workloads.0.cache_read_share", "low": 0, "high": "0.2"},
            {"input": "workloads.0.candidate.prices", "low": "0.9", "high": "1.2"},
            {"input": "return.one_off.0.price", "low": 1, "high": 70000},
        ],
    }


def test_an_address_that_cannot_be_read_leads_to_the_calculator_which_says_why(client: Client) -> None:
    response = client.get("/take/ledger.csv?in=many")
    assert (response.status_code, response["Location"]) == (302, "/?in=many")
    assert client.get("/take/other.csv").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_revision_is_taken_away_at_the_prices_of_its_day(cast: Cast, kind: str) -> None:
    scenario = kept(cast, ISSUE, "Chuyển đổi: Đợt 1")
    response: Any = signed_in(cast.vera, cast.workspace).get(f"/scenarios/{scenario.public_id}/1/take/{kind}")
    assert response.status_code == 200
    stem = f"chuyen-doi-dot-1-1-{TODAY.isoformat()}"
    name = f"{stem}.{kind.partition('.')[2]}" if kind.startswith("scenario") else f"{stem}-{kind}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert body_of(response)
    stranger = signed_in(cast.charlie).get(f"/scenarios/{scenario.public_id}/1/take/{kind}")
    assert stranger.status_code == 404


def shared(cast: Cast, scenario: SavedScenario) -> str:
    """The address of a link to a scenario's first revision."""
    _row, link = saving.share(by(cast, "bob"), saving.revision_of(scenario, 1), NOW, "", None)
    return f"/s/{link}/"


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_gives_files_too_and_none_of_them_holds_the_link(cast: Cast, client: Client, kind: str) -> None:
    address = shared(cast, kept(cast, ISSUE))
    response = client.get(f"{address}take/{kind}?language=vi")
    assert (response.status_code, response["Referrer-Policy"]) == (200, "no-referrer")
    data = body_of(response)
    if kind.endswith("xlsx"):
        found = {str(cell.value) for sheet in load_workbook(io.BytesIO(data)) for row in sheet for cell in row}
        assert "Đầu vào" in found
        data = "\n".join(found).encode()
    assert address.split("/")[2].encode() not in data


@pytest.mark.parametrize("where", ["calculator", "revision", "link"])
def test_every_page_of_a_scenario_offers_its_files(cast: Cast, where: str) -> None:
    scenario, client = kept(cast, ISSUE), signed_in(cast.bob, cast.workspace)
    home = {
        "calculator": "/?requests=7",
        "revision": f"/scenarios/{scenario.public_id}/",
        "link": shared(cast, scenario),
    }
    text = client.get(home[where]).content.decode()
    base = {"calculator": "/take/", "revision": f"/scenarios/{scenario.public_id}/1/take/", "link": "take/"}[where]
    for kind in KINDS:
        assert f'href="{base}{kind}{"?requests=7" if where == "calculator" else ""}' in text
