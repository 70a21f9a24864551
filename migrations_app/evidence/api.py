"""The API of files that are evidence: sent as they are, and taken along. The plan itself lists them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT
from costcalc.wire import raw_body
from costcalc.wire.paging import refuse_strangers
from migrations_app import carrying, shown
from migrations_app.api import answered
from migrations_app.evidence.files import file_of
from migrations_app.evidence.keeping import attachment, kept
from migrations_app.rules.commands import Name
from migrations_app.rules.stepping import LARGEST_FILE
from migrations_app.steps.views import there

router = Router(tags=["plans"], auth=Bearer(), by_alias=True)
MEDIA_TYPE = "application/octet-stream"


class FileIn(Schema):
    """What a file is called."""

    name: Name


@router.post(
    "/plan-files/{plan_id}/{step_id}",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT},
    operation_id="add_file_to_step",
    auth=EDITORS,
    openapi_extra=raw_body.takes(MEDIA_TYPE, f"The file as it is, of {LARGEST_FILE // 1024**2} MB at most."),
)
def add_file_to_step(request: HttpRequest, plan_id: str, step_id: str, said: Query[FileIn]) -> dict[str, Any]:
    """Keep a file as evidence of a step. 422 for an empty one, and for a text that holds a key."""
    visit = visit_of(request, Role.EDITOR)
    refuse_strangers(request, FileIn)
    plan = carrying.plan_in(visit, plan_id)
    step = there(plan, step_id)
    content = raw_body.read(request, MEDIA_TYPE, LARGEST_FILE)
    return answered(lambda now: kept(visit, plan, step.id, said.name, content, now))


@router.get(
    "/plans/{plan_id}/files/{file_id}",
    response={200: None, **GUARDED, **ABSENT},
    operation_id="get_plan_file",
    openapi_extra=raw_body.answers(MEDIA_TYPE),
)
def get_plan_file(request: HttpRequest, plan_id: str, file_id: str) -> HttpResponse:
    """A file that is evidence of a step: see `steps[].evidence[].file`."""
    return attachment(file_of(carrying.plan_in(visit_of(request), plan_id), file_id))
