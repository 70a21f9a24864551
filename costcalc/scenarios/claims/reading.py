"""From an address or a form to a claim: the ground it stands on, what differs, and a message for each mistake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from django.http import QueryDict
from django.utils.translation import gettext as _

from costcalc.catalog import reviewed
from costcalc.catalog.entries import Entry
from costcalc.catalog.exchange import bundled_rates
from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.engine import USD
from costcalc.figures import FigureError
from costcalc.scenarios import address
from costcalc.scenarios.claims.fields import (
    ARTICLE,
    CLAIM,
    EMPTY,
    EMPTY_ROW,
    LONGEST_TEXT,
    MOST_ROWS,
    ROW,
    Ground,
)
from costcalc.scenarios.claims.heard import Heard
from costcalc.scenarios.claims.hearing import hear
from costcalc.scenarios.kinds import Field, Value, input_name
from costcalc.scenarios.reading import LANGUAGES
from costcalc.scenarios.typed_values import READERS
from costcalc.secrets import holds_key
from costcalc.wire.plain_text import HOLDS_KEY

OTHERS = frozenset({"lang", "show", "rows", "said", "empty", "add", "remove", "last", "csrfmiddlewaretoken"})
LONGEST_SHOWN = 300
LONGEST_LAST = 8000


@dataclass
class ClaimReading:
    """What was read: values of rows and claim, the text as typed, messages by input name, and what is no field."""

    language: str | None
    said: str
    ground: Ground
    heard: Heard | None
    is_empty: bool
    rows: list[dict[str, Value]] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    entries: list[Entry | None] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)

    @cached_property
    def query(self) -> str:
        """The canonical address: the pasted text, and what differs from its ground."""
        return self.query_of(self.rows)

    def query_of(self, rows: Sequence[Mapping[str, Value]]) -> str:
        """The canonical address with other rows."""
        pairs = [("said", self.said)] if self.said else [("empty", "1")] if self.is_empty else []
        if len(rows) != len(self.ground.rows):
            pairs.append(("rows", str(len(rows))))
        for index, row in enumerate(rows):
            before = self.ground.row(index)
            changed = [one.name for one in ROW if row[one.name] != before[one.name]]
            pairs += [(input_name(index, name), address.written(row[name])) for name in changed]
        changed = [one.name for one in CLAIM if self.fields[one.name] != self.ground.fields[one.name]]
        pairs += [(name, address.written(self.fields[name])) for name in changed]
        return address.joined(pairs)


def read_claim(query: QueryDict, catalogue: Catalogue, today: dt.date) -> ClaimReading:
    """Read a claim from an address or a sent form. What is missing is as its ground has it."""
    language = query.get("lang")
    said = query.get("said", "").replace("\r\n", "\n").strip()
    refused = _refused_text(said)
    heard = None if refused or not said else _heard(said, catalogue, today)
    is_empty = query.get("empty") == "1" and not said
    ground = _ground(heard) if heard is not None else Ground() if is_empty or refused else ARTICLE
    reading = ClaimReading(language if language in LANGUAGES else None, said, ground, heard, is_empty)
    if refused:
        reading.errors["said"] = refused
    _Reader(query, catalogue, reading).run()
    return reading


def _refused_text(said: str) -> str:
    if len(said) > LONGEST_TEXT:
        return _("At most %(limit)s characters.") % {"limit": LONGEST_TEXT}
    if not all(character.isprintable() or character in "\n\t" for character in said):
        return _("This holds characters that cannot be shown.")
    return str(HOLDS_KEY) if holds_key(said) else ""


def _heard(said: str, catalogue: Catalogue, today: dt.date) -> Heard:
    def converted(amount: Decimal, currency: str) -> Fraction | None:
        return bundled_rates().converted(amount, currency, USD, today)

    return hear(said, _names(catalogue), converted)


@lru_cache(maxsize=2)
def _names_at(revision: int, keys: tuple[tuple[str, str, str], ...]) -> Mapping[str, str]:
    found = {quote.name.lower(): quote.listed_as for quote in reviewed.quotes()}
    for key, model_id, name in keys:
        for called in (model_id.lower(), name.lower(), model_id.lower().replace("-", " ")):
            if len(called) >= 4 and any(character.isdigit() for character in called):
                found.setdefault(called, key)
    return found


def _names(catalogue: Catalogue) -> Mapping[str, str]:
    """What makers call their own models, lower case, with the catalogue's key."""
    makers = tuple((e.key, e.model_id, e.name) for e in catalogue.entries if e.native)
    return _names_at(catalogue.revision, makers)


def _ground(heard: Heard) -> Ground:
    """What was read in a text, field by field; a number that no field can hold is not read."""
    rows = tuple({**EMPTY_ROW, **_held(row, ROW, heard)} for row in heard.rows) or (EMPTY_ROW,)
    return Ground(rows, {**EMPTY, **_held(heard.fields, CLAIM, heard)})


def _held(values: Mapping[str, Value], fields: Sequence[Field], heard: Heard) -> dict[str, Value]:
    bounds = {one.name: one for one in fields}
    kept: dict[str, Value] = {}
    for name, value in values.items():
        field = bounds[name]
        if isinstance(value, Decimal) and not _fits(value, field):
            heard.unread.append((address.written(value), "bounds"))
        else:
            kept[name] = value
    return kept


def _fits(value: Decimal, field: Field) -> bool:
    exponent = value.normalize().as_tuple().exponent
    return field.low <= value <= field.high and isinstance(exponent, int) and -exponent <= field.places


@dataclass
class _Reader:
    query: QueryDict
    catalogue: Catalogue
    reading: ClaimReading

    def run(self) -> None:
        reading, count = self.reading, self._count()
        for index in range(count):
            ground = reading.ground.row(index)
            reading.rows.append({one.name: self._value(input_name(index, one.name), one, ground) for one in ROW})
        reading.fields = {one.name: self._value(one.name, one, reading.ground.fields) for one in CLAIM}
        known = {input_name(index, one.name) for index in range(count) for one in ROW}
        known |= {one.name for one in CLAIM} | OTHERS
        reading.strangers += [name for name in self.query if name not in known]
        if "lang" in self.query and reading.language is None:
            reading.strangers.append("lang")
        reading.entries = [self._entry(index, row) for index, row in enumerate(reading.rows)]

    def _count(self) -> int:
        text = self.query.get("rows", "")
        if text in {str(number) for number in range(1, MOST_ROWS + 1)}:
            return int(text)
        if text:
            self.reading.strangers.append("rows")
        return len(self.reading.ground.rows)

    def _value(self, name: str, field: Field, ground: Mapping[str, Value]) -> Value:
        given = self.query.getlist(name)
        if not given:
            return ground[field.name]
        text = given[0]
        self.reading.typed[name] = text[:LONGEST_SHOWN]
        try:
            if len(given) > 1:
                raise ValueError(_("This is in the address more than once."))
            return self._understood(text, field)
        except FigureError as error:
            self.reading.errors[name] = _(error.message) % error.params
        except ValueError as error:
            self.reading.errors[name] = str(error)
        return ground[field.name]

    def _understood(self, text: str, field: Field) -> Value:
        if not text.strip() and (field.blank or field.kind == "model"):
            return field.default
        return READERS[field.kind](text, field, self.reading.language)

    def _entry(self, index: int, row: dict[str, Value]) -> Entry | None:
        """The model of a row in the catalogue; none where none is named, a message where none is found."""
        text, name = str(row["model"] or ""), input_name(index, "model")
        if not text or name in self.reading.errors:
            return None
        provider, _slash, model = text.partition("/")
        found = find(self.catalogue, provider, model) if model else None
        exact = [entry for entry in self.catalogue.search(text) if entry.model_id == text]
        found = found or (exact[0] if len(exact) == 1 else None)
        if found is None:
            near = ", ".join(entry.key for entry in (exact or self.catalogue.search(text))[:3])
            words = {"text": text, "names": near}
            message = _("No model is called “%(text)s”. Did you mean %(names)s?") if near else ""
            self.reading.errors[name] = (message or _("No model is called “%(text)s”.")) % words
            return None
        row["model"] = found.key
        return found
