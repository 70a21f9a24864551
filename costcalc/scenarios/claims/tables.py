"""Tables in a pasted text, read by the names of their columns: Markdown, cells between tabs, semicolons or commas.

A column whose name says neither model, price nor saving is left out, and its numbers are named as not read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from costcalc.scenarios.claims import cues, figures
from costcalc.scenarios.claims.heard import PRICE, Convert, Heard, named, put
from costcalc.scenarios.kinds import Value

_ROW_END = re.compile(r"</t[dh]>\s*</tr>\s*(?:</?t(?:head|body)>\s*)*|</tr>\s*|<br\s*/?>", cues.ANY_CASE)
_CELL_END = re.compile(r"</t[dh]>\s*", cues.ANY_CASE)
_TAG = re.compile(r"</?(?:table|thead|tbody|tr|t[dh]|b|strong|em|span|p)(?:\s[^<>]{0,200})?>", cues.ANY_CASE)
_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")


@dataclass(frozen=True)
class Column:
    """What a column holds (`model`, `offer`, `baseline`, `stated`, or nothing that is known), and its name."""

    kind: str
    name: str


@dataclass
class Table:
    """A header and its rows, cells trimmed, and the line above that says the unit of its prices."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    caption: str = ""

    @property
    def columns(self) -> list[Column]:
        """The columns by their names; the first is the models where no name says which is."""
        kinds = [_kind(name) for name in self.header]
        if "model" not in kinds and kinds[0] == "":
            kinds[0] = "model"
        return [Column(kind, name) for kind, name in zip(kinds, self.header, strict=True)]

    @property
    def is_of_prices(self) -> bool:
        """Whether its columns say at least a model and a price or a saving."""
        kinds = {column.kind for column in self.columns}
        return "model" in kinds and bool(kinds & {"offer", "baseline", "stated"})


def without_tables(text: str) -> tuple[str, list[Table]]:
    """The text without its tables of prices, and those."""
    lines = _plain(text).split("\n")
    found: list[Table] = []
    kept: list[str] = []
    while lines:
        table, length = _table_at(lines)
        if table is None:
            kept.append(lines[0])
        else:
            table.caption = kept.pop() if kept and _is_caption(kept[-1]) else ""
            found.append(table)
        del lines[:length]
    return "\n".join(kept), found


def hear_table(table: Table, heard: Heard, models: Mapping[str, str], convert: Convert) -> None:
    """Put what a table says into the rows of a claim; what cannot be read is named there."""
    models_at = [column.kind == "model" for column in table.columns]
    # The digits of a model's name are no number.
    said = [cell for row in table.rows for cell, is_name in zip(row, models_at, strict=True) if not is_name]
    points = figures.points("\n".join([*table.header, *said]))
    unit = " ".join([*table.header, table.caption])
    for cells in table.rows:
        row = _row_of(table, cells, heard, models)
        for column, cell in zip(table.columns, cells, strict=True):
            if row is not None and column.kind != "model":
                _Cell(cell, column, unit, points, heard, convert).put(row)


def _is_caption(line: str) -> bool:
    """Whether a line says of how many tokens prices are, and no number of its own."""
    says = cues.COLUMN_MILLION.search(line) or cues.COLUMN_THOUSAND.search(line)
    return bool(says) and set(re.findall(r"\d+", line)) <= {"1", "000", "1000"}


def _plain(text: str) -> str:
    """Rows and cells of HTML as lines and tabs."""
    if not re.search(r"<t[dhr][\s>]", text, cues.ANY_CASE):
        return text
    one_line = re.sub(r"\s*\n\s*", " ", text)
    return _TAG.sub("", _CELL_END.sub("\t", _ROW_END.sub("\n", one_line)))


def _table_at(lines: list[str]) -> tuple[Table | None, int]:
    """The table that begins with the first line, and how many lines it takes; one line that begins none."""
    for mark in "|\t;,":
        split = _markdown if mark == "|" else _separated(mark)
        header = split(lines[0])
        # Commas stand in sentences too.
        if len(header) < 2 or (mark in ";," and not any(map(cues.COLUMN_MODEL.fullmatch, header))):
            continue
        table, length = Table(header), 1
        for line in lines[1:]:
            cells = split(line)
            if not _RULE.fullmatch(line) and (len(cells) != len(header) or not any(cells)):
                break
            length += 1
            if not _RULE.fullmatch(line):
                table.rows.append(cells)
        if table.rows and table.is_of_prices:
            return table, length
    return None, 1


def _markdown(line: str) -> list[str]:
    text = line.strip()
    if "|" not in text:
        return []
    return [cell.strip(" \t*`") for cell in text.removeprefix("|").removesuffix("|").split("|")]


def _separated(mark: str) -> Callable[[str], list[str]]:
    def split(line: str) -> list[str]:
        if mark not in line:
            return []
        cells = next(csv.reader([line], delimiter=mark, skipinitialspace=True))
        return [cell.strip() for cell in (cells[:-1] if mark == "\t" and not cells[-1].strip() else cells)]

    return split


def _kind(name: str) -> str:
    for kind, pattern in (
        ("stated", cues.COLUMN_SAVING),
        ("model", cues.COLUMN_MODEL),
        ("baseline", cues.COLUMN_BASELINE),
        ("offer", cues.COLUMN_PRICE),
    ):
        if pattern.search(name):
            return kind
    return ""


def _row_of(table: Table, cells: list[str], heard: Heard, models: Mapping[str, str]) -> dict[str, Value] | None:
    """The claim's row for a table's: of the model it names, else one of its own."""
    name = next(cell for column, cell in zip(table.columns, cells, strict=True) if column.kind == "model")
    key = next((key for _start, _end, key in named(name, models)), "")
    row = heard.row(key) if key else heard.another("")
    if row is None:
        heard.unread.append((name, "more"))
    elif not key and name:
        heard.unread.append((name, "no_model"))
    return row


@dataclass(frozen=True)
class _Cell:
    """One cell below a column's name; `unit` are the words of the whole header."""

    text: str
    column: Column
    unit: str
    points: str
    heard: Heard
    convert: Convert

    def put(self, row: dict[str, Value]) -> None:
        """Its numbers into the row: a price, prices of input and output, a percentage."""
        found = list(cues.NUMBER.finditer(self.text))
        of_price = [match for match in found if not match["percent"]]
        is_price = self.column.kind in ("offer", "baseline")
        for match in found:
            if match["percent"]:
                why = self._percent(match, row)
            elif is_price and len(of_price) <= 2:
                why = self._price(match, row, self._direction(of_price.index(match), len(of_price)))
            else:
                why = "unknown" if is_price or self.column.kind else "column"
            if why:
                self.heard.unread.append((match.group().strip(), why))

    def _percent(self, match: re.Match[str], row: dict[str, Value]) -> str:
        value = figures.value(match, self.points, strict=True)
        if not self.column.kind or value is None or value > 100:
            return "column" if not self.column.kind else "two_ways" if value is None else "unknown"
        return put(row, "stated", value)

    def _direction(self, index: int, count: int) -> str:
        """`.out` for output: by the column's name, or the second of “$2 / $8”."""
        said = cues.INSIDE_UNIT.search(self.column.name)
        is_output = said is not None and not said["input"]
        return ".out" if is_output or (count == 2 and index == 1) else ""

    def _price(self, match: re.Match[str], row: dict[str, Value], direction: str) -> str:
        currency = next(self._currencies(match), "")
        value = figures.value(match, self.points, strict=currency != "VND")
        times = self._times(match)
        if value is None or not currency or not times:
            return "two_ways" if value is None else "no_currency" if times else "no_unit"
        dollars = self.heard.dollars(match.group(), value * times, currency, PRICE, self.convert)
        return "no_rate" if dollars is None else put(row, f"{self.column.kind}{direction}", dollars)

    def _currencies(self, match: re.Match[str]) -> Iterator[str]:
        """The currency of the number itself, else of its column, else of the header."""
        said = match["before"] or match["after"] or ""
        for text in (said, *cues.CURRENCY.findall(self.column.name), *cues.CURRENCY.findall(self.unit)):
            yield from (code for pattern, code in cues.CURRENCIES if text and pattern.match(text))

    def _times(self, match: re.Match[str]) -> int:
        """What makes it a price per million tokens; 0 where no word says of how many it is."""
        for text in (match["mtok"] or "", self.column.name, self.unit):
            if cues.COLUMN_THOUSAND.search(text):
                return 1000
            if cues.COLUMN_MILLION.search(text):
                return 1
        return 0
