"""Own prices as CSV: out as they stand, and in, all of a file or nothing, with what is wrong line by line.

A line without an id is a new price; one with an id changes that price, and carries the revision that it
was decided on. A line that changes nothing adds nothing, so the same file can be sent twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from costcalc.accounts.audit import Acting
from costcalc.accounts.people import User
from costcalc.accounts.rooms import File
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.exchange import rate_row
from costcalc.catalog.own import VARIANTS, OwnPrice, StaleError, TooManyError, add
from costcalc.catalog.own_forms import CANONICAL, OwnPriceForm, as_typed, column
from costcalc.engine import TRAFFIC_UNITS, UNIT_NAMES
from costcalc.wire.cells import bare, table
from costcalc.wire.files import json_pieces

NAMING = ("id", "revision")
WORDS = ("name", "kind", "starts_on", "ends_on", "source", "source_url", "note", "currency")
PRICES = {column(variant, unit): unit for variant in VARIANTS for unit in UNIT_NAMES}
MOST_LINES = 1000
MOST_FAULTS = 100


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line (from 1, as editors count; 0 for the file), in which column."""

    line: int
    column: str
    message: str


class BadFileError(ValueError):
    """A file that is no CSV of own prices; nothing of it was taken."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def written(prices: Iterable[OwnPrice]) -> bytes:
    """The CSV of some prices: one line each, with a column for every unit of traffic or that one of them has."""
    lines = [_line(price) for price in prices]
    used = {name for line in lines for name in line}
    columns = [*NAMING, *WORDS, *(name for name, unit in PRICES.items() if name in used or name in TRAFFIC_UNITS)]
    return table(columns, ([line.get(name) for name in columns] for line in lines))


def _line(price: OwnPrice) -> dict[str, str]:
    return {
        "id": price.public_id,
        "revision": str(price.revision),
        **as_typed(price.said, price.rates, CANONICAL),
    }


@dataclass
class Import:
    """A file that was read without a fault, ready to be taken."""

    lines: list[tuple[int, OwnPrice | None, OwnPriceForm]] = field(default_factory=list)

    def carried_out(self, act: Acting, author: User) -> int:
        """Add and change the prices; how many. Raises BadFileError, and then the transaction must end."""
        changed = 0
        for number, price, form in self.lines:
            try:
                row = price.superseded(act, form.said(), author) if price else add(act, form.said(), author)
            except StaleError:
                raise BadFileError([_changed_meanwhile(number)]) from None
            except TooManyError:
                raise BadFileError([Fault(number, "", _("The workspace is full: archive prices first."))]) from None
            changed += price is None or row.pk != price.pk
        return changed


def read(data: bytes, workspace: Workspace, today: dt.date) -> Import:
    """The lines of a file, at the exchange rates of today. Raises BadFileError with everything that is wrong in it."""
    rate_of = cache(lambda currency: rate_row(workspace, currency, today))
    rows = list(_rows(data))
    known = {price.public_id: price for price in OwnPrice.objects.filter(workspace=workspace).current()}
    found, faults, seen = Import(), [], set[str]()
    for number, said in rows:
        price = known.get(said.get("id", ""))
        # A column that the file does not have says nothing: what stands there stays.
        cells = {**as_typed(price.said, price.rates, CANONICAL), **said} if price else said
        form = OwnPriceForm(cells, language=CANONICAL, rate_of=rate_of, units=_units(cells))
        wrong = list(_faults(number, cells, price, form))
        if cells.get("id") and cells["id"] in seen:
            wrong.append(Fault(number, "id", _("This price is in the file more than once.")))
        seen.add(cells.get("id", ""))
        faults += wrong
        found.lines.append((number, price, form))
    if faults:
        raise BadFileError(faults[:MOST_FAULTS])
    return found


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFileError([Fault(0, "", _("Save the file as CSV in UTF-8."))]) from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _check_columns(columns)
        for count, cells in enumerate(reader):
            if count >= MOST_LINES:
                raise BadFileError([Fault(reader.line_num, "", _too_long())])
            if any(cells):
                yield reader.line_num, _checked(reader.line_num, columns, cells)
    except csv.Error as error:
        raise BadFileError([Fault(reader.line_num, "", _("This is not CSV: %(why)s.") % {"why": error})]) from None


def _checked(number: int, columns: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) > len(columns):
        raise BadFileError([Fault(number, "", _("There are more cells in this line than columns."))])
    return {name: bare(cell).strip() for name, cell in zip(columns, cells, strict=False)}


def _check_columns(columns: list[str]) -> None:
    known = {*NAMING, *WORDS, *PRICES}
    if len(columns) > len(known):
        # Before they are looked at one by one: a file can have as many as it has bytes.
        raise BadFileError([Fault(1, "", _("There are more columns than a price has."))])
    faults = [Fault(1, name, _("There is no such column.")) for name in columns if name not in known]
    faults += [Fault(1, name, _("This column is there twice.")) for name in set(columns) if columns.count(name) > 1]
    faults += [Fault(1, name, _("This column is missing.")) for name in ("name", "kind") if name not in columns]
    if faults:
        raise BadFileError(faults[:MOST_FAULTS])


def _units(cells: Mapping[str, str]) -> list[str]:
    return [unit for name, unit in PRICES.items() if name in cells]


def _faults(number: int, cells: Mapping[str, str], price: OwnPrice | None, form: OwnPriceForm) -> Iterator[Fault]:
    if cells.get("id") and price is None:
        yield Fault(number, "id", _("This workspace has no such price. Leave the id empty for a new one."))
    if price is not None and cells.get("revision") != str(price.revision):
        yield _changed_meanwhile(number)
    for name, messages in form.errors.items():
        for message in messages:
            yield Fault(number, "" if name == "__all__" else name, str(message))


def _changed_meanwhile(number: int) -> Fault:
    return Fault(number, "revision", _("This price has changed since the file was made. Take the file anew."))


def _too_long() -> str:
    return _("At most %(most)s prices at once.") % {"most": MOST_LINES}


def exported(workspace: Workspace) -> Iterator[File]:
    """The workspace's part of its archive: what stands now, and every row that ever did."""
    rows = OwnPrice.objects.filter(workspace=workspace)
    yield "own_prices.csv", written(rows.current().order_by("name", "public_id"))
    yield "own_prices.json", json_pieces(map(_history, rows.iterator(chunk_size=500)))


def own_data(user: User) -> Iterator[dict[str, Any]]:
    """The rows that a person recorded in workspaces that they are in: elsewhere they are others' business by now."""
    rows = (
        OwnPrice.objects.filter(author=user, workspace__in=Workspace.objects.of(user))
        .select_related("workspace")
        .order_by("pk")
    )
    return ({"workspace": row.workspace.public_id, **_history(row)} for row in rows.iterator(chunk_size=500))


def _history(row: OwnPrice) -> dict[str, Any]:
    return {"id": row.public_id, "recorded_at": row.recorded_at, **row.audited()}
