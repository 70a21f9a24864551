"""Tables for spreadsheets: what people typed never becomes a formula there, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
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
    # Spreadsheets skip spaces before the sign.
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8, marked as such for spreadsheets."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return (BOM + written.getvalue()).encode()
