"""The same events for every way of cutting the bytes, and a bound on what is kept."""

import json
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.events import MAX_BYTES, Event, Parser, read_events
from costcalc.wire import sse
from tests.streaming.vectors import VECTORS, Vector

by_name = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)


def fed(pieces: Iterable[bytes]) -> tuple[tuple[Event, ...], int | None]:
    """What comes out of these pieces, one after the other."""
    parser = Parser()
    events = tuple(event for piece in pieces for event in parser.feed(piece))
    return events, parser.retry


def cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    """A stream in pieces, some of which may be empty."""
    ends = sorted({min(place, len(stream)) for place in places} | {0, len(stream)})
    return [b"", *(stream[begin:end] for begin, end in pairwise(ends)), b""]


@by_name
def test_a_stream_is_read_as_the_standard_says(vector: Vector) -> None:
    assert fed([vector.stream]) == (vector.events, vector.retry)


@by_name
def test_and_so_it_is_byte_by_byte(vector: Vector) -> None:
    assert fed(bytes([byte]) for byte in vector.stream) == (vector.events, vector.retry)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.pieces], ids=lambda vector: vector.name)
def test_and_in_the_pieces_that_once_broke_a_reader(vector: Vector) -> None:
    assert b"".join(vector.pieces) == vector.stream
    assert fed(vector.pieces) == (vector.events, vector.retry)


@given(st.sampled_from(VECTORS[:-1]), st.lists(st.integers(0, 200), max_size=20))
def test_and_in_pieces_of_any_size(vector: Vector, places: list[int]) -> None:
    assert fed(cut(vector.stream, places)) == (vector.events, vector.retry)


PARTS = (
    *(b"data", b"id", b"event", b"retry", b":", b" ", b"\r", b"\n", b"\r\n", b"7", b"x"),
    *(b"\xef\xbb\xbf", b"\xf0\x9f", b"\xa9", b"\xff", b"\0", "é\u2028".encode()),
)
HOSTILE = st.lists(st.sampled_from(PARTS), max_size=60).map(b"".join)


@given(HOSTILE, st.lists(st.integers(0, 200), max_size=20))
def test_whatever_is_sent_the_cuts_change_nothing(stream: bytes, places: list[int]) -> None:
    assert fed(cut(stream, places)) == fed([stream]) == fed(bytes([byte]) for byte in stream)


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([None, "token"]))))
def test_what_our_own_encoder_writes_is_read_back(sent: list[tuple[str, str | None]]) -> None:
    stream = b"".join(sse.event(text, name, "9") for text, name in sent)
    read = [(json.loads(event.data), event.event, event.id) for event in read_events(stream)]
    assert read == [(text, name or "message", "9") for text, name in sent]


def test_the_samples_vectors_are_all_among_ours(samples: Path) -> None:
    ours = {(v.stream, v.events, v.retry) for v in VECTORS}
    theirs: list[dict[str, Any]] = json.loads((samples / "sse" / "parsing_vectors.json").read_bytes())
    for each in theirs:
        if each["input_hex"] is None:
            continue
        events = tuple(Event(e["data"], e["event"], e["lastEventId"]) for e in each["expected_events"])
        assert (bytes.fromhex(each["input_hex"]), events, each["expected_retry_ms"]) in ours, each["id"]
    assert len(theirs) == len(VECTORS)


def test_a_line_ended_by_cr_is_not_held_back_for_an_lf_that_may_follow() -> None:
    parser = Parser()
    assert parser.feed(b"data: now\r\r") == [Event("now")]
    assert parser.feed(b"\ndata: next\r\n\r") == [Event("next")]
    assert parser.feed(b"\n\n") == []


@pytest.mark.parametrize(
    "flood", [b"data: " + b"z" * 1000, b"data: z\n" * 1000, b"data\n" * 1000, b"id" + b"9" * 1000], ids=lambda f: f[:8]
)
def test_a_stream_that_never_ends_an_event_is_not_kept(flood: bytes) -> None:
    parser = Parser(limit=100_000)
    tracemalloc.start()
    try:
        for _ in range(3000):
            parser.feed(flood)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert parser.too_long
    assert parser.feed(b"\n\ndata: x\n\n") == []


def test_what_came_before_the_flood_is_not_lost() -> None:
    parser = Parser(limit=100)
    assert parser.feed(b"data: a\n\ndata: " + b"z" * 200) == [Event("a")]
    assert parser.too_long


def test_a_bound_is_on_one_line_and_one_event_not_on_one_piece() -> None:
    parser = Parser(limit=100)
    assert parser.feed(b"data: a\n\n" * 1000) == [Event("a")] * 1000
    assert parser.feed(b"data: b\n\ndata: " + b"z" * 200 + b"\n\ndata: c\n\n") == [Event("b")]
    assert parser.too_long


def test_comments_are_counted_and_an_end_inside_an_event_is_known() -> None:
    parser = Parser()
    parser.feed(b": alive\n\n:\n\ndata: a\n\n")
    assert (parser.comments, parser.unfinished) == (2, False)
    parser.feed(b"data: b\n")
    assert parser.unfinished
    assert MAX_BYTES > 1024 * 1024


def test_a_reconnection_time_of_a_million_digits_costs_nothing() -> None:
    parser = Parser()
    parser.feed(b"retry: 5\nretry: " + b"9" * 1_000_000 + b"\n")
    assert parser.retry == 5
