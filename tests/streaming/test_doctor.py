"""The doctor on recordings, through the command as people call it, and what it finds in each."""

import base64
import gzip
import json
import zlib
from io import StringIO
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.doctor import words
from costcalc.streaming.doctor.findings import diagnose, findings
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.recordings import read_recording
from costcalc.streaming.events import read_events
from tests.house.test_commands import manage
from tests.streaming.chunks import ANTHROPIC, COUNTED, DONE, GEMINI, OPENAI, chunk, event
from tests.streaming.vectors import VECTORS

TOKENS = [chunk({"content": f"{n} "}) for n in range(10)] + [chunk({}, "stop"), DONE]
WHOLE = json.dumps({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
PACKED = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: deflate\r\n\r\n")
BROTLI = PACKED.replace(b"deflate", b"br") + brotli.compress(OPENAI)


def report(path: Path, stream: bytes) -> dict[str, Any]:
    """What `stream_doctor --json` prints for these bytes."""
    (path / "recording").write_bytes(stream)
    out = StringIO()
    call_command("stream_doctor", recording=path / "recording", json=True, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def codes(stream: bytes) -> set[str]:
    """The codes of what is found in a file."""
    return {finding.code for finding in findings(diagnose(read_recording(stream)))}


def stamped(tokens: list[bytes], seconds: float, stamp: str = "{:.6f} ") -> bytes:
    """A recording as `ts` makes it: each line with its time in front, each event `seconds` after the last."""
    lines = [(n * seconds, line) for n, token in enumerate(tokens) for line in token.split(b"\n")[:-1]]
    return b"".join(stamp.format(1_763_800_000 + at).encode() + line + b"\n" for at, line in lines)


def har(body: bytes, wait: float, receive: float, **content: Any) -> bytes:
    """A browser's HAR with one page and one stream."""
    stream = {
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "text/event-stream"}],
            "content": {"mimeType": "text/event-stream", "text": body.decode(), **content},
        },
        "timings": {"wait": wait, "receive": receive},
    }
    page = {"response": {"status": 200, "headers": [], "content": {"mimeType": "text/html", "text": "<p>"}}}
    return json.dumps({"log": {"entries": [page, stream]}}).encode()


def test_the_report_holds_what_it_promises_and_no_more(tmp_path: Path) -> None:
    told = report(tmp_path, b"id: 7\n" + OPENAI)
    assert list(told) == ["events", "text", "reasoning", "usage", "end", "findings"]
    assert (told["text"], told["reasoning"], told["usage"], told["end"]) == ("Xin chào", "Greet. ", COUNTED, "complete")
    assert [set(each) for each in told["events"]] == [{"event", "data", "id"}] * 7
    assert told["events"][-1] == {"event": "message", "data": "[DONE]", "id": "7"}
    assert [each["code"] for each in told["findings"]] == ["no-times"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_every_stream_of_the_standard_is_a_recording(vector: Any, tmp_path: Path) -> None:
    told = report(tmp_path, vector.stream)
    assert [(e["event"], e["data"], e["id"]) for e in told["events"]] == [
        (e.event, e.data, e.id) for e in vector.events
    ]


def test_every_sample_is_one_too(samples: Path) -> None:
    for file in sorted((samples / "sse").glob("*.txt")):
        seen = diagnose(read_recording(file.read_bytes()))
        assert list(seen.events) == read_events(file.read_bytes()), file.name


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"".join(TOKENS), {"no-usage", "no-times"}),
        (b"".join(TOKENS[:-1]), {"no-usage", "no-times", "no-done"}),
        (b"".join(TOKENS[:-2]), {"truncated", "no-times"}),
        (b"".join(TOKENS)[:-1], {"no-usage", "no-times", "no-done", "unfinished-event"}),
        (b": alive\n\n" + OPENAI, {"no-times", "keep-alive"}),
        (ANTHROPIC, {"no-times", "keep-alive"}),
        (GEMINI, set()),
        (b"", {"empty"}),
        (TOKENS[0] + event({"error": {"message": "no"}}), {"error-inside"}),
        (b"data: {x\n\n" + OPENAI, {"not-json", "no-times"}),
        (OPENAI.replace(b"Greet", b"Gr\xffet"), {"not-utf8", "no-times"}),
        (WHOLE, {"not-streamed", "no-usage"}),
        (b'[{"candidates": []}]', {"json-list"}),
        (b"<!doctype html><p>Sign in", {"html"}),
        (HEAD + OPENAI, {"no-times"}),
        (HEAD.replace(b"text/event-stream", b"text/plain") + OPENAI, {"content-type", "no-times"}),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + OPENAI, {"no-cors", "no-times"}),
        (HEAD.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n") + OPENAI, {"length-known", "no-times"}),
        (gzip.compress(OPENAI), {"compressed", "no-times"}),
        (gzip.compress(OPENAI[:90]) + gzip.compress(OPENAI[90:]), {"compressed", "gzip-members", "no-times"}),
        (gzip.compress(OPENAI)[:-8], {"compressed", "packed-cut", "no-times"}),
        (gzip.compress(b"".join(TOKENS[:-2]))[:-4], {"compressed", "packed-cut", "truncated", "no-times"}),
        (gzip.compress(OPENAI) + gzip.compress(OPENAI)[:20], {"compressed", "gzip-members", "packed-cut", "no-times"}),
        (PACKED + zlib.compress(OPENAI)[:-1], {"compressed", "packed-cut", "no-times"}),
        (BROTLI[:-1], {"compressed", "packed-cut", "no-times", "no-done", "unfinished-event"}),
        (PACKED + zlib.compress(OPENAI), {"compressed", "no-times"}),
        (BROTLI, {"compressed", "no-times"}),
        (PACKED.replace(b"deflate", b"br") + OPENAI, {"compressed", "no-times"}),
        (chunk({"content": None, "refusal": "No."}) + chunk({}, "stop") + DONE, {"refusal", "no-usage"}),
        (b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\n\r\n" + event({"error": "slow"}), {"too-many", "says"}),
        (b'HTTP/1.1 429 Too Many\r\n\r\n{"error": "slow"}', {"too-many-no-wait", "says"}),
        (b'HTTP/1.1 401 No\r\n\r\n{"error": "key"}', {"refused-key", "says"}),
        (b"HTTP/1.1 500 No\r\n\r\n", {"http-error"}),
        (b"data: " + b"z" * 9_000_000 + b"\n\n", {"too-long"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_and_nothing_else(stream: bytes, found: set[str]) -> None:
    assert codes(stream) == found


def test_buffering_is_found_in_time_stamps() -> None:
    assert codes(stamped(TOKENS, 0.03)) == {"streams", "no-usage"}
    assert codes(stamped(TOKENS, 0.00001)) == {"at-once", "no-usage"}
    assert codes(stamped(TOKENS, 20.0)) == {"streams", "no-usage", "silence"}
    halves = b"".join(TOKENS[:6]), b"".join(TOKENS[6:])
    assert codes(stamped(list(halves), 0.5)) == {"bursts", "no-usage"}
    whole_seconds = [f"2026-11-22T20:58:{n:02d}Z " for n in (11, 11, 12)]
    lines = b"".join(
        whole_seconds[n % 3].encode() + line + b"\n" for n, t in enumerate(TOKENS) for line in [t[:-2], b""]
    )
    assert "coarse" in codes(lines)


@pytest.mark.parametrize(
    "stamp",
    ["2026-11-22T20:58:11.123Z ", "2026-11-22 20:58:11,123+07:00 ", "[20:58:11.5] ", "Nov 22 20:58:11 ", "0.25\t"],
)
def test_many_kinds_of_stamps_are_known(stamp: str) -> None:
    assert read_recording(stamped(TOKENS, 0.0, stamp)).body == b"".join(TOKENS)


def test_a_clock_that_runs_past_midnight_goes_on() -> None:
    lines = b"23:59:59.900 data: a\n23:59:59.900 \n00:00:00.400 data: b\n00:00:00.400 \n"
    assert read_recording(lines).span == pytest.approx(0.5)


def test_a_har_is_read_with_its_waiting_and_its_arrival() -> None:
    assert codes(har(OPENAI, 2000, 3)) == {"at-once", "no-cors"}
    assert codes(har(OPENAI, 200, 1800)) == {"spread", "no-cors"}
    packed = har(OPENAI, 200, 1800, text=base64.b64encode(OPENAI).decode(), encoding="base64")
    assert read_recording(packed).body == OPENAI
    assert read_recording(packed).waited == pytest.approx(0.2)


WHOLE = b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hi"}}]}'


def refused_har(status: int, body: str, kind: str, *headers: tuple[str, str], **request: Any) -> bytes:
    """A HAR of a page, a preflight, and a completion that was answered with something else than a stream."""
    page, entry = json.loads(har(b"", 1, 1))["log"]["entries"]
    listed = [{"name": name, "value": value} for name, value in (("content-type", kind), *headers)]
    entry["response"] = {"status": status, "headers": listed, "content": {"mimeType": kind, "text": body}}
    url = "https://llm.example/v1/chat/completions"
    entry["request"] = {"method": "POST", "url": url, **request}
    preflight = {"request": {"method": "OPTIONS", "url": url}, "response": {"status": 204}}
    return json.dumps({"log": {"entries": [page, preflight, entry]}}).encode()


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (refused_har(200, WHOLE.decode(), "application/json"), {"not-streamed", "content-type", "no-usage"}),
        (refused_har(429, "", "application/json", ("Retry-After", "2")), {"too-many"}),
        (refused_har(401, '{"error": {"message": "No such key"}}', "application/json"), {"refused-key", "says"}),
        (refused_har(200, "<p>Sign in", "text/html"), {"html", "content-type"}),
        (refused_har(0, "", ""), {"no-answer"}),
    ],
)
def test_what_came_instead_of_a_stream_is_diagnosed_in_a_har(file: bytes, found: set[str]) -> None:
    assert codes(file) == found


@pytest.mark.parametrize(
    "request_of_it",
    [
        {"url": "https://app.example/chat", "headers": [{"name": "Accept", "value": "text/event-stream"}]},
        {"url": "https://app.example/chat", "postData": {"text": '{"messages": [], "stream": false}'}},
    ],
)
def test_a_completion_in_a_har_is_known_wherever_it_was_asked_for(request_of_it: dict[str, Any]) -> None:
    assert codes(refused_har(429, "", "", **request_of_it)) == {"too-many-no-wait"}
    with pytest.raises(NotARecordingError, match="har-without-stream"):
        read_recording(refused_har(429, "", "", url="https://app.example/logo.svg"))


def test_a_real_trace_of_curl_is_read_to_the_byte() -> None:
    # Made by curl 7.88 -sN --trace --trace-time of an answer in chunked transfer, a token each 40 ms.
    trace = Path(__file__).with_name("curl_trace.txt").read_bytes()
    recording = read_recording(trace)
    assert recording.body == b"".join(TOKENS)
    assert (recording.status, recording.headers["access-control-allow-origin"]) == (200, "*")
    assert recording.waited is not None
    assert 0.03 < recording.waited < 0.1
    assert codes(trace) == {"streams", "no-usage"}


def test_of_a_trace_in_ascii_everything_is_read_but_what_it_lost() -> None:
    # Made by curl 7.88 -sN --trace-ascii --trace-time of an answer in chunked transfer, a token each 50 ms.
    trace = Path(__file__).with_name("curl_trace_ascii.txt").read_bytes()
    recording = read_recording(trace)
    seen = diagnose(recording)
    assert seen.reading.text == "ch..o. 0\nch..o. 1\nch..o. 2\nch..o. 3\n"
    assert (len(seen.events), seen.comments, seen.reading.end) == (5, 1, "complete")
    assert recording.waited is not None
    assert recording.waited < 0.01
    assert recording.span == pytest.approx(0.2, abs=0.01)
    assert "inexact" in {finding.code for finding in findings(seen)}


def test_one_of_several_streams_in_a_har_is_chosen() -> None:
    first, second = (json.loads(har(stream, 1, 900))["log"]["entries"][1] for stream in (OPENAI, ANTHROPIC))
    both = json.dumps({"log": {"entries": [first, second]}}).encode()
    assert "other-streams" in codes(both)
    assert [read_recording(both, stream=number).body for number in (1, 2, 3)] == [OPENAI, ANTHROPIC, ANTHROPIC]


def test_a_key_that_a_provider_repeats_is_not_repeated_again() -> None:
    stream = event({"error": {"message": "Incorrect API key provided: sk-proj-abcDEF123456."}})
    said = [words.told(finding)["says"] for finding in findings(diagnose(read_recording(stream)))]
    assert any("Incorrect API key provided: …" in text for text in said)
    assert "abcDEF" not in str(said)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "no line begins"),
        (b"A letter.\n", "no line begins"),
        (b"== Info: a\n<= Recv data, 4 bytes (0x4)\n0000: a..\n", "rows missing"),
        (har(b"", 1, 1), "export it with content"),
        (b'{"log": {"entries": [7, {}]}}', "No answer in this HAR is an event stream, and no request"),
        (b"\x1f\x8bnot gzip", "it is damaged"),
        (gzip.compress(bytes(65 * 1024 * 1024)), "larger than is read here"),
        (har(b"x", 1, 1, text=base64.b64encode(b"\x28\xb5\x2f\xfd....").decode(), encoding="base64"), "zstd"),
    ],
)
def test_a_wrong_file_is_refused_in_words(data: bytes, word: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(CommandError, match=word) as refused:
        call_command("stream_doctor", recording=tmp_path / "file")
    assert refused.value.returncode == 2


@pytest.mark.parametrize("name", ["missing", ".", "nul\0"])
def test_a_file_that_cannot_be_read_is_refused_in_words(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("stream_doctor", recording=tmp_path / name)
    assert refused.value.returncode == 2


def test_the_status_of_a_wrong_file_is_two_and_there_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\xff\xfe\0\0")
    done = manage(tmp_path / "data", "stream_doctor", "--recording", str(tmp_path / "bad"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("CommandError: ")
    assert done.stderr.count("\n") == 1


def test_without_json_it_is_lines_for_people_that_command_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(stamped([*TOKENS[:9], event({"error": "\x1b]0;x\x07"})], 0.00001))
    out = StringIO()
    call_command("stream_doctor", recording=tmp_path / "r", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[:4] == ["2 faults", "Events: 10", "It ended: in an error", "Tokens: unknown"]
    assert "  nginx: proxy_buffering off; proxy_cache off; gzip off; proxy_read_timeout 300s;" in lines
    assert "\x1b" not in out.getvalue()


def test_every_finding_has_its_words_in_both_languages() -> None:
    figures = dict.fromkeys(["seconds", "status", "kind", "message", "events", "arrivals", "beats", "coding"], "7")
    figures |= dict.fromkeys(
        ["bytes", "place", "members", "streams", "requests", "retries", "told", "times", "milliseconds", "wait"], "7"
    )
    for language in ("en", "vi"):
        with translation.override(language):
            said = [str(text) % figures for text in words.SAYS.values()]
            cures = [str(text) % {} for text in words.CURES.values()]
        assert all(said)
        assert all(cures)
    assert set(words.SAYS) - set(words.CURES) == {"streams", "spread", "keep-alive", "backs-off", "none-again"} | {
        "says",
        "not-compressed",
        "stops",
        "429-says-when",
    }


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([b"{", b'"log"', b": ", b"data: x", b"\n", b"12:00:00 "])).map(b"".join)
)
def test_whatever_the_file_is_there_is_a_report_or_a_reason(data: bytes) -> None:
    try:
        said = [words.told(finding)["says"] for finding in findings(diagnose(read_recording(data)))]
    except NotARecordingError as error:
        said = [words.refusal(str(error))]
    assert all(said)
