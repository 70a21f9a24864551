"""A scenario from a file: JSON or YAML of an estimate's body, with the place of everything that is wrong in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError

from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import Lookup
from costcalc.engine import ExchangeRates
from costcalc.scenarios.body_address import UncarriedError, address_of
from costcalc.scenarios.body_kinds import Fault
from costcalc.scenarios.body_places import place_of
from costcalc.scenarios.documents import Document, DocumentError, Path, Spot, read_document
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.scenarios.importing_words import fault_words
from costcalc.scenarios.reading import read
from costcalc.wire.strict_json import BadJSONError, refuse_unstorable_text

MOST_FAULTS = 50


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a file: where it is (as editors count; None for all of it), in which value, and why."""

    spot: Spot | None
    place: str
    message: str


class BadScenarioError(ValueError):
    """A file that is no scenario; every fault with its place."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("; ".join(one.message for one in wrong))
        self.wrong = wrong


def query_of(text: str, held: Catalogue, own: Lookup, rates: ExchangeRates, today: dt.date) -> str:
    """The calculator's address of a scenario in JSON or YAML, by the exchange rates of who opens it.

    Raises BadScenarioError.
    """
    document = _read(text)
    body = _body(document)
    try:
        query = address_of(body, held)
        reading = read(QueryDict(query), held, own)
    except UncarriedError as error:
        raise BadScenarioError(_wrong(document, error.faults)) from None
    except SuspiciousOperation:
        raise BadScenarioError([Wrong(None, "", _("This is more than an address holds."))]) from None
    if reading.built(today, rates) is None:
        faults = [(place_of(name, body), message) for name, message in reading.errors.items()]
        raise BadScenarioError(_wrong(document, faults))
    return reading.query


def _read(text: str) -> Document:
    try:
        document = read_document(text)
        refuse_unstorable_text(document.value)
    except DocumentError as error:
        raise BadScenarioError([Wrong(error.spot, "", error.message)]) from None
    except BadJSONError as error:
        raise BadScenarioError([Wrong(None, "", str(error))]) from None
    return document


def _body(document: Document) -> EstimateIn:
    if not isinstance(document.value, dict):
        message = _("A scenario is an object with workloads in it, as its own JSON file has.")
        raise BadScenarioError([Wrong(document.spot(()), "", message)])
    try:
        return EstimateIn.model_validate(document.value)
    except ValidationError as error:
        raise BadScenarioError(_wrong(document, _faults(error))) from None


def _faults(error: ValidationError) -> Iterator[Fault]:
    for one in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]:
        yield one["loc"], fault_words(one["type"], one["msg"], one.get("ctx", {}))


def _wrong(document: Document, faults: Iterable[Fault]) -> list[Wrong]:
    """The faults in the order of the file."""
    found = [Wrong(document.spot(_path(place)), _written(place), message) for place, message in faults]
    return sorted(found, key=lambda one: (one.spot.line, one.spot.column) if one.spot else (0, 0))


def _path(place: Sequence[str | int]) -> Path:
    return tuple(place)


def _written(place: Sequence[str | int]) -> str:
    """A place as people write it, counting from 1: `workloads 2, candidate, prices`."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int) and words:
            words[-1] = f"{words[-1]} {step + 1}"
        else:
            words.append(str(step))
    return ", ".join(words)[:120]
