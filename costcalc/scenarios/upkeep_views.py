"""Pages of what is done to a saved scenario as a whole: renamed, duplicated, archived, deleted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from costcalc.catalog.index import catalogue
from costcalc.scenarios import saving
from costcalc.scenarios.forms import RenameForm, SeenForm
from costcalc.scenarios.saved import SavedScenario, StaleError
from costcalc.scenarios.saved_views import of_scenario


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.EDITOR)
def rename(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Another name or note. 409 with those that stand now where somebody has changed them meanwhile."""
    now = {"name": scenario.name, "note": scenario.note, "old_name": scenario.name, "old_note": scenario.note}
    form = RenameForm(request.POST if request.method == "POST" else None, initial=now)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        typed = form.cleaned_data
        read_as = (typed["old_name"], typed["old_note"])
        if read_as == (scenario.name, scenario.note) and _renamed(came, scenario, typed["name"], typed["note"]):
            return redirect("scenarios:scenario", scenario.public_id)
        scenario.refresh_from_db()
        stands = {**now, "old_name": scenario.name, "old_note": scenario.note}
        form, status = RenameForm(initial={**stands, "name": typed["name"], "note": typed["note"]}), 409
    context = {"visit": came, "scenario": scenario, "form": form, "stale": status == 409}
    return render(request, "scenarios/saved/rename.html", context, status=status)


def _renamed(came: Visit, scenario: SavedScenario, name: str, note: str) -> bool:
    try:
        saving.rename(came, scenario, name, note)
    except StaleError:
        return False
    return True


@require_POST
@of_scenario(Role.EDITOR)
def duplicate(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """A scenario of its own that begins with the current revision."""
    name = (_("Copy of %(name)s") % {"name": scenario.name})[:120]
    copy = saving.duplicate(came, saving.revision_of(scenario), name, catalogue(), timezone.now())
    return redirect("scenarios:rename", copy.public_id)


@require_POST
@of_scenario(Role.EDITOR)
def archive(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Put it away, or take it out again (`archived=0`)."""
    saving.archive(came, scenario, None if request.POST.get("archived") == "0" else timezone.now())
    return redirect("scenarios:scenario", scenario.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.OWNER)
def delete(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Ask whether it shall go with all that belongs to it; a POST deletes it."""
    form = SeenForm(request.POST if request.method == "POST" else None, initial={"revision": scenario.revision})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            saving.delete(came, scenario, form.cleaned_data["revision"])
        except StaleError:
            form, status = SeenForm(initial={"revision": scenario.revision}), 409
        else:
            return redirect("scenarios:scenarios")
    context = {"visit": came, "scenario": scenario, "form": form, "stale": status == 409}
    return render(request, "scenarios/saved/delete.html", context, status=status)
