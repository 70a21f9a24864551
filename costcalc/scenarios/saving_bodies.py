"""What the API is sent to save: the calculator's address."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import Field

from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import seen_in
from costcalc.scenarios.reading import read
from costcalc.scenarios.saved import LONGEST_QUERY, Draft, UnreadableError, draft
from costcalc.scenarios.saved_shown import Line, Name, Number, Text, with_example

EXAMPLE_QUERY = "to=google/gemini-2.5-flash&requests=60000&in=1200&out=400&cached=25"
QUERY = "What the calculator's address says behind its question mark; shares are in percent. Empty: its example."
CalculatorQuery = Annotated[str, Field(max_length=LONGEST_QUERY, description=QUERY)]


class ScenarioIn(Schema):
    """A scenario to keep, at the prices of today unless its address names a day."""

    model_config = with_example({"name": "To Gemini", "note": "For the review", "query": EXAMPLE_QUERY})
    name: Name
    note: Text = ""
    query: CalculatorQuery
    comment: Line = ""


class RevisionIn(Schema):
    """What becomes the next revision, and the revision that this was decided on."""

    model_config = with_example({"revision": 1, "query": EXAMPLE_QUERY, "comment": "More traffic"})
    revision: Number
    query: CalculatorQuery
    comment: Line = ""


def drafted(workspace: Workspace, query: str, comment: str) -> Draft:
    """What a body says; 422 naming each of its fields that cannot be read."""
    held, today = catalogue(), timezone.now().date()
    try:
        with override("en"):
            return draft(workspace, query, today, held, comment)
    except SuspiciousOperation:
        raise _invalid(["too many fields"]) from None
    except UnreadableError:
        raise _invalid(_complaints(workspace, query, today)) from None


def _complaints(workspace: Workspace, query: str, today: dt.date) -> list[str]:
    with override("en"):
        reading = read(QueryDict(query), catalogue(), seen_in(workspace))
        reading.built(today)
    strangers = [f"{name[:80]}: not a field of the calculator" for name in reading.strangers]
    return strangers + [f"{name}: {message}" for name, message in reading.errors.items()]


def _invalid(messages: list[str]) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ("body", "body", "query"), "msg": msg} for msg in messages])
