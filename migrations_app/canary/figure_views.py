"""Pages of a stage's figures and of the limits that they are compared with."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from migrations_app.canary import page as canary_page
from migrations_app.canary.figure_forms import LimitForm, SideForm, SourceForm, TrafficForm, limit_forms
from migrations_app.canary.views import language, seen_revision
from migrations_app.plans import Plan
from migrations_app.refusal_words import in_words
from migrations_app.rules.happening import Refused
from migrations_app.rules.readings import BUILT_IN, SetLimits, Side, TakeReading
from migrations_app.rules.verdicts import limits_of
from migrations_app.views import carried_out, of_plan


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def figures(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Type or upload what each side has seen since the stage was entered."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    own = [limit for limit in limits_of(plan.state.readings, plan.state.about.forecast) if limit.metric not in BUILT_IN]
    sides = [SideForm(sent[0], prefix=name, language=language(), own=own) for name in ("old", "new")]
    source = SourceForm(*sent)
    wrong = [form for form in (*sides, source) if not form.is_valid()]
    if wrong:
        return _figures_page(request, came, plan, sides, source)
    read = source.cleaned_data["file"] or tuple(side.side for side in sides)
    if read[1] == Side():
        return _figures_page(request, came, plan, sides, source, in_words(Refused("nothing-read")))
    asked = TakeReading(
        command="take_reading",
        revision=seen_revision(request, plan),
        baseline=read[0],
        candidate=read[1],
        source=source.cleaned_data["source"],
    )
    return carried_out(request, came, plan, asked, partial(_figures_page, request, came, plan, sides, source))


def _figures_page(
    request: HttpRequest, came: Visit, plan: Plan, sides: list[SideForm], source: SourceForm, refused: str = ""
) -> HttpResponse:
    rollout, about = plan.state.rollout, plan.state.about
    names = (about.baseline or _("the old side"), about.candidate or _("the target"))
    context = {
        "visit": came,
        "plan": plan,
        "sides": list(zip(names, sides, strict=True)),
        "source": source,
        "refused": refused,
        "share": canary_page.percentage(rollout.weight),
        "entered_at": rollout.entered_at,
        "holds": rollout.stage is not None,
    }
    wrong = bool(refused) or any(form.errors for form in (*sides, source))
    return render(request, "planner/figures.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def limits(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Change the limits, and the traffic that planning counts with."""
    state = plan.state
    sent = request.POST if request.method == "POST" else None
    rows = limit_forms(language(), limits_of(state.readings, state.about.forecast), sent)
    traffic = TrafficForm(sent, language=language(), said=state.readings.requests_day)
    wrong = [form for form in (*rows, traffic) if not form.is_valid()]
    if wrong:
        return _limits_page(request, came, plan, rows, traffic)
    typed = traffic.cleaned_data["requests_day"]
    asked = SetLimits(
        command="set_limits",
        revision=seen_revision(request, plan),
        limits=tuple(row.limit for row in rows if row.limit),
        requests_day=None if typed is None else int(typed),
    )
    return carried_out(request, came, plan, asked, partial(_limits_page, request, came, plan, rows, traffic))


def _limits_page(
    request: HttpRequest, came: Visit, plan: Plan, rows: list[LimitForm], traffic: TrafficForm, refused: str = ""
) -> HttpResponse:
    context = {"visit": came, "plan": plan, "rows": rows, "traffic": traffic, "refused": refused}
    wrong = bool(refused) or any(form.errors for form in (*rows, traffic))
    return render(request, "planner/limits.html", context, status=422 if wrong else 200)
