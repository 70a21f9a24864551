"""Files of evidence: added to a step, and taken along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.roles import Role
from migrations_app.evidence import files
from migrations_app.evidence.keeping import attachment, kept
from migrations_app.plans import Plan
from migrations_app.refusal_words import in_words
from migrations_app.rules.happening import Refused
from migrations_app.rules.stepping import LARGEST_FILE
from migrations_app.steps.views import step_page, there
from migrations_app.views import of_plan


@sent_from("planner:step", "plan_id", "step_id", anchor="#evidence")
@of_plan(Role.EDITOR)
def add(request: HttpRequest, came: Visit, plan: Plan, step_id: str) -> HttpResponse:
    """Keep a file as evidence of a step."""
    step, sent, now = there(plan, step_id), request.FILES.get("file"), timezone.now()
    try:
        content = sent.read(LARGEST_FILE + 1) if sent else b""
        kept(came, plan, step.id, (sent.name or "")[:120] if sent else "", content, now)
    except Refused as refused:
        return step_page(request, came, plan, step, 422, refused=in_words(refused))
    except ValidationError as error:
        return step_page(request, came, plan, step, 422, faults=error.errors(include_url=False))
    return HttpResponseRedirect(reverse("planner:step", args=[plan.public_id, step.id]) + "#evidence")


@require_safe
@of_plan(Role.VIEWER)
def file(_request: HttpRequest, _came: Visit, plan: Plan, file_id: str) -> HttpResponse:
    """A file to take along."""
    return attachment(files.file_of(plan, file_id))
