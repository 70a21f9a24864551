"""The API of a stage's figures as a file; as JSON they are the command `take_reading`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import override
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT
from costcalc.wire import raw_body
from costcalc.wire.paging import refuse_strangers
from migrations_app import carrying, shown
from migrations_app.api import answered, impossible
from migrations_app.canary import figures_file
from migrations_app.canary.figure_forms import fault_in_words
from migrations_app.rules.commands import Line, Revision
from migrations_app.rules.happening import Refused
from migrations_app.rules.readings import Side, TakeReading

router = Router(tags=["plans"], auth=Bearer(), by_alias=True)
MEDIA_TYPE = "text/csv"


class ReadIn(Schema):
    """What a file of figures is decided on, and where it comes from."""

    revision: Revision
    source: Line = ""


@router.post(
    "/plans/{plan_id}/readings",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT, 409: shown.StalePlan},
    operation_id="upload_reading",
    auth=EDITORS,
    openapi_extra=raw_body.takes(MEDIA_TYPE, "Lines of `metric,baseline,candidate`, which is the first of them."),
)
def upload_reading(request: HttpRequest, plan_id: str, said: Query[ReadIn]) -> dict[str, Any]:
    """What each side has seen since the stage was entered, from a file."""
    visit = visit_of(request, Role.EDITOR)
    refuse_strangers(request, ReadIn)
    plan = carrying.plan_in(visit, plan_id)
    baseline, candidate = _sides(raw_body.read(request, MEDIA_TYPE, figures_file.LARGEST))
    asked = TakeReading(
        command="take_reading", revision=said.revision, baseline=baseline, candidate=candidate, source=said.source
    )
    return answered(lambda now: carrying.carry_out(visit, plan, asked, now))


def _sides(content: bytes) -> tuple[Side, Side]:
    """Raises HttpError for a file that says something else, or nothing of the target."""
    try:
        sides = figures_file.read(content)
    except figures_file.FileFault as fault:
        with override("en"):
            raise HttpError(422, fault_in_words(fault)) from None
    if sides[1] == Side():
        raise impossible(Refused("nothing-read"))
    return sides
