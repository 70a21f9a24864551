"""Pages on which something is saved: a new scenario, the next revision, today's prices; and who comes too late."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import Visit, current_workspace, person, visit
from costcalc.accounts.preferences import asked_currency, currency_of
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace, personal_workspace
from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import OwnEntry, seen_by
from costcalc.scenarios import saving
from costcalc.scenarios.comparing_views import compared, unsaved, version
from costcalc.scenarios.editing import Editing, carrying
from costcalc.scenarios.fields import SIDES
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.forms import NewForm, RepriceForm, ReviseForm
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.return_charts import in_calculator
from costcalc.scenarios.saved import ARROW, REPRICED, Draft, SavedScenario, StaleError, UnreadableError, draft
from costcalc.scenarios.saved_views import again, ledger_of, of_scenario


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a name and keep what the address says, in one of the workspaces that the person may change."""
    user, held, now = person(request), catalogue(), timezone.now()
    sent, query = request.POST if request.method == "POST" else None, request.GET.urlencode()
    reading = read(request.GET, held, seen_by(user))
    place = _home_of(reading, request)
    form = NewForm(user, sent, initial={"name": _first_name(reading), "workspace": place})
    came = visit(user, form.cleaned_data["workspace"], Role.EDITOR) if form.is_valid() else None
    said = _draft(came.workspace if came else place, query, now, held)
    if said is None:
        return _to_calculator(query)
    if came is not None and _hidden(said.reading) != _hidden(reading):
        form.add_error("workspace", _("An own price of another workspace is part of this; here it would be unknown."))
    elif came is not None:
        scenario, is_new = saving.save_once(came, said, form.cleaned_data["name"], now, form.cleaned_data["note"])
        if not is_new:
            messages.info(request, _("You have saved exactly this already: here it is."))
        return redirect("scenarios:scenario", scenario.public_id)
    context = {
        "form": form,
        "query": said.query,
        **ledger_of(said, held, now.date(), in_calculator(said.query, asked_currency(request)), currency_of(request)),
    }
    return render(request, "scenarios/saved/new.html", context, status=422 if form.is_bound else 200)


def _home_of(reading: Reading, request: HttpRequest) -> Workspace:
    """Where a scenario belongs at first: where its own prices are, else where the person works, if they may save."""
    user, current = person(request), current_workspace(request)
    own = {c.workspace for c in reading.choices.values() if isinstance(c, OwnEntry) and c.is_visible}
    wanted = Workspace.objects.of(user).filter(public_id__in=own).first() or current
    role = wanted.role_of(user)
    return wanted if role is not None and role.covers(Role.EDITOR) else personal_workspace(user)


def _hidden(reading: Reading) -> set[str]:
    """The sides whose own price cannot be seen from there."""
    return {name for name, c in reading.choices.items() if isinstance(c, OwnEntry) and not c.is_visible}


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.EDITOR)
def revise(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """What the address says against the current revision; a POST makes it the next one."""
    held, now = catalogue(), timezone.now()
    query = request.GET.copy()
    seen = query.pop("revision", [""])[-1]
    query.pop("scenario", None)
    said = _draft(came.workspace, query.urlencode(), now, held)
    if said is None:
        return _to_calculator(request.GET.urlencode())
    form = ReviseForm(request.POST if request.method == "POST" else None, initial={"revision": seen})
    if form.is_valid():
        said = replace(said, comment=form.cleaned_data["comment"])
        try:
            saving.revise(came, scenario, form.cleaned_data["revision"], said, now)
        except StaleError:
            return _too_late(request, came, scenario, form, said)
        return redirect("scenarios:scenario", scenario.public_id)
    current = saving.revision_of(scenario)
    if not form.is_bound and seen != str(current.number):
        return _too_late(request, came, scenario, form, said)
    context = {"form": form, "action": f"{_address('revise', scenario)}?{said.query}"}
    versions = [version(current, held), unsaved(_("Not saved yet"), said)]
    return compared(request, "revise", came, scenario, versions, 422 if form.is_bound else 200, **context)


def _too_late(
    request: HttpRequest, came: Visit, scenario: SavedScenario, form: ReviseForm, said: Draft
) -> HttpResponse:
    """409: what the change began from, what somebody else has saved meanwhile, and what would have been saved."""
    held = catalogue()
    begun = form["revision"].value()
    numbers = scenario.revisions.values_list("number", flat=True)
    current = saving.revision_of(again(scenario))
    known = [saving.revision_of(scenario, n) for n in numbers if str(n) == str(begun) and n != current.number]
    versions = [*(version(revision, held) for revision in known), version(current, held)]
    fields = {"revision": current.number, "comment": form["comment"].value() or ""}
    context = {
        "form": ReviseForm(initial=fields),
        "action": f"{_address('revise', scenario)}?{said.query}",
        "current": current,
        "save_as": f"{reverse('scenarios:new')}?{said.query}",
        "open": f"{reverse('scenarios:calculator')}?{carrying(said.query, Editing(current.scenario, current.number))}",
    }
    versions.append(unsaved(_("Yours, not saved"), said))
    return compared(request, "conflict", came, current.scenario, versions, 409, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.EDITOR)
def reprice(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """The current revision at today's prices, line by line; a POST accepts them as the next revision."""
    form = RepriceForm(request.POST if request.method == "POST" else None)
    try:
        if form.is_valid() and _accepted(came, scenario, form):
            return redirect("scenarios:scenario", scenario.public_id)
        status = 409 if form.is_valid() else 422 if form.is_bound else 200
        return _repriced(request, came, again(scenario), status)
    except UnreadableError:
        return _to_calculator(saving.revision_of(scenario).query)


def _accepted(came: Visit, scenario: SavedScenario, form: RepriceForm) -> bool:
    """Whether the prices that were looked at are now those of a revision; False where others hold by now."""
    now = timezone.now()
    said = saving.repriced(saving.revision_of(scenario), now.date(), catalogue(), REPRICED)
    if form.cleaned_data["prices"] not in ("", said.fingerprint):
        return False
    try:
        saving.reprice(came, scenario, form.cleaned_data["revision"], said, now)
    except StaleError:
        return False
    return True


def _repriced(request: HttpRequest, came: Visit, scenario: SavedScenario, status: int) -> HttpResponse:
    held, current = catalogue(), saving.revision_of(scenario)
    said = saving.repriced(current, timezone.now().date(), held)
    form = RepriceForm(initial={"revision": current.number, "prices": said.fingerprint})
    versions = [version(current, held), unsaved(_("At today’s prices"), said)]
    return compared(request, "reprice", came, scenario, versions, status, form=form, stale=status == 409)


def _draft(workspace: Workspace, query: str, now: dt.datetime, held: Catalogue) -> Draft | None:
    try:
        return draft(workspace, query, now.date(), held)
    except UnreadableError:
        return None


def _to_calculator(query: str) -> HttpResponse:
    """Where what is wrong with an address is marked at its fields."""
    return HttpResponseRedirect(f"{reverse('scenarios:calculator')}?{query}")


def _first_name(reading: Reading) -> str:
    """A name to begin with: both sides of the first workload. Links show it, so an own price is not named in it."""
    sides = [reading.choices.get(side) for side in SIDES]
    shown = [choice.unnamed() if isinstance(choice, OwnEntry) else choice for choice in sides if choice is not None]
    return ARROW.join(full_name(c) if isinstance(c, Entry) else c.name or "…" for c in shown)[:120]


def _address(name: str, scenario: SavedScenario) -> str:
    return reverse(f"scenarios:{name}", args=[scenario.public_id])
