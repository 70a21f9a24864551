"""The relay on a real server, with the built-in provider and with providers that misbehave."""

import asyncio
import json
import threading
import time
from typing import Any

import httpx
import pytest

from costcalc.streaming.completion import End
from costcalc.streaming.completion import read as read_completion
from costcalc.streaming.events import read_events
from costcalc.streaming.relay import app, delivering
from costcalc.streaming.relay import runs as runs_module
from costcalc.streaming.relay.runs import runs
from costcalc.wire.upstream import Limits
from tests.streaming.chunks import ANTHROPIC, COUNTED, DONE, GEMINI, OPENAI, USAGE, chunk, event
from tests.streaming.relay.asking import RUNS, asked, is_closed_at_once, made, post, read, reading, soon, typed
from tests.streaming.relay.conftest import Provide
from tests.wire.providers import SSE, Act, Flood, Reader, Writer, chunked, whole

KEY = "sk-typed-0123456789abcdef"
LONG = json.dumps({"error": {"message": "Out of “quota”", "details": ["a" * 99] * 999, "code": "quota"}}).encode()


@pytest.fixture(autouse=True)
def nothing_stays() -> Any:
    """After every test no run is left but those that wait, and no stream is open."""
    yield
    soon(lambda: len(app.APP.open) == 0)
    assert [run for run in runs.by_id.values() if not run.waiting] == []


def saying(*pieces: bytes, pause: float = 0.0, end: bool = True) -> Act:
    """A provider that streams these pieces, and ends properly or not at all."""

    async def act(_: Reader, writer: Writer) -> None:
        writer.write(SSE)
        for piece in pieces:
            writer.write(chunked(piece))
            await writer.drain()
            await asyncio.sleep(pause)
        if end:
            writer.write(chunked(b""))

    return act


def test_a_run_is_made_and_its_stream_is_the_providers_own_between_ours(server: str) -> None:
    answer = post(server, asked())
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == told["events"] == f"{RUNS}/{told['id']}"
    assert (told["socket"], told["expires_in"]) == (f"{told['events']}/socket", 30)
    with reading(server + told["events"]) as stream:
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["x-content-type-options"] == "nosniff"
        end = stream.end
    start = stream.start
    assert [start[name] for name in ("id", "provider", "model", "status")] == [
        told["id"],
        "sample",
        "sample-plain",
        200,
    ]
    assert 0 < start["connect_ms"] <= start["head_ms"] < end["first_byte_ms"] <= end["total_ms"]
    whole_answer = read_completion([each for each in stream.seen if each.event == "message"])
    assert whole_answer.end == end["end"] == End.COMPLETE
    assert end["usage"] == whole_answer.usage
    assert end["events"] == len(stream.said) >= 60
    assert end["streamed"] is True


def test_bytes_are_passed_on_as_they_came(server: str, provide: Provide) -> None:
    acme = provide(saying(OPENAI))
    stream = typed(server, KEY, provider="acme")
    inner = stream.raw.partition(b"\n\n")[2].partition(b"event: costcalc.end")[0]
    assert inner == OPENAI
    request = acme.requests[0].decode()
    assert f"authorization: Bearer {KEY}" in request
    assert json.loads(request.partition("\r\n\r\n")[2])["stream_options"] == {"include_usage": True}
    assert {name: stream.end["usage"][name] for name in COUNTED} == COUNTED


def test_every_piece_comes_at_once(server: str, provide: Provide) -> None:
    provide(saying(*[chunk({"content": "a"})] * 5, DONE, pause=0.2))
    with reading(f"{server}{RUNS}", method="POST", json=asked("acme", key=KEY)) as stream:
        stream.until(2)
        begun = time.monotonic()
        stream.until(4)
        # Held back they would come together.
        assert time.monotonic() - begun > 0.3


@pytest.mark.parametrize(
    ("pieces", "ends", "end", "code"),
    [
        ([OPENAI], True, "complete", None),
        ([ANTHROPIC], True, "complete", None),
        ([GEMINI], True, "complete", None),
        ([b"\xef\xbb", b"\xbf" + OPENAI], True, "complete", None),
        ([OPENAI[: -len(DONE)]], True, "complete", None),
        ([chunk({"content": "a"})], True, "truncated", None),
        ([chunk({"content": "a"})], False, "truncated", "connection_lost"),
        ([chunk({"content": "a"}), b'data: {"choices": [{"del'], False, "truncated", "connection_lost"),
        ([event({"error": {"message": "no", "code": "overloaded"}}), DONE], True, "error", "overloaded"),
        ([], True, "truncated", None),
    ],
)
def test_every_end_is_told_as_what_it_was(
    server: str, provide: Provide, pieces: list[bytes], ends: bool, end: str, code: str | None
) -> None:
    async def act(reader: Reader, writer: Writer) -> None:
        await saying(*pieces, end=ends)(reader, writer)
        if not ends:
            writer.close()

    provide(act)
    stream = typed(server, KEY, provider="acme")
    assert (stream.end["end"], stream.end["code"]) == (end, code)
    # What was cut in the middle is told apart, so that nobody reads half an event.
    assert stream.said == [each.data for each in read_events(b"".join(pieces))]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            whole("401 Unauthorized", json.dumps({"error": {"message": f"Wrong key: {KEY}!", "code": "bad"}}).encode()),
            {"status": 401, "code": "bad", "message": "Wrong key: …!"},
        ),
        (
            whole("429 Too Many Requests", b"slow down", "retry-after: 120"),
            {"status": 429, "code": "429", "message": "slow down", "retry_after": 120, "attempts": 1},
        ),
        # No more than the beginning of an error's text is read: it is not lost with its end.
        (whole("500 Oops", LONG), {"status": 500, "code": "500", "message": "Out of “quota”"}),
        (whole("429 Too Many", b"a" * 99_999, "retry-after: 99"), {"code": "429", "message": "a" * 500}),
        (whole("401 No", LONG.replace(b'"', b"")), {"status": 401, "code": "401"}),
        (whole("403 No", b"<p>" + LONG), {"code": "403", "message": "403 Forbidden"}),
        (whole("404 Not Found", b"<html>"), {"status": 404, "code": "404", "message": "404 Not Found"}),
        (whole("302 Found", b"", "location: http://127.0.0.1/"), {"status": 302, "message": "302 Found"}),
        (whole("200 OK", b"<html>hello"), {"status": 200, "code": "not_a_stream", "streamed": False}),
        (b"nonsense\r\n\r\n", {"status": None, "code": "broken"}),
    ],
)
def test_refusals_are_errors_told_at_the_end_without_the_key(
    server: str, provide: Provide, answer: bytes, said: dict[str, Any]
) -> None:
    provide(answer)
    stream = typed(server, KEY, provider="acme")
    assert {"end": "error", **said}.items() <= stream.end.items()
    assert stream.said == []
    assert KEY.encode() not in stream.raw


def test_a_refusal_that_breaks_off_keeps_its_status(server: str, provide: Provide) -> None:
    async def act(reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 403 No\r\ncontent-length: 9\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    provide(act)
    end = typed(server, KEY, provider="acme").end
    assert (end["status"], end["code"], end["message"]) == (403, "403", "half")


def test_an_answer_in_one_piece_is_one_event(server: str, provide: Provide) -> None:
    value = {"choices": [{"message": {"content": "a\nb"}, "finish_reason": "stop"}], "usage": USAGE}
    provide(whole("200 OK", json.dumps(value, indent=1).encode(), "content-type: application/json"))
    stream = typed(server, KEY, provider="acme")
    assert [json.loads(text) for text in stream.said] == [value]
    assert stream.end["end"] == "complete"
    assert stream.end["streamed"] is False
    assert {name: stream.end["usage"][name] for name in COUNTED} == COUNTED


def test_a_stream_with_the_wrong_type_is_one_all_the_same(server: str, provide: Provide) -> None:
    provide(whole("200 OK", OPENAI, "content-type: text/plain"))
    stream = typed(server, KEY, provider="acme")
    assert (stream.end["end"], stream.end["streamed"], len(stream.said)) == ("complete", True, 7)


def test_an_event_without_end_is_not_read_on(server: str, provide: Provide) -> None:
    provide(saying(chunk({"content": "a"}), b"data: ", *[b"x" * 1024 * 1024] * 10))
    stream = typed(server, KEY, provider="acme")
    assert (stream.end["end"], stream.end["code"]) == ("error", "too_long")
    assert len(stream.raw) < 9 * 1024 * 1024


def test_a_provider_that_cannot_be_reached_is_an_error_at_the_end(server: str, settings: Any) -> None:
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = ("acme=http://127.0.0.1:1/v1",), True
    stream = typed(server, KEY, provider="acme")
    assert {"end": "error", "code": "unreachable", "status": None, "attempts": 3}.items() <= stream.end.items()


def test_a_private_address_is_not_called_unless_the_operator_says_so(server: str, settings: Any) -> None:
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = ("acme=https://localhost/v1",), False
    assert typed(server, KEY, provider="acme").end["code"] == "not_allowed"


def test_silence_is_told(server: str, provide: Provide, monkeypatch: pytest.MonkeyPatch) -> None:
    provide(saying(chunk({"content": "a"}), end=False))
    monkeypatch.setattr("costcalc.streaming.relay.making.LIMITS", Limits(first_byte=1, silence=0.2))
    assert typed(server, KEY, provider="acme").end["code"] == "too_slow"


def test_after_its_last_event_a_provider_that_holds_the_line_is_let_go(server: str, provide: Provide) -> None:
    acme = provide(saying(OPENAI, end=False))
    begun = time.monotonic()
    assert typed(server, KEY, provider="acme").end["end"] == "complete"
    assert time.monotonic() - begun < 8
    soon(lambda: acme.open == 0)


def test_a_run_is_read_once(server: str) -> None:
    address = made(server)
    with reading(address) as stream:
        stream.rest()
    for _ in range(2):
        again = httpx.get(address, trust_env=False)
        assert (again.status_code, again.headers["content-type"]) == (404, "application/problem+json")


def test_one_call_for_one_run_and_the_second_reader_gets_none(server: str, provide: Provide) -> None:
    acme = provide(saying(*[chunk({"content": "a"})] * 20, DONE, pause=0.05))
    with reading(f"{server}{RUNS}", method="POST", json=asked("acme", key=KEY)) as stream:
        stream.until(3)
        assert httpx.get(f"{server}{RUNS}/{stream.start['id']}", trust_env=False).status_code == 404
        assert stream.end["end"] == "complete"
    assert len(acme.requests) == 1


def test_the_reader_leaving_closes_the_provider_at_once(server: str, provide: Provide) -> None:
    acme = provide(saying(chunk({"content": "a"}), end=False))
    assert is_closed_at_once(server, acme, KEY)


def test_stopping_ends_the_stream_as_cancelled(server: str, provide: Provide) -> None:
    acme = provide(saying(chunk({"content": "a"}), end=False))
    with reading(f"{server}{RUNS}", method="POST", json=asked("acme", key=KEY)) as stream:
        stream.until(2)
        stopped = httpx.delete(f"{server}{RUNS}/{stream.start['id']}", trust_env=False)
        assert (stopped.status_code, stopped.content) == (204, b"")
        assert (stream.end["end"], stream.end["code"]) == ("cancelled", "stopped")
    soon(lambda: acme.open == 0)


def test_stopping_before_the_provider_answers_and_before_anybody_reads(server: str, provide: Provide) -> None:
    async def silent(_: Reader, __: Writer) -> None:
        await asyncio.sleep(0)

    acme = provide(silent)
    address = made(server, extra={"sample_pace": 1})
    assert httpx.delete(address, trust_env=False).status_code == 204
    assert httpx.get(address, trust_env=False).status_code == 404
    ends: list[str] = []

    def wait() -> None:
        ends.append(typed(server, KEY, provider="acme").end["end"])

    reader = threading.Thread(target=wait)
    reader.start()
    soon(lambda: acme.open == 1)
    (run_id,) = [each for each, run in runs.by_id.items() if run.plan.provider == "acme"]
    httpx.delete(f"{server}{RUNS}/{run_id}", trust_env=False)
    reader.join(5)
    assert ends == ["cancelled"]
    soon(lambda: acme.open == 0)


def test_a_slow_reader_holds_the_provider_back(server: str, provide: Provide) -> None:
    flood = Flood(chunked(chunk({"content": "x" * 8000})), 4000)
    provide(flood)
    with reading(f"{server}{RUNS}", method="POST", json=asked("acme", key=KEY)) as stream:
        stream.until(2)
        time.sleep(1.0)
        # 32 MB were offered; what left is in the buffers of four sockets.
        held = flood.sent
        assert held < 16_000_000
        time.sleep(0.3)
        assert flood.sent == held


def test_signs_of_life_come_only_where_a_line_has_ended(
    server: str, provide: Provide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "HEARTBEAT_S", 0.05)
    provide(saying(chunk({"content": "a"}), b"data: {", b'"choices": []}\n', b"\n", DONE, pause=0.3))
    stream = typed(server, KEY, provider="acme")
    assert stream.end["end"] == "complete"
    assert b":\n" in stream.raw
    assert len(stream.said) == 3
    inside = stream.raw.partition(b'data: {"choices": []}')
    assert inside[1], "a sign of life stands within a line"


def test_a_twin_waits_for_its_other_reader_no_longer_than_it_must(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_module, "TWIN_S", 0.3)
    begun = time.monotonic()
    assert read(server, twin=True).end["end"] == "complete"
    assert 0.3 <= time.monotonic() - begun < 3


def test_a_provider_that_repeats_the_key_in_its_stream_repeats_it_to_nobody(server: str, provide: Provide) -> None:
    said = chunk({"content": f"Your key is {KEY}."})
    provide(saying(said[:80], said[80:], chunk({}, "stop"), b"data: [DONE]\n\n"))
    stream = typed(server, KEY, provider="acme")
    assert stream.end["end"] == "complete"
    assert KEY.encode() not in stream.raw
    assert "Your key is ….".encode() in stream.raw
