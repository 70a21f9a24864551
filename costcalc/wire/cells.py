"""Tables for spreadsheets: what people typed never becomes a formula there, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

# How a formula may begin, for one spreadsheet or another; the full-width signs are read as their plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"


def cell(value: Any) -> str:
    """A cell's text; an apostrophe goes before what a spreadsheet would compute."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    return f"'{text}" if _computes(text) else text


def bare(text: str) -> str:
    """The text that `cell` was given, from what it wrote."""
    return text[1:] if text.startswith("'") and _computes(text[1:]) else text


def _computes(text: str) -> bool:
    """Whether a formula begins here, or one that already has its apostrophe."""
    begun = text.lstrip("'")
    # Spreadsheets skip spaces before the sign.
    return begun.startswith(_FORMULA) or begun.lstrip().startswith(_FORMULA)


def table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8, marked as such for spreadsheets."""
    return b"".join(pieces(head, rows))


def pieces(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """The same, line by line."""
    yield (BOM + _line(head)).encode()
    for row in rows:
        yield _line([cell(value) for value in row]).encode()


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
