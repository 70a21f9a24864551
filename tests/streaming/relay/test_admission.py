"""Who may start how many runs, and whose key pays."""

import time
from typing import Any

import pytest
from django.db import OperationalError

from costcalc.streaming.relay import app, counting, making
from costcalc.streaming.relay import runs as module
from costcalc.streaming.relay.admission import Gate
from costcalc.streaming.relay.runs import runs
from tests import loops
from tests.streaming.chunks import OPENAI
from tests.streaming.relay.asking import RUNS, asked, made, post, read, reading, soon, typed
from tests.streaming.relay.conftest import OPERATORS_KEY, Provide
from tests.streaming.relay.test_relay import saying


@pytest.fixture(autouse=True)
def own_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test makes the gate forget or remember is not the next one's affair."""
    monkeypatch.setattr(making, "gate", Gate())


def test_the_operators_key_is_for_people_who_are_signed_in(
    server: str, provide: Provide, signed_in: dict[str, str]
) -> None:
    acme = provide(saying(OPENAI))
    for cookies in ({}, {"cookie": "sessionid=nonsense"}, {"cookie": '=;;"'}):
        answer = post(server, asked("acme"), **cookies)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/key")
    # What another program of this host calls its cookie, or writes into it, hides nobody's session.
    answer = post(server, asked("acme"), cookie=f'x={{"a": 1, "b"}}; [y]=z; {signed_in["cookie"]}')
    assert answer.status_code == 201
    with reading(server + answer.json()["events"]) as stream:
        assert stream.end["end"] == "complete"
    (request,) = acme.requests
    assert f"authorization: Bearer {OPERATORS_KEY}".encode() in request
    assert OPERATORS_KEY not in answer.text
    assert OPERATORS_KEY.encode() not in stream.raw


def test_without_a_key_of_the_operators_even_they_type_one(
    server: str, provide: Provide, signed_in: dict[str, str], settings: Any
) -> None:
    provide(saying(OPENAI))
    settings.PROVIDER_KEYS = {}
    assert post(server, asked("acme"), **signed_in).status_code == 422
    assert typed(server, "sk-typed-by-hand-1234", provider="acme").end["end"] == "complete"


def test_runs_of_a_minute_have_a_bound(site: str, settings: Any) -> None:
    settings.RATE_LIMIT = 3 * counting.SHARE
    answers = [post(site, asked()) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60


def test_a_database_that_is_away_stops_nobody_and_the_bound_holds(
    site: str, settings: Any, monkeypatch: pytest.MonkeyPatch, provide: Provide
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(counting, "in_database", away)
    settings.RATE_LIMIT = 2 * counting.SHARE
    assert [post(site, asked()).status_code for _ in range(3)] == [201, 201, 429]
    provide(saying(OPENAI))
    # Who asks cannot be known now, and so not whose key this is.
    answer = post(site, asked("acme"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_database_that_does_not_answer_is_not_waited_for(
    server: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "in_database", lambda *_: time.sleep(6))
    settings.RATE_LIMIT = 100
    begun = time.monotonic()
    assert [post(server, asked()).status_code for _ in range(3)] == [201] * 3
    assert time.monotonic() - begun < 5


def test_runs_that_wait_have_a_bound_for_one_and_for_all(
    site: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMIT = 10_000
    runs_before = len([run for run in runs.by_id.values() if run.waiting])
    monkeypatch.setattr(app, "MOST_OF_ONE", runs_before + 2)
    assert [post(site, asked()).status_code for _ in range(3)] == [201, 201, 429]
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    assert post(site, asked()).status_code == 503
    monkeypatch.setattr(module, "MOST_WAITING", 10_000)
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    assert post(site, asked()).status_code == 503


def test_a_run_that_nobody_reads_is_forgotten(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.1)
    run_id = made(server).rpartition("/")[2]
    assert run_id in runs.by_id
    soon(lambda: run_id not in runs.by_id)


def test_streams_at_a_time_have_a_bound(site: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT = 10_000
    monkeypatch.setattr(app, "OPEN_AT_ONCE", 1)
    with reading(made(site, extra={"sample_pace": 1})) as stream:
        stream.until(2)
        with reading(made(site)) as refused:
            assert refused.response.status_code == 429
    soon(lambda: len(app.APP.open) == 0)
    assert read(site).end["end"] == "complete"


def test_going_down_no_run_is_made(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Begun:
        begun = True

    monkeypatch.setattr(module, "drain", Begun())
    assert post(server, asked()).status_code == 503


def test_the_gate_asks_nobody_where_nothing_is_counted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT = None
    gate = Gate()
    assert loops.run(lambda: gate.admit("192.0.2.1", None)).wait == 0
    assert gate._threads is None
    assert RUNS
