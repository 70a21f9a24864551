"""Figures are kept for whoever measured them, priced by the catalogue, and taken along; never a word of a stream."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from costcalc.accounts.farewell import delete_account
from costcalc.streaming import measurements
from costcalc.streaming.measurements import Measurement, keep
from tests.factories import Cast, signed_in
from tests.streaming.measured import ADDRESS, FIGURES, one, post, sent

pytestmark = pytest.mark.usefixtures("prices")


def test_what_a_visitor_measures_is_kept_for_their_session(client: Client) -> None:
    response = post(client)
    assert response.status_code == 200
    row = one()
    assert (row.user, row.ttft_us, row.total_us, row.end) == (None, 181_250, 3_020_125, "complete")
    assert "sample-plain" in client.get("/stream/").content.decode()
    assert "sample-plain</" not in Client().get("/stream/").content.decode().partition('id="history"')[2]


def test_a_receipt_shows_the_cost_with_its_arithmetic(client: Client) -> None:
    text = post(client).content.decode()
    # gpt-4.1: 2 and 8 dollars for a million tokens.
    assert "$0.001212" in text
    assert "Output tokens: 142 × $8.00 ÷ 1,000,000 = $0.001136" in text
    assert "Priced as openai/gpt-4.1." in text
    assert 'href="/prices/openai/gpt-4.1/"' in text


def test_a_price_that_is_unknown_is_said_to_be(client: Client) -> None:
    assert "unknown" in post(client, {"priced_as": ""}).content.decode()
    assert "reported no usage" in post(client, {"usage": None}).content.decode()
    contradiction = {"usage": {"input_tokens": 1, "cache_read_tokens": 2, "output_tokens": 1}}
    assert "contradict" in post(client, contradiction).content.decode()


def test_several_runs_are_summed_up(client: Client) -> None:
    text = post(client, {}, {}, {}).content.decode()
    assert "$0.001212 + $0.001212 + $0.001212 = $0.003636" in text
    assert "× 3" in text


def test_a_real_model_is_priced_as_itself(client: Client, settings: Any) -> None:
    settings.PROVIDERS = ["openai"]
    post(client, {"provider": "openai", "model": "gpt-4o-mini", "priced_as": "openai/gpt-4.1"})
    assert one().priced_as == "openai/gpt-4o-mini"
    post(client, {"provider": "openai", "model": "not-for-sale", "priced_as": "openai/gpt-4.1"})
    assert Measurement.objects.get(model="not-for-sale").priced_as == "openai/gpt-4.1"


WRONG: list[dict[str, Any]] = [
    {"end": "done"},
    {"transport": "pigeon"},
    {"provider": "openai"},
    {"model": ""},
    {"model": "a\nb"},
    {"model": "m" * 201},
    {"total": -1},
    {"total": 3_600_001},
    {"total": 100},
    {"total": True},
    {"total": "1_000"},
    {"ttft": 3020.126},
    {"between_p50": 25},
    {"between_p99": None},
    {"chunks": 1},
    {"chunks": 1.5},
    {"chunks": 10**10},
    {"status": 99},
    {"attempts": 101},
    {"usage": {"input_tokens": -1}},
    {"usage": {"smell_tokens": 1}},
    {"usage": []},
    {"prompt": "secret"},
    {"received": "many"},
    {"batch": "A" * 32},
    {"batch": "0" * 31},
    {"batch": "0" * 32, "place": 40},
    {"batch": "0" * 32, "place": -1},
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: json.dumps(change)[:40])
def test_what_no_stream_can_have_measured_is_refused_and_stores_nothing(client: Client, change: dict[str, Any]) -> None:
    response = post(client, {}, change)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"]
    assert not Measurement.objects.exists()
    assert not Session.objects.exists()


NO_LISTS = [
    *("", "[]", "{}", "[1]", "nonsense", "[" * 10_000, "[" + "9" * 5000 + "]", '["\\ud800"]'),
    *(sent().replace("181.25", "NaN"), sent().replace("181.25", "1e999"), json.dumps([FIGURES] * 41)),
    '[{"end": "complete", "end": "error"}]',
]


@pytest.mark.parametrize("text", NO_LISTS, ids=lambda text: text[:20])
def test_what_is_no_list_of_figures_is_refused(client: Client, text: str) -> None:
    assert client.post(ADDRESS, {"measurements": text}).status_code == 422
    assert not Measurement.objects.exists()


def test_a_form_of_another_site_keeps_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(client).status_code == 403
    assert not Measurement.objects.exists()


def test_figures_are_their_owners_alone(cast: Cast) -> None:
    alice, charlie = signed_in(cast.alice), signed_in(cast.charlie)
    post(alice)
    row = one()
    for other in (charlie, Client()):
        assert other.post(f"{ADDRESS}{row.public_id}/delete/").status_code == 404
        other.post(f"{ADDRESS}delete/")
        assert row.public_id not in other.get("/stream/measurements.json").getvalue().decode()
    assert Measurement.objects.count() == 1
    assert alice.post(f"{ADDRESS}{row.public_id}/delete/").status_code == 302
    assert alice.post(f"{ADDRESS}{row.public_id}/delete/").status_code == 404
    assert not Measurement.objects.exists()


def test_nobody_owns_what_has_no_owner(client: Client) -> None:
    post(Client())
    assert client.post(f"{ADDRESS}delete/").status_code == 302
    Measurement.objects.update(visitor="")
    assert client.get("/stream/measurements.json").getvalue().decode().count("sample-plain") == 0
    assert Measurement.objects.count() == 1


def test_who_signs_in_keeps_what_they_measured_before(cast: Cast) -> None:
    client = Client()
    post(client)
    client.force_login(cast.bob)
    assert "sample-plain</" in client.get("/stream/").content.decode().replace(" <span", "</")
    assert one().user == cast.bob
    assert one().visitor == ""


def test_a_spreadsheet_gets_numbers_and_no_formula(client: Client, settings: Any) -> None:
    settings.PROVIDERS = ["openai"]
    post(client, {"provider": "openai", "model": "=cmd|' /C calc'!A0"})
    response = client.get("/stream/measurements.csv")
    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert row["model"] == "'=cmd|' /C calc'!A0"
    assert (row["ttft_ms"], row["total_ms"], row["tokens"], row["end"]) == ("181.25", "3020.125", "142", "complete")
    assert (row["tokens_per_second"], row["bytes_per_token"]) == ("50", "214")
    assert Decimal(row["cost_usd"]) == Decimal("0.001212")


def test_a_program_gets_the_same_as_json(client: Client) -> None:
    post(client)
    (told,) = json.loads(client.get("/stream/measurements.json").getvalue())["measurements"]
    assert told["id"] == one().public_id
    assert told["usage"] == FIGURES["usage"]
    assert client.get("/stream/measurements.exe").status_code == 404


def test_a_person_takes_them_along_and_they_end_with_the_account(cast: Cast) -> None:
    alice = signed_in(cast.alice)
    post(alice)
    post(signed_in(cast.bob))
    (told,) = json.loads(alice.get("/me/export/").getvalue())["measurements"]
    assert told["model"] == "sample-plain"
    cast.workspace.memberships.filter(user=cast.bob).update(role="owner")
    delete_account(cast.alice, timezone.now())
    assert one().user == cast.bob


def test_no_more_are_kept_than_anybody_reads(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "MOST", 3)
    alice = signed_in(cast.alice)
    post(client)
    for chunks in (10, 11, 12, 13):
        post(alice, {"chunks": chunks})
    assert sorted(Measurement.objects.filter(user=cast.alice).values_list("chunks", flat=True)) == [11, 12, 13]
    assert Measurement.objects.filter(user=None).count() == 1


def test_visitors_figures_go_when_their_sessions_have(client: Client, cast: Cast) -> None:
    post(client)
    post(signed_in(cast.alice))
    keep([], cast.alice, timezone.now() + dt.timedelta(days=31))
    assert one().user == cast.alice


def test_the_history_says_how_it_ended_and_pages_the_rest_into_files(client: Client) -> None:
    post(client, *({"end": end} for end in ("complete", "truncated", "error", "cancelled")))
    text = client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert "truncated: it was cut" in text
    assert "stopped</td>" in text
    assert text.count("<tr>") == 5
    for _ in range(5):
        post(client, {}, {}, {}, {})
    assert "and 4 older ones" in client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert client.get(ADDRESS).status_code == 302


def test_a_deletion_answers_the_history_to_htmx(client: Client) -> None:
    post(client, {}, {})
    swap = {"HX-Request": "true"}
    first = Measurement.objects.latest("pk")
    text = client.post(f"{ADDRESS}{first.public_id}/delete/", headers=swap).content.decode()
    assert "The measurement is deleted." in text
    assert "Your measurements are deleted." in client.post(f"{ADDRESS}delete/", headers=swap).content.decode()
    assert not Measurement.objects.exists()


def test_nothing_that_a_stream_says_has_a_place_to_be_kept() -> None:
    texts = {
        field.name
        for field in Measurement._meta.get_fields()
        if field.get_internal_type() in {"TextField", "CharField"}
    }
    assert texts == {"public_id", "visitor", "provider", "model", "transport", "end", "priced_as", "batch"}
