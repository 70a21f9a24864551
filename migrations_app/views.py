"""Pages of plans: the list, a new one, and one plan with what can be done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import TypeAdapter, ValidationError

from costcalc.accounts.access import Visit, current_visit, person, sent_from
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.models import SavedScenario
from migrations_app import beginning, carrying
from migrations_app.forms import NewPlanForm
from migrations_app.late import OF_THE_FORM, late
from migrations_app.plan_page import sections
from migrations_app.plans import LONGEST_SEARCH, Plan, StaleError
from migrations_app.playbook.own import template_for
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.refusal_words import in_words
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand
from migrations_app.rules.happening import Refused

PAGE = 50
# What the plan of a scenario begins with that nobody chose a template for.
OF_A_SCENARIO = "four-weeks"
COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)
View = Callable[..., HttpResponseBase]
Page = Callable[..., HttpResponse]


def of_plan(needed: Role) -> Callable[[View], View]:
    """For views under `/plans/<id>/`: the view gets a Visit and the plan in place of the id."""

    def decorated(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, plan_id: str, **rest: object) -> HttpResponseBase:
            came, plan = carrying.plan_for(person(request), plan_id, needed)
            response = view(request, came, plan, **rest)
            patch_vary_headers(response, ["HX-Request"])
            return response

        return checked

    return decorated


@require_safe
@login_required
def plans(request: HttpRequest) -> HttpResponse:
    """The current workspace's plans, what changed last first; the archived ones where they are asked for.

    With `?scenario=` all that were made from that one, in its own workspace.
    """
    came, scenario = _asked_of(request)
    archived = not scenario and request.GET.get("archived") == "1"
    words = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    held = Plan.objects.of(came.workspace)
    found = held.matching(words)
    found = found.filter(scenario__scenario=scenario) if scenario else found.filter(archived=archived)
    context = {
        "visit": came,
        "scenario": scenario,
        "rows": [(row, row.state) for row in found.select_related("workspace")[:PAGE]],
        "q": words,
        "archived": archived,
        "any": held.exists(),
        "can_edit": came.may(Role.EDITOR),
    }
    return render(request, "planner/list.html", context)


def _asked_of(request: HttpRequest) -> tuple[Visit, SavedScenario | None]:
    public_id = request.GET.get("scenario", "")
    return saving.scenario_for(person(request), public_id) if public_id else (current_visit(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Make a plan in the current workspace; `?scenario=` names the scenario that it is for."""
    came, now = current_visit(request, Role.EDITOR), timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = NewPlanForm(came.workspace, sent, initial=_offered(came, request.GET, now))
    if form.is_valid():
        said = form.cleaned_data
        scenario = saving.revision_of(said["scenario"]) if said["scenario"] else None
        wish = beginning.Wish(
            said["name"],
            said["note"],
            scenario,
            said["template"],
            template_for(came.workspace, said["template"]),
            tuple(said["days_off"]),
            said["start_on"],
        )
        return redirect("planner:plan", beginning.make(came, wish, now).public_id)
    context = {"visit": came, "form": form}
    return render(request, "planner/new.html", context, status=422 if form.is_bound else 200)


@sent_from("scenarios:scenario", "public_id")
def of_scenario(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make the plan of a scenario by one click: of the four weeks, from today on."""
    came, scenario = saving.scenario_for(person(request), public_id, Role.EDITOR)
    steps = TEMPLATES[OF_A_SCENARIO]
    revision = saving.revision_of(scenario)
    wish = beginning.Wish(scenario.name, scenario=revision, template=OF_A_SCENARIO, to_do=steps)
    return redirect("planner:plan", beginning.make(came, wish, timezone.now()).public_id)


def _offered(came: Visit, asked: QueryDict, now: dt.datetime) -> dict[str, Any]:
    """What the form begins with."""
    public_id = asked.get("scenario", "")
    offered: dict[str, Any] = {"start_on": now.date(), "template": asked.get("template", "")}
    if public_id:
        scenario = saving.scenario_in(came, public_id)
        offered |= {"scenario": scenario.public_id, "name": scenario.name}
    return offered


@require_safe
@of_plan(Role.VIEWER)
def plan(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """A plan as it stands."""
    return plan_page(request, came, plan)


def plan_page(request: HttpRequest, came: Visit, plan: Plan, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a plan; `more` is what went wrong with a command, or a form that holds a mistake."""
    context = {
        "visit": came,
        "plan": plan,
        "state": plan.state,
        "can_edit": came.may(Role.EDITOR),
        **sections(plan, came, timezone.now(), more, whole=request.GET.get("log") == "all"),
        **more,
    }
    return render(request, "planner/plan.html", context, status=status)


@sent_from("planner:plan", "plan_id")
@of_plan(Role.EDITOR)
def command(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Do what a form of the page says."""
    return as_sent(request, came, plan)


def as_sent(
    request: HttpRequest, came: Visit, plan: Plan, page: Page = plan_page, then: str = "planner:plan"
) -> HttpResponse:
    """Do the command that a form's fields make, and lead to `then`; the `page` says what is wrong with it."""
    said = {name: text for name, text in request.POST.items() if name not in OF_THE_FORM}
    try:
        asked = COMMANDS.validate_python(said)
    except ValidationError as error:
        return page(request, came, plan, 422, faults=error.errors(include_url=False), said=said)
    return carried_out(request, came, plan, asked, page=page, then=then)


def carried_out(
    request: HttpRequest,
    came: Visit,
    plan: Plan,
    asked: Command,
    again: Callable[[str], HttpResponse] | None = None,
    *,
    page: Page = plan_page,
    then: str = "planner:plan",
) -> HttpResponse:
    """Do a command, and lead to how the plan stands `then`: 409 on the `page` where somebody was quicker.

    `again` shows the form of a page of its own once more, with the reason why this may not be done.
    """
    try:
        plan = carrying.carry_out(came, plan, asked, timezone.now())
    except StaleError as stale:
        missed = late(request, came, stale, asked, timezone.now())
        return page(request, came, stale.plan, 409, late=missed, said=asked.model_dump())
    except Refused as refused:
        if again:
            return again(in_words(refused))
        return page(request, came, plan, 422, refused=in_words(refused), said=asked.model_dump())
    return HttpResponseRedirect(reverse(then, args=[plan.public_id]))
