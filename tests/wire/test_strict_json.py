"""JSON from strangers is bounded, exact, and never an unhandled error."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.wire.strict_json import MAX_DEPTH, BadJSONError, loads
from tests.pace import cost

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text('abc\\"[{'), inner), max_leaves=20
)


@given(VALUES, st.booleans())
def test_what_json_writes_is_read_back(value: Any, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200) | st.text('[]{}",:0123456789.eE+-\\unfalse ', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    with suppress(BadJSONError):
        loads(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "NaN is not a number"),
        ('{"a": Infinity}', "Infinity is not a number"),
        ("-Infinity", "-Infinity is not a number"),
        ("1e999", "out of range"),
        ("1e-999", "out of range"),
        ("9" * 5000, "more than 60 characters"),
        ("0." + "1" * 5000, "more than 60 characters"),
        ('{"a": 1, "b": 2, "a": 3}', 'key "a" appears twice'),
        ('[{"x": {"k": 1, "k": 1}}]', 'key "k" appears twice'),
        ('"\\ud83d"', "surrogate"),
        ('{"\\u0000": 1}', "NUL"),
        ("", "Not JSON"),
        ('{"a": 1,}', "line 1, column"),
        ("{'a': 1}", "Not JSON"),
        ('"a\tb"', "Not JSON"),
        ("01", "Not JSON"),
        ("1_000", "Not JSON"),
        ("\ufeff{}", "Not JSON"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "deeper than"),
    ],
)
def test_what_python_would_take_or_stumble_over_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadJSONError, match=reason):
        loads(text.encode())


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(BadJSONError, match="Not UTF-8 at byte 1"):
        loads(b'"\xff"')


def test_prices_stay_what_was_written() -> None:
    assert loads(b"[0.1, 1.10, 1e3, 2]") == [Decimal("0.1"), Decimal("1.10"), Decimal("1E+3"), 2]
    assert str(loads(b"0.1234567890123456789")) == "0.1234567890123456789"


def test_brackets_inside_texts_are_not_depth() -> None:
    text = "[" * 500 + '\\"' + "{" * 500
    assert loads(f'"{text}"'.encode()) == text.replace('\\"', '"')


def test_the_deepest_document_allowed_is_read() -> None:
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) == json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b"[[]," * 250_000,
        b'{"a":' * 200_000,
        b"[" * 40 + b'"\\' * 400_000,
        b"[" * 40 + b'"' * 900_001,
        b"[" + b"[]," * 300_000,
        b"[" + b"9" * 999_999,
    ],
)
def test_a_hostile_megabyte_costs_little_more_than_any_other(data: bytes) -> None:
    def refused() -> None:
        with pytest.raises(BadJSONError):
            loads(data)

    assert cost(refused) < 20
