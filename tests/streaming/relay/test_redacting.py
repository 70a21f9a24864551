"""However a provider repeats a key, in whichever pieces: it does not pass, and all else does."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.relay.redacting import Redaction, redaction

KEY = "sk-aabaabsk-aabaab"
# Texts in which the key and its beginnings are frequent.
PARTS = st.lists(st.sampled_from([KEY, KEY[:5], KEY[:-1], "sk-", "a", "b", "other ", "ạ"]), max_size=12)


def passed(text: bytes, places: list[int]) -> bytes:
    redacting = Redaction(KEY)
    cuts = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    pieces = [redacting.feed(text[a:b]) for a, b in itertools.pairwise(cuts)]
    return b"".join([*pieces, redacting.rest()])


@given(PARTS, st.lists(st.integers(0, 120), max_size=20))
def test_the_key_is_taken_out_however_the_bytes_are_cut(parts: list[str], places: list[int]) -> None:
    text = "".join(parts).encode()
    found = passed(text, places)
    assert KEY.encode() not in found
    assert found == passed(text, [])
    assert found == text.replace(KEY.encode(), "…".encode())


def test_nothing_else_waits() -> None:
    redacting = Redaction(KEY)
    assert redacting.feed(b"data: sky\n\n") == b"data: sky\n\n"
    assert redacting.feed(b"data: sk-") == b"data: "
    assert redacting.feed(b"i\n\n") == b"sk-i\n\n"


@pytest.mark.parametrize("key", ["", "none", " elevenchars "])
def test_what_is_no_key_is_not_looked_for(key: str) -> None:
    assert redaction(key) is None
