"""Pages of the canary: its stages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from migrations_app.canary import page as canary_page
from migrations_app.canary.forms import StageForm, stage_forms
from migrations_app.plans import Plan
from migrations_app.refusal_words import in_words
from migrations_app.rules import planning
from migrations_app.rules.canary_commands import PlanStages, Stage
from migrations_app.rules.happening import Refused
from migrations_app.rules.rollout import Rollout
from migrations_app.views import carried_out, of_plan


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def stages(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Change the stages that were not entered yet."""
    now = plan.state.rollout
    sent = request.POST if request.method == "POST" else None
    offered = now.stages if sent else wished(request, plan)
    rows = stage_forms(language(), offered, entered(now), sent)
    # Every row says what is wrong with it, not the first one only.
    wrong = [row for row in rows if not row.is_valid()]
    if wrong:
        return _stages_page(request, came, plan, rows)
    typed = [stage for row in rows if (stage := row.stage)]
    ladder = (*now.stages[: entered(now)], *typed)
    if not ladder:
        return _stages_page(request, came, plan, rows, in_words(Refused("last-is-not-all")))
    asked = PlanStages(command="plan_stages", revision=seen_revision(request, plan), stages=ladder)
    return carried_out(request, came, plan, asked, lambda why: _stages_page(request, came, plan, rows, why))


def _stages_page(
    request: HttpRequest, came: Visit, plan: Plan, rows: list[StageForm], refused: str = ""
) -> HttpResponse:
    now = plan.state.rollout
    context = {
        "visit": came,
        "plan": plan,
        "rows": rows,
        "entered": [canary_page.stage_row(now, place) for place in range(entered(now))],
        "entered_count": entered(now),
        "refused": refused,
    }
    wrong = bool(refused) or any(row.errors for row in rows)
    return render(request, "planner/stages.html", context, status=422 if wrong else 200)


def wished(request: HttpRequest, plan: Plan) -> tuple[Stage, ...]:
    """What the form begins with: the stages as they are, or those that are suggested."""
    now = plan.state.rollout
    if request.GET.get("suggested") != "1":
        return now.stages
    kept = now.stages[: entered(now)]
    lowest = kept[-1].percent if kept else 0
    onward = [stage for stage in planning.suggestion(plan.state) if stage.percent > lowest]
    return (*kept, *onward) if onward else now.stages


def entered(now: Rollout) -> int:
    """How many stages were entered already: those stay as they are."""
    return 0 if now.place is None else now.place + 1


def language() -> str:
    """How numbers are written here."""
    return (get_language() or "en").partition("-")[0]


def seen_revision(request: HttpRequest, plan: Plan) -> int:
    """The revision that the sent form was made for; what is none is an old one."""
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= plan.revision else 1
