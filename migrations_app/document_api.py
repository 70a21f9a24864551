"""The API of plans as documents: out, and in again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Router
from ninja.errors import HttpError
from pydantic import ConfigDict

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT
from costcalc.wire.rate_limit import charge
from migrations_app import carrying, shown, taking_in
from migrations_app.refusal_words import in_words
from migrations_app.rules import documents
from migrations_app.rules.happening import Refused

router = Router(tags=["plans"], auth=Bearer())
EXAMPLE: dict[str, Any] = {
    "format": documents.FORMAT,
    "version": documents.VERSION,
    "events": [
        {"at": "2026-11-02T09:00:00Z", "kind": "plan.made", "who": "somebody", "data": {"name": "To Gemini"}},
        {"at": "2026-11-02T09:30:00Z", "kind": "canary.started", "who": "somebody", "data": {"reason": ""}},
    ],
}


class DocumentIn(documents.Document):
    """A plan as a document: what has happened to it, in order. It is verified by doing all of it again."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


@router.get(
    "/plans/{plan_id}/document",
    response={200: documents.Document, **GUARDED, **ABSENT},
    operation_id="get_plan_document",
)
def get_plan_document(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    """A plan as a document, which can be taken in again."""
    plan, now = carrying.plan_in(visit_of(request), plan_id), timezone.now()
    document = documents.written(plan.name, plan.happenings(plan.revision), now)
    return {**document, "events": list(document["events"])}


@router.post(
    "/plan-documents",
    response={201: shown.PlanOut, **GUARDED, **SENT},
    operation_id="import_plan",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def import_plan(request: HttpRequest, body: DocumentIn) -> tuple[int, dict[str, Any]]:
    """A new plan of what a document says; 422 where it could not have happened so, with the event and the reason."""
    visit, now = visit_of(request, Role.EDITOR), timezone.now()
    charge(request, len(request.body) // documents.BYTES_A_REQUEST)
    try:
        plan = taking_in.take_in(visit, body.model_dump(mode="json"), now)
    except Refused as refused:
        with override("en"):
            raise HttpError(422, in_words(refused)) from None
    return 201, shown.plain(shown.whole(plan, now))
