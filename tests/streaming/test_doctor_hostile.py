"""What is made to cost the doctor time costs little more than a stream of the same size that is not."""

import contextlib
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.completion import read
from costcalc.streaming.doctor.examining import Bound, examine
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.views import BOUND
from costcalc.streaming.events import read_events
from tests.pace import cost
from tests.streaming.chunks import chunk

MEGA = 1_000_000
# A small token is 90 bytes with its frame, a hostile line may be 2. Before there was this test, the worst was 600.
MOST = 15


def filled(unit: bytes, size: int = MEGA) -> bytes:
    """So many bytes of it."""
    return unit * (size // len(unit))


def har(entries: list[Any]) -> bytes:
    """A HAR with these entries, as short as it can be written."""
    return json.dumps({"log": {"entries": entries}}, separators=(",", ":")).encode()


def tools(one: bytes) -> bytes:
    """An event that calls as many tools as fit."""
    calls = b",".join([one] * ((MEGA - 100) // (len(one) + 1)))
    return b'data:{"choices":[{"delta":{"tool_calls":[' + calls + b"]}}]}\n\n"


def effort(data: bytes) -> float:
    """What it costs to examine it."""

    def examined() -> None:
        with contextlib.suppress(NotARecordingError):
            examine(data, BOUND)

    return cost(examined)


CHUNKED = b"== Info: a\n<= Recv header, 28 bytes (0x1c)\n0000: Transfer-Encoding: chunked\n"
HOSTILE = {
    "tools with a number": b"".join(chunk({"tool_calls": [{"index": n}]}) for n in range(6500)),
    "tools with a name": tools(b'{"id":"a"}'),
    "tools with nothing": tools(b"{}"),
    "events": filled(b"data:\n\n"),
    "empty lines": filled(b"\n"),
    "comments": filled(b":\n"),
    "ids": filled(b"id\n"),
    "members": filled(gzip.compress(b"")),
    "members of events": filled(gzip.compress(b"data:\n\n")),
    "stamps": b"".join(b"%d.1 :\n" % (n % 10) for n in range(59_000)),
    "entries": har([{}] * 330_000),
    "headers": har([{"response": {"headers": [{}] * 300_000}}]),
    "sections": filled(b"== Info: a\n"),
    "no UTF-8": filled(b"data:\xff\n"),
    "heads": filled(b"HTTP/1 200\n\n"),
    "pieces": filled(b"<= Recv data, 1 bytes (0x1)\n0000: 61 \n"),
    "chunks of one": CHUNKED + filled(b"<= Recv data, 6 bytes (0x6)\n0000: 1\n0003: x\n"),
    "rows": b"== Info: a\n<= Recv data, 100000 bytes (0x1)\n" + b"".join(b"%06x: a\n" % n for n in range(100_000)),
    "depth": filled(b"data:" + b"[" * 990 + b"\n\n"),
}


@pytest.fixture(scope="module")
def plain() -> float:
    """What a megabyte of a provider's tokens costs."""
    return effort(filled(chunk({"content": "hello"})))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_costs_little_more_than_a_plain_one(name: str, plain: float) -> None:
    assert effort(HOSTILE[name]) < MOST * plain


@pytest.mark.parametrize("data", [b"1.1 data\n" * 4, har([{}] * 4)])
def test_what_is_of_more_parts_than_are_read_is_refused_and_not_cut(data: bytes) -> None:
    with pytest.raises(NotARecordingError, match="large"):
        examine(data, Bound(parts=3))


INDEX = st.none() | st.integers(-3, 5)


@given(st.lists(st.tuples(INDEX, st.sampled_from(["", "a", "b"])), max_size=20))
def test_calls_are_numbered_as_if_all_before_were_looked_at(parts: list[tuple[int | None, str]]) -> None:
    places: dict[int, list[str]] = {}
    for index, name in parts:
        last = max(places, default=-1)
        after = last + 1 if name or last < 0 else last
        places.setdefault(after if index is None else index, []).append(name)
    stream = b"".join(chunk({"tool_calls": [{"index": index, "id": name}]}) for index, name in parts)
    expected = [next((name for name in places[place] if name), "") for place in sorted(places)]
    assert [call.id for call in read(read_events(stream)).tools] == expected
