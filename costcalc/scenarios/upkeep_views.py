"""Pages of what is done to a saved scenario as a whole: renamed, duplicated, archived, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import CURRENT, Visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.catalog.index import catalogue
from costcalc.scenarios import saving
from costcalc.scenarios.forms import ArchiveForm, EditionForm, RenameForm, SeenForm
from costcalc.scenarios.saved import SavedScenario, StaleError, UnreadableError
from costcalc.scenarios.saved_views import again, of_scenario, scenario_page


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.EDITOR)
def rename(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Another name or note. 409 with those that stand now where somebody has changed them meanwhile."""
    stands = {name: getattr(scenario, name) for name in ("name", "note", "edition")}
    form = RenameForm(request.POST if request.method == "POST" else None, initial=stands)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        typed = form.cleaned_data
        try:
            saving.rename(came, scenario, typed["edition"], typed["name"], typed["note"])
        except StaleError:
            scenario = again(scenario)
            form, status = RenameForm(initial={**typed, "edition": scenario.edition}), 409
        else:
            return redirect("scenarios:scenario", scenario.public_id)
    context = {"visit": came, "scenario": scenario, "form": form, "stale": status == 409}
    return render(request, "scenarios/saved/rename.html", context, status=status)


@sent_from("scenarios:scenario", "public_id", anchor="#more")
@of_scenario(Role.EDITOR)
def duplicate(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """A scenario of its own that begins with the revision that was looked at."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        return scenario_page(request, came, saving.revision_of(scenario), 422, too_late=_("Nothing was changed."))
    name = (_("Copy of %(name)s") % {"name": scenario.name})[:120]
    revision = saving.revision_of(scenario, form.cleaned_data["revision"])
    try:
        copy = saving.duplicate(came, revision, name, catalogue(), timezone.now())
    except UnreadableError:
        return scenario_page(request, came, revision, 409)
    return redirect("scenarios:rename", copy.public_id)


@sent_from("scenarios:scenario", "public_id", anchor="#more")
@of_scenario(Role.EDITOR)
def archive(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Put it away, or take it out again (`archived=0`). 409 where it is not what was looked at any more."""
    form = ArchiveForm(request.POST)
    if not form.is_valid():
        return scenario_page(request, came, saving.revision_of(scenario), 422, too_late=_("Nothing was changed."))
    said = form.cleaned_data
    try:
        saving.archive(came, scenario, said["edition"], timezone.now() if said["archived"] else None)
    except StaleError:
        late = _("Somebody has changed this scenario meanwhile. Nothing was changed.")
        return scenario_page(request, came, saving.revision_of(again(scenario)), 409, too_late=late)
    return redirect("scenarios:scenario", scenario.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.OWNER)
def delete(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Ask whether it shall go with all that belongs to it; a POST deletes it."""
    form = EditionForm(request.POST if request.method == "POST" else None, initial={"edition": scenario.edition})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            saving.delete(came, scenario, form.cleaned_data["edition"])
        except StaleError:
            scenario = again(scenario)
            form, status = EditionForm(initial={"edition": scenario.edition}), 409
        else:
            # The list is of the workspace that one works in: the one that this was in, not another's.
            request.session[CURRENT] = came.workspace.public_id
            messages.success(request, _("“%(scenario)s” is deleted.") % {"scenario": scenario.name})
            return redirect("scenarios:scenarios")
    context = {"visit": came, "scenario": scenario, "form": form, "stale": status == 409}
    return render(request, "scenarios/saved/delete.html", context, status=status)
