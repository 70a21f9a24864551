"""What the API is sent to save: the calculator's address, or the body of an estimate."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import seen_in
from costcalc.scenarios.body_address import UncarriedError, address_of
from costcalc.scenarios.body_kinds import Fault, Strict, invalid
from costcalc.scenarios.body_places import place_of
from costcalc.scenarios.estimate_bodies import OWN_RATES, Days, EstimateIn, ExchangeRates, WorkloadIn
from costcalc.scenarios.fields import MOST_WORKLOADS
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.return_bodies import EXAMPLE as EXAMPLE_RETURN
from costcalc.scenarios.return_bodies import ReturnIn
from costcalc.scenarios.saved import LONGEST_QUERY, Draft, UnreadableError, draft
from costcalc.scenarios.saved_shown import Line, Name, Number, Text
from costcalc.secrets import without_key
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
# What belongs to workloads, by its name in the body.
OF_WORKLOADS = {"days_per_month": "days_per_month", "at": "at", "exchange_rates": "exchange_rates", "return": "returns"}
Workloads = Annotated[list[WorkloadIn], Field(min_length=1, max_length=MOST_WORKLOADS, description=OWN)]


class SaidIn(Strict):
    """What a scenario says: an address, or workloads with their days, the day of the prices and the return."""

    query: Annotated[str, Field(max_length=LONGEST_QUERY, description=QUERY), AfterValidator(without_key)] | None = None
    days_per_month: Days | None = Field(None, description="With workloads; 30 where it is absent.")
    at: MomentField | None = Field(None, description="With workloads: the day of the prices; today where it is absent.")
    workloads: Workloads | None = None
    exchange_rates: ExchangeRates | None = Field(None, description=f"With workloads. {OWN_RATES}")
    returns: ReturnIn | None = Field(None, alias="return", description="With workloads; null: the calculator's own.")
    comment: Line = ""


def _examples(**said: Any) -> ConfigDict:
    """An example of either way to say it."""
    bodies: list[Any] = [
        {**said, "query": EXAMPLE_QUERY},
        {**said, "days_per_month": 30, "workloads": [EXAMPLE_WORKLOAD]},
        {**said, "workloads": [EXAMPLE_WORKLOAD], "return": EXAMPLE_RETURN},
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
            raise invalid([(("query",), "too many fields")]) from None
        except UncarriedError as error:
            raise invalid(error.faults) from None
        except UnreadableError:
            raise invalid(_complaints(workspace, body, today)) from None


def _query(body: SaidIn) -> str:
    """The address that a body gives, or amounts to. Raises UncarriedError."""
    if body.workloads is not None and body.query is None:
        return address_of(_estimate(body), catalogue())
    faults: list[Fault] = []
    if body.query is None or body.workloads is not None:
        faults.append((("query",), "give query or workloads, and not both"))
    else:
        said = [name for name, field in OF_WORKLOADS.items() if getattr(body, field) is not None]
        faults += [((name,), "belongs to workloads; a query names it itself") for name in said]
    if faults:
        raise UncarriedError(faults)
    return body.query or ""


def _estimate(body: SaidIn) -> EstimateIn:
    """The same as the body of an estimate."""
    # All of it was checked with the body.
    given = {"workloads": body.workloads, **{name: getattr(body, field) for name, field in OF_WORKLOADS.items()}}
    return EstimateIn.model_construct(None, **{name: value for name, value in given.items() if value is not None})


def _complaints(workspace: Workspace, body: SaidIn, today: dt.date) -> list[Fault]:
    """What the calculator finds wrong, at its place in the body."""
    reading = read(QueryDict(_query(body)), catalogue(), seen_in(workspace))
    reading.built(today, rates_in(workspace))
    if body.workloads is None:
        return [(("query",), message) for message in _in_words(reading)]
    said = _estimate(body)
    found = [(place_of(name, said), message) for name, message in reading.errors.items()]
    return found or [(("workloads",), "more than an address holds")]


def _in_words(reading: Reading) -> list[str]:
    strangers = [f"{name[:80]}: not a field of the calculator" for name in reading.strangers]
    return strangers + [f"{name}: {message}" for name, message in reading.errors.items()]
