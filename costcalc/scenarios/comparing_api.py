"""The API of comparing: several revisions side by side."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from costcalc.accounts.access import Visit
from costcalc.accounts.credentials import Bearer, visit_of
from costcalc.scenarios import saving
from costcalc.scenarios.estimate_answer import TotalsOut
from costcalc.scenarios.return_answer import ReturnOut
from costcalc.scenarios.saved import Revision
from costcalc.scenarios.saved_shown import GUARDED, estimate_of
from costcalc.wire.problem import problems

router = Router(tags=["scenarios"], auth=Bearer(), by_alias=True)
MOST_COMPARED = 6
VersionName = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{12}(\.[1-9][0-9]{0,8})?$")]


class VersionOut(Schema):
    """One of those compared."""

    scenario: str
    revision: int
    name: str
    complete: bool
    monthly: TotalsOut
    annual: TotalsOut
    returns: ReturnOut = Field(alias="return")


class AmountOut(Schema):
    """A line in one of those compared; null where it has no such line."""

    baseline: str | None
    candidate: str | None


class ComparedLine(Schema):
    """One unit of one workload in each of those compared, in their order."""

    workload: int
    unit: str
    amounts: list[AmountOut]


class ComparisonOut(Schema):
    """Several revisions line by line."""

    versions: list[VersionOut]
    lines: list[ComparedLine]


class Compared(Schema):
    """Which revisions: `<id>` or `<id>.<number>`."""

    of: Annotated[list[VersionName], Field(min_length=2, max_length=MOST_COMPARED)]


@router.get("/compare", response={200: ComparisonOut, **GUARDED, **problems(404)}, operation_id="compare_scenarios")
def compare_scenarios(request: HttpRequest, asked: Query[Compared]) -> dict[str, Any]:
    """Two to six revisions of this workspace side by side, line by line."""
    visit = visit_of(request)
    _refuse_strangers_but_of(request)
    revisions = [_named(visit, text) for text in asked.of]
    answers = [estimate_of(revision) for revision in revisions]
    known = [(revision, answer) for revision, answer in zip(revisions, answers, strict=True) if answer is not None]
    if len(known) < len(revisions):
        raise Http404
    return {
        "versions": [
            {
                "scenario": revision.scenario.public_id,
                "revision": revision.number,
                "name": revision.scenario.name,
                **{name: answer[name] for name in ("complete", "monthly", "annual", "return")},
            }
            for revision, answer in known
        ],
        "lines": lines_compared([answer for _revision, answer in known]),
    }


def _refuse_strangers_but_of(request: HttpRequest) -> None:
    """`of` is there several times, and nothing else is."""
    strangers = [name for name in request.GET if name != "of"]
    if strangers:
        faults = [{"type": "value_error", "loc": ("query", name), "msg": "not a parameter"} for name in strangers]
        raise ValidationError(faults)


def _named(visit: Visit, text: str) -> Revision:
    public_id, _dot, number = text.partition(".")
    return saving.revision_of(saving.scenario_in(visit, public_id), int(number) if number else None)


def lines_compared(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every line that one of them has, in the order of a ledger."""
    tables = [{(line["workload"], line["unit"]): line for line in answer["lines"]} for answer in answers]
    keys = dict.fromkeys(key for table in tables for key in table)
    nothing = {"baseline": None, "candidate": None}
    return [
        {"workload": workload, "unit": unit, "amounts": [table.get((workload, unit), nothing) for table in tables]}
        for workload, unit in sorted(keys, key=lambda key: key[0])
    ]
