"""What is encoded arrives, as the standard's own parser reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.wire import sse


def read(stream: bytes) -> list[dict[str, str]]:
    """Events of a stream, after the WHATWG text, section 9.2.6, for whole streams."""
    events, fields = [], {"event": "message", "data": "", "id": ""}
    for line in stream.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        name, _, value = line.partition(":")
        if line == "":
            if fields["data"]:
                events.append({**fields, "data": fields["data"].removesuffix("\n")})
            fields = {**fields, "event": "message", "data": ""}
        elif name == "data":
            fields["data"] += value.removeprefix(" ") + "\n"
        elif name in fields:
            fields[name] = value.removeprefix(" ")
    return events


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_value_arrives_as_one_event_and_unchanged(value: Any) -> None:
    events = read(sse.event(value, "token", "7"))
    assert [(e["event"], e["id"], json.loads(e["data"])) for e in events] == [("token", "7", value)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_as_one_event_with_its_line_ends_as_newlines(text: str) -> None:
    events = read(sse.text_event(text))
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert [e["data"] for e in events] == [expected]


@pytest.mark.parametrize("token", ["\n", "\n\n", " ", "", "\u2028", "a\u2028b\x85c\x0b", "data: x\n\nevent: evil"])
def test_a_token_that_other_encoders_lose_or_split_arrives(token: str) -> None:
    assert [json.loads(e["data"]) for e in read(sse.event(token))] == [token]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\r\nb", "a\0b"])
def test_a_name_or_id_cannot_break_out_of_its_line(name: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        sse.event(1, name)
    with pytest.raises(ValueError, match="one line"):
        sse.event(1, last_id=name)


def test_half_a_surrogate_pair_does_not_end_the_stream() -> None:
    assert read(sse.event("\ud83d"))[0]["data"] == '"?"'


def test_comments_and_retries_are_no_events() -> None:
    assert read(sse.comment("a\nb") + sse.comment() + sse.retry(3000)) == []
    assert sse.retry(3000) == b"retry: 3000\n\n"


def test_a_stream_is_neither_compressed_nor_held_back() -> None:
    headers = dict(sse.HEADERS)
    assert headers["content-encoding"] == "identity"
    assert headers["x-accel-buffering"] == "no"
