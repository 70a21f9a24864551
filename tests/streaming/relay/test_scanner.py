"""Passing by tells as much of a stream's end as reading it does, however its bytes are cut."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.completion import Reader
from costcalc.streaming.events import Parser
from costcalc.streaming.relay.scanner import Scanner, tells
from tests.streaming.chunks import ANTHROPIC, DONE, GEMINI, OPENAI, USAGE, chunk, event
from tests.streaming.vectors import VECTORS, Vector

ERROR = b'event: error\ndata: {"message": "overloaded"}\n\n'
STREAMS = {
    "openai": OPENAI,
    "anthropic": ANTHROPIC,
    "gemini": GEMINI,
    "anthropic, CRLF": ANTHROPIC.replace(b"\n", b"\r\n"),
    "openai, CR": OPENAI.replace(b"\n", b"\r"),
    "cut": OPENAI[: len(OPENAI) // 2],
    "error inside": OPENAI[:300] + event({"error": {"message": "no", "code": "x"}}) + DONE,
    "named error": chunk({"content": "a"}) + ERROR,
    "escaped words": chunk({"content": "a"})
    + b'data: {"choices":[{"index":0,"delta":{},"\\u0066inish_reason":"stop"}],"us\\u0061ge":{"prompt_tokens":3}}\n\n',
    "null, then said": chunk({"content": "a"}, usage=None, error=None) + chunk({}, "length", usage=USAGE),
    "a key over two lines": chunk({"content": "a"})
    + b'data: {"choices":[{"index":0,"delta":{},"finish_reason":\ndata: "stop"}]}\n\n',
    "words in the text": chunk({"content": "an error of usage [DONE] message_stop"}) + chunk({"content": "b"}),
    "comments": b": hello\n\n" + chunk({"content": "a"}) + b":\n\n:\n" + chunk({"content": "b"}) + b"\n\n\n" + DONE,
    "byte order mark": b"\xef\xbb\xbf" + OPENAI,
    "one piece": event(
        {"choices": [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}], "usage": USAGE}
    ),
    "nothing": b"",
    "two who speak": OPENAI[:400] + ANTHROPIC,
}


def read(pieces: list[bytes]) -> tuple[Any, ...]:
    """What reading every event tells."""
    parser, reader, events = Parser(), Reader(), 0
    for piece in pieces:
        for each in parser.feed(piece):
            reader.take(each)
            events += 1
    if parser.too_long:
        reader.fail("An event is too long to be one.", "too_long")
    return told(reader, events)


def scanned(pieces: list[bytes], passing: Scanner | None = None) -> tuple[Any, ...]:
    passing = passing or Scanner()
    for piece in pieces:
        passing.feed(piece)
    assert passing.bytes == sum(map(len, pieces))
    return told(passing.reader, passing.events)


def told(reader: Reader, events: int) -> tuple[Any, ...]:
    reading = reader.reading()
    return reading.end, reading.usage, reading.finish, reading.fault, reading.done, reading.dialect, events


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[start:end] for start, end in itertools.pairwise(bounds)]


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_every_cutting_in_two_and_byte_by_byte(stream: bytes) -> None:
    whole = read([stream])
    assert scanned([stream]) == whole
    assert scanned([stream[place : place + 1] for place in range(len(stream))]) == whole
    for place in range(len(stream)):
        assert scanned([stream[:place], stream[place:]]) == whole


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 5000), max_size=12))
def test_any_cutting(name: str, places: list[int]) -> None:
    assert scanned(cut(STREAMS[name], places)) == read([STREAMS[name]])


PIECES = st.sampled_from(
    [
        *(b"\n", b"\r", b"\r\n", b"\n\n", b"data: ", b"data", b"event: error", b": x", b"event: ", b"id: 1"),
        *(b"{}", b"[DONE]", b'{"error":1}', b'{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}'),
        *(b'{"choices":[{"delta":{},"finish_reason":"stop"}]}', b'{"type":"message_stop"}', b"\xef\xbb\xbf", b"\xc3"),
        *(b'{"usage":', b'{"prompt_tokens":1},"choices":[]}', b"null}", b'"finish_reason"', b" :null"),
    ]
)


@given(st.lists(PIECES, max_size=25), st.lists(st.integers(0, 400), max_size=6))
def test_any_stream_however_broken(parts: list[bytes], places: list[int]) -> None:
    stream = b"".join(parts)
    assert scanned(cut(stream, places)) == read([stream])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=8), st.integers(1, 50))
def test_long_events_are_read_closely_and_tell_the_same(sizes: list[tuple[bool, int]], size: int) -> None:
    stream = b"".join(ERROR * bad + chunk({"content": "x" * length}) for bad, length in sizes) + DONE
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert scanned(pieces, Scanner(longest_kept=40)) == read([stream])


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_the_standards_vectors_have_as_many_events(vector: Vector) -> None:
    assert scanned([vector.stream]) == read([vector.stream])
    assert scanned(list(vector.pieces)) == read(list(vector.pieces))


def test_recordings_tell_the_same(samples: Path) -> None:
    recordings = [path for path in (samples / "sse").rglob("*") if path.suffix in {".sse", ".txt", ".bin"}]
    assert recordings
    for path in recordings:
        stream = path.read_bytes()
        for size in (1, 2, 3, 7, 50, 1000, 10**6):
            assert scanned([stream[at : at + size] for at in range(0, len(stream), size)]) == read([stream]), path


def test_text_is_passed_by_and_ends_are_looked_at() -> None:
    said = {"id": "c", "choices": [{"index": 0, "delta": {"content": "<&>ộ"}, "finish_reason": None}], "usage": None}
    plain = f"data: {json.dumps(said, separators=(',', ':'))}\n\n".encode()
    assert not tells(plain)
    assert not tells(plain.replace(b"<", b"\\u003c"))
    assert not any(map(tells, ANTHROPIC.split(b"\n\n")[2:6]))
    assert tells(plain.replace(b"null}]", b'"stop"}]'))
    assert tells(DONE)


def test_nothing_is_kept_of_what_passes() -> None:
    passing = Scanner()
    for _ in range(200):
        passing.feed(OPENAI[: -len(DONE)])
    assert passing.reading().text == ""
    assert len(passing._begun) + len(passing._parser._rest) == 0


def test_an_event_without_end_is_an_error_and_costs_no_more_than_its_bound() -> None:
    passing = Scanner()
    for _ in range(9):
        passing.feed(b"data: " + b"x" * 1024 * 1024)
    assert passing.too_long
    assert passing.reading().end == "error"
    assert len(passing._begun) + len(passing._parser._rest) == 0


def test_being_within_an_event_is_known() -> None:
    passing = Scanner()
    for piece, within in [
        (b"data: a", True),
        (b"\n", True),
        (b"\n", False),
        (b"\n", False),
        (b":", True),
        (b"\n\n", False),
    ]:
        passing.feed(piece)
        assert passing.unfinished is within, piece
