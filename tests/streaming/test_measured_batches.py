"""What was asked for together is sent run by run, kept once, and billed together."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from costcalc.streaming.measurements import Measurement
from tests.factories import Cast, signed_in
from tests.streaming.measured import ADDRESS, post

pytestmark = pytest.mark.usefixtures("prices")

BATCH = "0123456789abcdef" * 2
SOCKET = {"transport": "websocket"}


def run(place: int, **changes: Any) -> dict[str, Any]:
    return {"batch": BATCH, "place": place, **changes}


def text(response: Any) -> str:
    assert response.status_code == 200
    found: str = response.content.decode()
    return found


def test_each_run_is_kept_as_it_ends_and_the_receipt_is_of_all_so_far(client: Client) -> None:
    assert "$0.001212</summary>" in text(post(client, run(0)))
    assert Measurement.objects.count() == 1
    assert "$0.001212 + $0.001212 = $0.002424" in text(post(client, run(1)))
    assert Measurement.objects.count() == 2


def test_what_is_sent_again_is_not_kept_again(client: Client) -> None:
    post(client, run(0), run(1))
    again = text(post(client, run(0), run(1), run(2)))
    assert "$0.001212 + $0.001212 + $0.001212 = $0.003636" in again
    assert sorted(Measurement.objects.values_list("place", flat=True)) == [0, 1, 2]


def test_without_a_batch_everything_is_kept(client: Client) -> None:
    post(client, {}, {})
    post(client, {})
    assert Measurement.objects.count() == 3


def test_one_call_that_fed_both_transports_is_paid_once_however_often_it_is_sent(client: Client) -> None:
    post(client, run(0), run(1, **SOCKET))
    last = text(post(client, run(0), run(1, **SOCKET), run(2), run(3, **SOCKET)))
    kept = Measurement.objects.order_by("place").values_list("transport", "shares_call")
    assert list(kept) == [("sse", False), ("websocket", True)] * 2
    assert last.count("= $0.002424") == 1
    assert "it is paid once" in last


def test_who_signs_in_between_two_tries_has_each_run_once(client: Client, cast: Cast) -> None:
    post(client, run(0))
    client.force_login(cast.bob)
    assert "= $0.002424" in text(post(client, run(0), run(1)))
    assert {row.user for row in Measurement.objects.all()} == {cast.bob}
    assert Measurement.objects.count() == 2


def test_a_batch_of_somebody_else_is_neither_shown_nor_changed(client: Client, cast: Cast) -> None:
    post(signed_in(cast.alice), run(0), run(1))
    assert "summary" not in text(post(client, run(0)))
    assert set(Measurement.objects.values_list("user", flat=True)) == {cast.alice.pk}


def test_the_history_and_the_files_say_that_a_run_was_resumed(client: Client) -> None:
    post(client, run(0, resumed=1), run(1, resumed=2), run(2))
    history = text(client.get(ADDRESS, headers={"HX-Request": "true"}))
    assert history.count("resumed after a cut") == 1
    assert history.count("resumed after 2 cuts") == 1
    rows = csv.DictReader(io.StringIO(client.get("/stream/measurements.csv").getvalue().decode("utf-8-sig")))
    assert [row["resumed"] for row in rows] == ["0", "2", "1"]
