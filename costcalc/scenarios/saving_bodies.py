"""What the API is sent to save: the calculator's address, or the body of an estimate."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override
from ninja.errors import ValidationError
from pydantic import ConfigDict, Field

from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import seen_in
from costcalc.scenarios.body_address import Fault, UncarriedError, address_of, place_of
from costcalc.scenarios.estimate_bodies import Days, Strict, WorkloadIn
from costcalc.scenarios.fields import MOST_WORKLOADS
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.saved import LONGEST_QUERY, Draft, UnreadableError, draft
from costcalc.scenarios.saved_shown import Line, Name, Number, Text
from costcalc.wire.exact import MomentField

EXAMPLE_QUERY = "to=google/gemini-2.5-flash&requests=60000&in=1200&out=400&cached=25"
EXAMPLE_WORKLOAD: Any = {
    "name": "chat",
    "requests_per_day": 60000,
    "input_tokens": 1200,
    "output_tokens": 400,
    "cache_read_share": "0.25",
    "baseline": {"provider": "openai", "model": "gpt-4.1"},
    "candidate": {"provider": "google", "model": "gemini-2.5-flash"},
}
QUERY = (
    "What the calculator's address says behind its question mark; shares are in percent. Empty: its example. "
    "Give this or workloads."
)
OWN = (
    f'As in the body of an estimate, at most {MOST_WORKLOADS}; a price of the workspace is {{"provider": "own", '
    '"model": its id}. Give these or query.'
)
Workloads = Annotated[list[WorkloadIn], Field(min_length=1, max_length=MOST_WORKLOADS, description=OWN)]


class SaidIn(Strict):
    """What a scenario says: an address, or workloads with their days and the day of the prices."""

    query: Annotated[str, Field(max_length=LONGEST_QUERY, description=QUERY)] | None = None
    days_per_month: Days | None = Field(None, description="With workloads; 30 where it is absent.")
    at: MomentField | None = Field(None, description="With workloads: the day of the prices; today where it is absent.")
    workloads: Workloads | None = None
    comment: Line = ""


def _examples(**said: Any) -> ConfigDict:
    """An example of either way to say it."""
    bodies: list[Any] = [
        {**said, "query": EXAMPLE_QUERY},
        {**said, "days_per_month": 30, "workloads": [EXAMPLE_WORKLOAD]},
    ]
    return ConfigDict(extra="forbid", json_schema_extra={"examples": bodies})


class ScenarioIn(SaidIn):
    """A scenario to keep, at the prices of today unless it names a day."""

    model_config = _examples(name="To Gemini", note="For the review")
    name: Name
    note: Text = ""


class RevisionIn(SaidIn):
    """What becomes the next revision, and the revision that this was decided on."""

    model_config = _examples(revision=1, comment="More traffic")
    revision: Number


def drafted(workspace: Workspace, body: SaidIn) -> Draft:
    """What a body says; 422 naming the place of everything in it that cannot be read or kept."""
    held, today = catalogue(), timezone.now().date()
    with override("en"):
        try:
            return draft(workspace, _query(body), today, held, body.comment)
        except SuspiciousOperation:
            raise _invalid([(("query",), "too many fields")]) from None
        except UncarriedError as error:
            raise _invalid(error.faults) from None
        except UnreadableError:
            raise _invalid(_complaints(workspace, body, today)) from None


def _query(body: SaidIn) -> str:
    """The address that a body gives, or amounts to. Raises UncarriedError."""
    if body.workloads is not None and body.query is None:
        return address_of(body.workloads, body.days_per_month or "30", body.at, catalogue())
    faults: list[Fault] = []
    if body.query is None or body.workloads is not None:
        faults.append((("query",), "give query or workloads, and not both"))
    elif body.days_per_month is not None or body.at is not None:
        place = "at" if body.days_per_month is None else "days_per_month"
        faults.append(((place,), "belongs to workloads; a query names it itself"))
    if faults:
        raise UncarriedError(faults)
    return body.query or ""


def _complaints(workspace: Workspace, body: SaidIn, today: dt.date) -> list[Fault]:
    """What the calculator finds wrong, at its place in the body."""
    reading = read(QueryDict(_query(body)), catalogue(), seen_in(workspace))
    reading.built(today, rates_in(workspace))
    if body.workloads is None:
        return [(("query",), message) for message in _in_words(reading)]
    found = [(place_of(name, body.workloads), message) for name, message in reading.errors.items()]
    return found or [(("workloads",), "more than an address holds")]


def _in_words(reading: Reading) -> list[str]:
    strangers = [f"{name[:80]}: not a field of the calculator" for name in reading.strangers]
    return strangers + [f"{name}: {message}" for name, message in reading.errors.items()]


def _invalid(faults: list[Fault] | Any) -> ValidationError:
    return ValidationError(
        [{"type": "value_error", "loc": ("body", "body", *place), "msg": message} for place, message in faults]
    )
