"""What is wrong with a request's body, said as OpenAI says it. Pure.

A fault names the member and what it may be; of what was sent it tells the kind and the length, never the value.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from costcalc.streaming.sample.refusals import RefusedError
from costcalc.wire.problem import locate

LONGEST_PARAM: Final = 100
# What pydantic calls a value of the wrong kind, and the kind that it should have been.
KINDS: Final = {
    "string_type": "a string",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "int_type": "an integer",
    "float_type": "a decimal",
    "bool_type": "a boolean",
}
# The bounds of numbers, with OpenAI's code for each, but for the kind of number that stands before it.
BOUNDS: Final = {
    "greater_than_equal": (">=", "ge", "below minimum", "below_min_value"),
    "less_than_equal": ("<=", "le", "above maximum", "above_max_value"),
    "less_than": ("<", "lt", "above maximum", "above_max_value"),
}
Said = tuple[str, str]


def first_wrong(error: ValidationError, given: dict[str, Any]) -> RefusedError:
    """The first thing that is wrong in `given`, as a refusal.

    Where a value may be of several kinds, each of them has its complaint: the one that fits best is told.
    """
    faults = [(_path(given, fault["loc"]), fault) for fault in error.errors(include_url=False)]
    first = faults[0][0]
    about = [one for one in faults if one[0][: len(first)] == first]
    path, fault = max(about, key=lambda one: (len(one[0]), one[1]["type"] not in KINDS))
    expected = [KINDS[one["type"]] for place, one in about if place == path and one["type"] in KINDS]
    param = _param(path)
    message, code = _said(param, fault, expected)
    return RefusedError(400, message, code, param or None)


def _path(given: dict[str, Any], found: Sequence[str | int]) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in locate(given, found).split("/")[1:]]


def _param(path: list[str]) -> str:
    """`messages[0].role`."""
    written = "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in path)
    return written.removeprefix(".")[:LONGEST_PARAM]


def _said(param: str, fault: ErrorDetails, expected: list[str]) -> Said:
    """The message and OpenAI's code for it."""
    kind, bounds = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return f"Missing required parameter: '{param}'.", "missing_required_parameter"
    if kind == "extra_forbidden":
        return f"Unknown parameter: '{param}'.", "unknown_parameter"
    if kind in KINDS:
        return _wrong_kind(param, list(dict.fromkeys(expected)), fault["input"])
    if kind in BOUNDS:
        return _out_of_bounds(param, fault, bounds)
    if kind in {"too_short", "too_long"}:
        return _wrong_length(param, bounds)
    return _wrong_value(param, fault, bounds)


def _wrong_kind(param: str, expected: list[str], given: Any) -> Said:
    wanted = f"one of {' or '.join(expected)}" if len(expected) > 1 else expected[0]
    return f"Invalid type for '{param}': expected {wanted}, but got {_kind(given)} instead.", "invalid_type"


def _kind(given: Any) -> str:
    kinds = {bool: "a boolean", int: "an integer", str: "a string", list: "an array", dict: "an object"}
    return "null" if given is None else kinds.get(type(given), "a decimal")


def _out_of_bounds(param: str, fault: ErrorDetails, bounds: Mapping[str, Any]) -> Said:
    sign, name, words, code = BOUNDS[fault["type"]]
    number = "integer" if isinstance(fault["input"], int) else "decimal"
    limit = f"{bounds[name]:g}" if isinstance(bounds[name], float) else bounds[name]
    return f"Invalid '{param}': {number} {words} value. Expected a value {sign} {limit}.", f"{number}_{code}"


def _wrong_length(param: str, bounds: Mapping[str, Any]) -> Said:
    if "min_length" in bounds:
        least = bounds["min_length"]
        words = f"Expected an array with minimum length {least}, but got an empty array instead."
        return f"Invalid '{param}': empty array. {words}", "empty_array"
    most, length = bounds["max_length"], bounds["actual_length"]
    got = f"an array with length {length}" if length else "a longer array"
    words = f"Expected an array with maximum length {most}, but got {got} instead."
    return f"Invalid '{param}': array too long. {words}", "array_above_max_length"


def _wrong_value(param: str, fault: ErrorDetails, bounds: Mapping[str, Any]) -> Said:
    if "pattern" in bounds:
        words = f"Expected a string that matches the pattern '{bounds['pattern']}'."
        return f"Invalid '{param}': string does not match pattern. {words}", "invalid_value"
    if "expected" in bounds:
        # The one value of a flag is written as Python writes it.
        values = {"False": "false"}.get(bounds["expected"], bounds["expected"])
        return f"Invalid value for '{param}'. Supported values are: {values}.", "invalid_value"
    return f"Invalid value for '{param}'.", "invalid_value"
