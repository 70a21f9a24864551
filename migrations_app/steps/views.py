"""Pages of a plan's steps: the list, one step, and what can be done to them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.figures import FigureError, read_number
from migrations_app import carrying
from migrations_app.late import OF_THE_FORM, late
from migrations_app.log_words import ACTS
from migrations_app.mistake_words import all_in_words
from migrations_app.plans import Plan, StaleError
from migrations_app.playbook.words import titled
from migrations_app.refusal_words import in_words
from migrations_app.rules.commands import Command
from migrations_app.rules.happening import Refused
from migrations_app.rules.stepping import MoveSteps, SetSteps
from migrations_app.rules.steps import Step
from migrations_app.steps.forms import (
    FilterForm,
    RescheduleForm,
    StepForm,
    first_phase,
    initial_of,
    members,
    others_than,
    said_of,
)
from migrations_app.steps.page import log_of, parts, people_of, row_of
from migrations_app.steps.words import PHASES, STATES
from migrations_app.views import COMMANDS, of_plan, plan_page

# Of a number that is evidence: what the command takes.
MOST, PLACES = 10**14, 9
LISTS = {"steps", "after", "days_off"}
# Of one form with two buttons, each of which sends every field: what is meant are those of its own command.
MEANT = {"move_steps": MoveSteps.model_fields.keys(), "set_steps": SetSteps.model_fields.keys()}


@require_safe
@of_plan(Role.VIEWER)
def steps(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Every step of a plan, or those that are asked for."""
    return steps_page(request, came, plan)


def steps_page(request: HttpRequest, came: Visit, plan: Plan, status: int = 200, **more: Any) -> HttpResponse:
    """The list of steps; `more` is what went wrong."""
    state, filters = plan.state, FilterForm(came.workspace, request.GET)
    shown = filters.sieve().sifted(state.steps.each, timezone.localdate(), titled)
    context = {
        **_frame(came, plan),
        "filters": filters,
        "sifted": not filters.sieve().empty,
        "shown": len(shown),
        "several": request.GET.get("several") == "1" and came.may(Role.EDITOR),
        "steps_parts": parts(state, came, shown, people_of(state)),
        "steps_total": len(state.steps.each),
        "members": members(came.workspace),
        "states": STATES.items(),
        "phases": PHASES.items(),
        "steps_from": f"?{request.GET.urlencode()}" if request.GET else "",
        "several_link": _several_link(request),
        **more,
    }
    return render(request, "planner/steps.html", context, status=status)


def _several_link(request: HttpRequest) -> str:
    """The same list, one step at a time or several."""
    query = request.GET.copy()
    if query.pop("several", None) != ["1"]:
        query["several"] = "1"
    return f"?{query.urlencode()}"


def _frame(came: Visit, plan: Plan) -> dict[str, Any]:
    return {"visit": came, "plan": plan, "state": plan.state, "can_edit": came.may(Role.EDITOR)}


@require_safe
@of_plan(Role.VIEWER)
def step(request: HttpRequest, came: Visit, plan: Plan, step_id: str) -> HttpResponse:
    """One step with its evidence, comments and log."""
    return step_page(request, came, plan, there(plan, step_id))


def step_page(request: HttpRequest, came: Visit, plan: Plan, one: Step, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a step; `more` is what went wrong."""
    state = plan.state
    people = people_of(state)
    before = [state.steps.found(each) for each in one.after]
    context = {
        **_frame(came, plan),
        "row": row_of(state, one, people, timezone.localdate()),
        "step": one,
        "details": titled(one.details),
        "phase": PHASES[one.phase],
        "by": people.get(one.by),
        "before": [(each.id, titled(each.title), STATES[each.doing]) for each in before if each],
        "evidence": [(each, people.get(each.by)) for each in one.evidence],
        "comments": [(each, people.get(each.by)) for each in one.comments],
        "log": [(ACTS[event.kind], event) for event in log_of(plan, one.id)],
        "steps_from": f"?from={one.id}",
        **more,
    }
    return render(request, "planner/step.html", context, status=status)


def there(plan: Plan, step_id: str) -> Step:
    """The step of a plan. Raises Http404 where there is none."""
    found = plan.state.steps.found(step_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def add(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """One more step."""
    sent = request.POST if request.method == "POST" else None
    initial = {"phase": first_phase(request.GET.get("phase", ""))}
    form = StepForm(came.workspace, plan.state.steps.each, sent, initial=initial)
    if not form.is_valid():
        return _form_page(request, came, plan, form)
    said = {"command": "add_step", "revision": request.POST.get("revision"), **said_of(form)}
    return _told_by_form(request, came, plan, said, form)


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def edit(request: HttpRequest, came: Visit, plan: Plan, step_id: str) -> HttpResponse:
    """What a step says, anew."""
    one, sent = there(plan, step_id), request.POST if request.method == "POST" else None
    form = StepForm(came.workspace, others_than(plan.state.steps, one), sent, initial=initial_of(one))
    if not form.is_valid():
        return _form_page(request, came, plan, form, one)
    said = {"command": "edit_step", "step": one.id, "revision": request.POST.get("revision"), **said_of(form, one)}
    return _told_by_form(request, came, plan, said, form, one)


def _form_page(
    request: HttpRequest, came: Visit, plan: Plan, form: StepForm, one: Step | None = None, **more: Any
) -> HttpResponse:
    status = more.pop("status", 422 if form.is_bound else 200)
    context = {**_frame(came, plan), "form": form, "step": one, "title": titled(one.title) if one else "", **more}
    return render(request, "planner/step_form.html", context, status=status)


def _told_by_form(
    request: HttpRequest, came: Visit, plan: Plan, said: dict[str, Any], form: StepForm, one: Step | None = None
) -> HttpResponse:
    """Do what a form says; where it may not be done, the form once more with what was typed."""
    try:
        asked: Command = COMMANDS.validate_python(said)
    except ValidationError as error:
        return _form_page(request, came, plan, form, one, faults=error.errors(include_url=False))
    try:
        plan = carrying.carry_out(came, plan, asked, timezone.now())
    except StaleError as stale:
        missed = late(request, came, stale, asked, timezone.now(), below=True)
        return _form_page(request, came, stale.plan, form, one, late=missed, status=409)
    except Refused as refused:
        return _form_page(request, came, plan, form, one, refused=in_words(refused))
    made = one.id if one else f"s{plan.state.steps.added}"
    return redirect("planner:step", plan.public_id, made)


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def reschedule(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Another start day: what is open and has a place among the working days moves along."""
    sent = request.POST if request.method == "POST" else None
    form = RescheduleForm(sent, initial={"start_on": plan.state.about.start_on})
    context: dict[str, Any] = {**_frame(came, plan), "form": form}
    if not form.is_valid():
        return render(request, "planner/reschedule.html", context, status=422 if form.is_bound else 200)
    said = {"command": "reschedule", "revision": request.POST.get("revision"), **form.cleaned_data}
    try:
        asked: Command = COMMANDS.validate_python(said)
    except ValidationError as error:
        context["faults"] = error.errors(include_url=False)
        return render(request, "planner/reschedule.html", context, status=422)
    try:
        carrying.carry_out(came, plan, asked, timezone.now())
    except StaleError as stale:
        context |= {"plan": stale.plan, "late": late(request, came, stale, asked, timezone.now(), below=True)}
        return render(request, "planner/reschedule.html", context, status=409)
    except Refused as refused:
        return render(request, "planner/reschedule.html", {**context, "refused": in_words(refused)}, status=422)
    return redirect("planner:steps", plan.public_id)


@sent_from("planner:steps", "plan_id")
@of_plan(Role.EDITOR)
def command(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Do what a form of the list, of a step's page or of the plan's says, and show that page again."""
    try:
        asked: Command = COMMANDS.validate_python(_said(request))
    except FigureError as error:
        nothing, why = _("Nothing was done."), _(error.message) % error.params
        return _page_again(request, came, plan, 422, refused=f"{nothing} {why}")
    except ValidationError as error:
        return _page_again(request, came, plan, 422, faults=error.errors(include_url=False))
    try:
        plan = carrying.carry_out(came, plan, asked, timezone.now())
    except StaleError as stale:
        return _page_again(request, came, stale.plan, 409, late=late(request, came, stale, asked, timezone.now()))
    except Refused as refused:
        return _page_again(request, came, plan, 422, refused=in_words(refused))
    return HttpResponseRedirect(_back(request, plan))


def _said(request: HttpRequest) -> dict[str, Any]:
    """What a form says; a field that was left empty says nothing, but where it takes an owner away.

    Raises FigureError for a number that cannot be read as the reader's language writes it.
    """
    said: dict[str, Any] = {}
    meant = MEANT.get(request.POST.get("command", ""), request.POST.keys())
    for name in request.POST.keys() & meant - OF_THE_FORM:
        said[name] = request.POST.getlist(name) if name in LISTS else request.POST[name]
    if said.get("command") == "set_steps":
        said = {name: value for name, value in said.items() if value != ""}
        said |= {"owner": ""} if said.get("owner") == "-" else {}
    if said.get("number"):
        said["number"] = read_number(said["number"], get_language() or "en", low=-MOST, high=MOST, places=PLACES)
    return said


def _page_again(request: HttpRequest, came: Visit, plan: Plan, status: int, **more: Any) -> HttpResponse:
    stands = request.GET.get("from", "")
    one = plan.state.steps.found(stands)
    if one:
        return step_page(request, came, plan, one, status, typed=request.POST, **more)
    if stands == "plan":
        if "faults" in more:
            more["refused"] = all_in_words(more.pop("faults"))
        return plan_page(request, came, plan, status, **more)
    return steps_page(request, came, plan, status, **more)


def _back(request: HttpRequest, plan: Plan) -> str:
    stands = request.GET.get("from", "")
    if plan.state.steps.found(stands):
        return reverse("planner:step", args=[plan.public_id, stands])
    if stands == "plan":
        return reverse("planner:plan", args=[plan.public_id]) + "#steps"
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return reverse("planner:steps", args=[plan.public_id]) + query
