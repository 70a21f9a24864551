"""A run that goes on where its reader was cut off: for five seconds, within a bound, and never with a gap."""

import time
from typing import Any

import httpx
import pytest

from costcalc.streaming.relay import runs as module
from costcalc.streaming.relay.runs import runs
from tests.streaming.chunks import DONE, chunk
from tests.streaming.relay.asking import asked, made, post, read, reading, soon
from tests.streaming.relay.conftest import Provide
from tests.streaming.relay.test_relay import saying
from tests.wire.providers import SSE, chunked


@pytest.fixture(autouse=True)
def nothing_stays() -> Any:
    yield
    soon(lambda: not [run for run in runs.by_id.values() if not run.waiting], 6)


@pytest.fixture
def paced(server: str) -> str:
    """A run that takes a second or two."""
    return made(server, resume=True, seed=5, extra={"sample_pace": 0.2})


def texts(stream: Any) -> list[str]:
    return [event.data for event in stream.seen if event.event == "message"]


def choices(text: str) -> str:
    """An event without what differs between two runs: its id and its second."""
    return text.partition('"choices"')[2]


def test_what_was_missed_is_sent_and_nothing_twice(server: str, paced: str) -> None:
    seen, last_id, starts = [], "", []
    for _part in range(4):
        with reading(paced, last_id or None) as stream:
            stream.until(15)
            seen += texts(stream)
            starts += [event for event in stream.seen if event.event == "costcalc.start"]
            last_id = stream.seen[-1].id
        time.sleep(0.05)
    with reading(paced, last_id) as stream:
        assert stream.end["end"] == "complete"
        seen += texts(stream)
    assert len(starts) == 4
    whole = read(server, seed=5)
    assert [text.partition('"choices"')[2] for text in seen] == [
        text.partition('"choices"')[2] for text in texts(whole)
    ]
    assert stream.end["events"] == len(seen)


def test_the_end_is_told_again_to_who_missed_it(paced: str) -> None:
    with reading(paced) as stream:
        stream.rest()
        end, last = stream.end, stream.seen[-2].id
    with reading(paced, last) as stream:
        assert stream.end == end
        assert texts(stream) == []


def test_after_five_seconds_it_is_gone(paced: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_S", 0.2)
    with reading(paced) as stream:
        last = stream.until(5)[-1].id
    time.sleep(0.5)
    assert httpx.get(paced, headers={"last-event-id": last}, trust_env=False).status_code == 404


def test_a_reader_who_comes_again_takes_the_place_of_its_dead_self(paced: str) -> None:
    with reading(paced) as first:
        first.until(5)
        with reading(paced, first.seen[-1].id) as second:
            second.until(3)
            before = len(first.rest())
            assert second.end["end"] == "complete"
            assert before < second.end["events"]


def test_an_id_that_is_no_longer_kept_is_told_and_not_jumped_over(
    server: str, provide: Provide, monkeypatch: pytest.MonkeyPatch, signed_in: dict[str, str]
) -> None:
    acme = provide(saying(*[chunk({"content": "x" * 5000})] * 60, DONE, pause=0.01))
    answer = post(server, asked("acme", resume=True), **signed_in)
    address = server + answer.json()["events"]
    with reading(address) as stream:
        stream.until(40)
    with reading(address, "2") as stream:
        assert (stream.end["end"], stream.end["code"]) == ("truncated", "resume_lost")
        assert stream.said == []
    soon(lambda: acme.open == 0)


def test_nothing_is_read_while_nobody_is_there(server: str, provide: Provide, signed_in: dict[str, str]) -> None:
    sent = [0]

    async def flood(_: Any, writer: Any) -> None:
        writer.write(SSE)
        for _number in range(3000):
            writer.write(chunked(chunk({"content": "x" * 5000})))
            await writer.drain()
            sent[0] += 5000

    provide(flood)
    address = server + post(server, asked("acme", resume=True), **signed_in).json()["events"]
    with reading(address) as stream:
        stream.until(5)
    time.sleep(0.5)
    held = sent[0]
    time.sleep(0.5)
    assert sent[0] == held


def test_without_resume_there_are_no_ids_and_no_way_back(server: str) -> None:
    address = made(server, extra={"sample_pace": 0.2})
    with reading(address) as stream:
        stream.until(5)
        assert b"\nid:" not in stream.raw
    assert httpx.get(address, headers={"last-event-id": "2"}, trust_env=False).status_code == 404


def test_what_can_no_longer_be_asked_for_is_not_remembered(server: str, provide: Provide, signed_in: Any) -> None:
    provide(saying(*[b"a\n\n" * 2000] * 100))
    address = server + post(server, asked("acme", resume=True), **signed_in).json()["events"]
    with reading(address) as stream:
        stream.rest()
        numbering = runs.by_id[address.rpartition("/")[2]].feed.numbering
    assert numbering is not None
    assert numbering.number == 200_000
    assert numbering.first > 0


def test_a_run_that_cannot_be_resumed_does_not_say_that_it_was(server: str) -> None:
    with reading(made(server, extra={"sample_pace": 0}), "<b>7</b>") as stream:
        stream.rest()
        assert "resumed_after" not in stream.start
