"""The page of a plan's keys. A typed key lives as long as its request, in memory alone."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.wire.rate_limit import rationed
from migrations_app import mistake_words
from migrations_app.keys import shown as keys_shown
from migrations_app.keys.acts import acts
from migrations_app.keys.fingerprints import print_of, salt_for
from migrations_app.keys.forms import NewKeyForm, TrialForm
from migrations_app.keys.trying import WEIGHT, key_of, try_out
from migrations_app.plans import Plan
from migrations_app.refusal_words import in_words
from migrations_app.rules import overlap
from migrations_app.rules.happening import Refused
from migrations_app.rules.keys import Print
from migrations_app.views import COMMANDS, as_sent, carried_out, of_plan

PAGE: Final = "planner:keys"


@require_safe
@of_plan(Role.VIEWER)
def keys(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Every key of a plan, and what can be done with it."""
    return keys_page(request, came, plan)


def keys_page(request: HttpRequest, came: Visit, plan: Plan, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a plan's keys; `more` is what went wrong, and what was sent."""
    state, now = plan.state, timezone.now()
    sent, faults, trials = more.get("said", {}), more.get("faults", []), more.pop("trials", {})
    rows = [
        (row, acts(state, row.key, now, sent, faults), trials.get(row.key.id) or TrialForm(row.key))
        for row in keys_shown.rows(state, now)
    ]
    context = {
        "visit": came,
        "plan": plan,
        "state": state,
        "rows": rows,
        "reminders": keys_shown.reminders(state, now),
        "least": overlap.least_until(state, None, now),
        "has_canary": not overlap.keys_alone(state),
        "can_edit": came.may(Role.EDITOR) and not state.about.archived,
        "open": sent.get("key", ""),
        "form": NewKeyForm(state.keys, initial={"revision": plan.revision}),
        "fault_words": [mistake_words.in_words(fault) for fault in faults if not sent.get("key")],
        **more,
    }
    return render(request, "planner/keys.html", context, status=status)


@sent_from(PAGE, "plan_id")
@of_plan(Role.EDITOR)
def command(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Do what a form of the page says."""
    return as_sent(request, came, plan, keys_page, PAGE)


@sent_from(PAGE, "plan_id", anchor="#new", but=("secret",))
@sensitive_post_parameters("secret")
@sensitive_variables("said")
@never_cache
@of_plan(Role.EDITOR)
def new(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """List a key. Of what was typed, its print is kept."""
    form = NewKeyForm(plan.state.keys, request.POST)
    if not form.is_valid():
        return keys_page(request, came, plan, 422, form=form)
    said = form.cleaned_data
    known = print_of(said["secret"], salt_for(plan.state.keys)) if said["secret"] else Print(last=said["last"])
    asked = {name: said[name] for name in ("revision", "provider", "environment", "note", "expires_on")}
    asked |= {"command": "add_key"} if said["in_use"] else {"command": "create_key", "replaces": said["replaces"]}
    try:
        wanted = COMMANDS.validate_python({**asked, "print": known})
    except ValidationError as error:
        return keys_page(request, came, plan, 422, form=form, faults=error.errors(include_url=False))
    return carried_out(request, came, plan, wanted, page=keys_page, then=PAGE)


@sent_from(PAGE, "plan_id", but=("secret",))
@sensitive_post_parameters("secret")
@rationed(lambda request: WEIGHT if request.method == "POST" else 0)
@never_cache
@of_plan(Role.EDITOR)
def test(request: HttpRequest, came: Visit, plan: Plan, key_id: str) -> HttpResponse:
    """Make a real call with a key that was typed for it."""
    form = TrialForm(key_of(plan, key_id), request.POST)
    if not form.is_valid():
        return keys_page(request, came, plan, 422, trials={key_id: form}, open=key_id)
    said = form.cleaned_data
    try:
        try_out(came, plan, key_id, form.endpoint, said["model"], said["secret"])
    except Refused as refused:
        return keys_page(request, came, plan, 422, refused=in_words(refused), open=key_id)
    return HttpResponseRedirect(f"{reverse(PAGE, args=[plan.public_id])}#{key_id}")
