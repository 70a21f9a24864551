"""Ids change nothing of what is said, whatever the cutting, and each leads to the place after its event."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.events import read_events
from costcalc.streaming.relay.numbering import Numbering
from tests.streaming.chunks import ANTHROPIC, GEMINI, OPENAI
from tests.streaming.vectors import VECTORS

PARTS = st.sampled_from([b"\n", b"\r", b"\r\n", b"data: x", b":", b"event: e", b"id: 7", b"\xef\xbb\xbf", b"y"])
STREAMS = st.lists(PARTS, max_size=30).map(b"".join) | st.sampled_from([OPENAI, ANTHROPIC, GEMINI])


def numbered(stream: bytes, places: list[int]) -> tuple[bytes, Numbering]:
    bounds = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    numbering = Numbering()
    out = b"".join(numbering.feed(stream[start:end]) for start, end in itertools.pairwise(bounds))
    return out, numbering


@given(STREAMS, st.lists(st.integers(0, 3000), max_size=10))
def test_what_is_said_stays_and_every_event_has_a_number_of_its_own(stream: bytes, places: list[int]) -> None:
    events = read_events(stream)
    out, _ = numbered(stream, places)
    seen = read_events(out)
    assert [(each.event, each.data) for each in seen] == [(each.event, each.data) for each in events]
    ids = [int(each.id) for each in seen]
    assert ids == sorted(set(ids))


@given(STREAMS, st.lists(st.integers(0, 3000), max_size=10), st.integers(0, 20))
def test_after_any_event_the_rest_is_what_is_left(stream: bytes, places: list[int], number: int) -> None:
    out, numbering = numbered(stream, places)
    seen = read_events(out)
    for at, event in enumerate(seen):
        place = numbering.place_after(event.id)
        assert place is not None
        assert read_events(out[place:]) == seen[at + 1 :]
    assert numbering.place_after("0") == 0


def test_what_was_never_given_leads_nowhere_and_neither_does_what_is_forgotten() -> None:
    out, numbering = numbered(OPENAI, [10, 100])
    assert [numbering.place_after(text) for text in ("8", "-1", "x", "", "٣", "1" * 30)] == [None] * 6
    third = numbering.place_after("3")
    assert third
    numbering.forget(third)
    assert [numbering.place_after(text) for text in ("2", "3")] == [None, third]
    assert numbering.place_after("7") == len(out)


def test_the_standards_vectors_survive() -> None:
    for vector in VECTORS:
        seen = read_events(numbered(vector.stream, [3, 17])[0])
        assert [(each.event, each.data) for each in seen] == [(each.event, each.data) for each in vector.events]
