"""JSON from strangers. Pure: bounded before it is parsed, and nothing in it is guessed.

Python's own parser takes NaN and 1e999, keeps the last of two equal keys, converts numbers of any
length, and raises RecursionError on depth. Numbers with a point or an exponent become Decimal, so
that a price is what was written.
"""

import json
import re
from array import array
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

MAX_DEPTH = 32
MAX_DIGITS = 60
MAX_EXPONENT = 40
# A string that never ends is taken to the end of the text, and nothing is tried twice: the time stays linear.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKETS = b"[{]}"
_STEPS = bytes.maketrans(_BRACKETS, b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))


class BadJSONError(ValueError):
    """The text is not JSON that we take; the message says why, in words for whoever wrote it."""


def loads(data: bytes) -> Any:
    """Parse a JSON document. Raises BadJSONError, never anything else."""
    if depth(data) > MAX_DEPTH:
        raise BadJSONError(f"Nested deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(data.decode("utf-8"), **HOOKS)
    except UnicodeDecodeError as error:
        raise BadJSONError(f"Not UTF-8 at byte {error.start}.") from None
    except json.JSONDecodeError as error:
        raise BadJSONError(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    if b"\\u" in data:
        refuse_unstorable_text(value)
    return value


def depth(data: bytes) -> int:
    """How deep the brackets outside strings nest, or a lower bound once that is within the limit."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return 0
    # One signed byte a bracket, +1 or -1, summed up in C: a Python loop over a megabyte takes half a second.
    steps = array("b", _STRINGS.sub(b"", data).translate(_STEPS, _NO_BRACKETS))
    return max(accumulate(steps), default=0)


def refuse_unstorable_text(value: Any) -> None:
    """Raises BadJSONError for half a surrogate pair, or NUL: neither can be sent back or stored."""
    for text in texts(value):
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise BadJSONError("A text holds half a surrogate pair or NUL.")


def texts(value: Any) -> Iterator[str]:
    """Every string in a parsed document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def _integer(text: str) -> int:
    return int(_bounded(text))


def _decimal(text: str) -> Decimal:
    number = Decimal(_bounded(text))
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise BadJSONError(f"The number {text} is out of range.")
    return number


def _bounded(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise BadJSONError(f"A number has more than {MAX_DIGITS} characters.")
    return text


def _constant(text: str) -> None:
    raise BadJSONError(f"{text} is not a number in JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadJSONError(f"The key {json.dumps(twice[:80])} appears twice in one object.")
    return found


HOOKS: dict[str, Any] = {
    "parse_int": _integer,
    "parse_float": _decimal,
    "parse_constant": _constant,
    "object_pairs_hook": _object,
}
