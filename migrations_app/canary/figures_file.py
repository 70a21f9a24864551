"""A file of figures: one metric a line, with the old side's value and the target's. Pure.

    metric,baseline,candidate
    requests,45000,5000
    errors,185,21
    Answer quality,4.31,4.22
    Solved,40500/45000,4480/5000

Numbers are written with a point and without groups. A rate of their own is its count, a slash, and of how many.
"""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from pydantic import ValidationError

from migrations_app.rules.readings import Side

LARGEST: Final = 100_000
MOST_LINES: Final = 100
SIDES: Final = ("baseline", "candidate")
HEAD: Final = ("metric", *SIDES)
FIELDS: Final = frozenset(Side.model_fields) - {"own"}


class FileFault(ValueError):
    """The file says something else. `line` counts from 1, 0 for the whole file; `what` is what it is about."""

    def __init__(self, code: str, line: int = 0, what: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.what = what


def read(content: bytes) -> tuple[Side, Side]:
    """The two sides. Raises FileFault."""
    lines = _lines(content)
    if not lines or tuple(cell.strip().lower() for cell in lines[0]) != HEAD:
        raise FileFault("head", 1)
    said: dict[str, dict[str, Any]] = {side: {} for side in SIDES}
    for number, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            _take(said, cells, number)
    return _side(said["baseline"]), _side(said["candidate"])


def _lines(content: bytes) -> list[list[str]]:
    if len(content) > LARGEST:
        raise FileFault("too-large")
    try:
        text = content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise FileFault("unreadable") from None
    if len(lines) > MOST_LINES:
        raise FileFault("too-large")
    return lines


def _take(said: dict[str, dict[str, Any]], cells: list[str], number: int) -> None:
    if len(cells) != len(HEAD):
        raise FileFault("columns", number)
    metric = cells[0].strip()
    if metric.lower() in said["candidate"] or metric.lower() in said["baseline"]:
        raise FileFault("twice", number, metric)
    for side, cell in zip(SIDES, cells[1:], strict=True):
        if cell.strip():
            _put(said[side], metric, cell.strip(), number)


def _put(said: dict[str, Any], metric: str, cell: str, number: int) -> None:
    """One cell, checked alone, so that a mistake is told with its line."""
    field = metric.lower()
    one: dict[str, Any] = {field: cell} if field in FIELDS else {"own": [_own(metric, cell)]}
    try:
        # Errors alone are more than no requests: they are checked when both are there.
        Side.model_validate({"requests": 10**12, **one} if field == "errors" else one)
    except ValidationError:
        raise FileFault("value", number, f"{metric}: {cell}"[:80]) from None
    if "own" in one:
        said["own"] = [*said.get("own", []), *one["own"]]
    else:
        said[field] = cell


def _own(metric: str, cell: str) -> dict[str, str]:
    count, slash, of = cell.partition("/")
    return {"name": metric, "count": count.strip(), "of": of.strip()} if slash else {"name": metric, "value": cell}


def _side(said: dict[str, Any]) -> Side:
    try:
        return Side.model_validate(said)
    except ValidationError:
        raise FileFault("errors") from None
