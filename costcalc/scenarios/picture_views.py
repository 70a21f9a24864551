"""Charts of scenarios as pictures: of the calculator's address, of what is saved, of a link, of a comparison."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from costcalc.accounts.access import Visit
from costcalc.accounts.preferences import currency_of
from costcalc.accounts.roles import Role
from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import Lookup, seen_from, unnamed_in
from costcalc.charts import Chart
from costcalc.formatting import formatter_for
from costcalc.scenarios import saving, weights
from costcalc.scenarios.comparing_views import asked_versions, compared_chart
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.return_charts import ReturnCharts
from costcalc.scenarios.saved import Revision, SavedScenario, UnreadableError
from costcalc.scenarios.saved_views import of_scenario
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.shared_views import in_their_language, opened, private
from costcalc.scenarios.shown import shown_in
from costcalc.wire.pictures import picture, without_look
from costcalc.wire.rate_limit import rationed


@require_safe
@rationed(weights.pictured)
def unsaved(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """A chart of the scenario that the address holds. Raises Http404 for one that cannot be computed."""
    held = catalogue()
    reading = read(without_look(request.GET), held, seen_from(request))
    scenario = reading.built(timezone.now().date(), rates_for(request, held))
    if scenario is None:
        raise Http404
    return picture(request, _named(request, chart, scenario.computed(), reading), kind)


@require_safe
@rationed(weights.saved)
@of_scenario(Role.VIEWER)
def saved(
    request: HttpRequest, came: Visit, scenario: SavedScenario, chart: str, kind: str, number: int
) -> HttpResponse:
    """A chart of a revision, for whoever may read it."""
    return picture(request, _of(request, saving.revision_of(scenario, number), chart), kind)


@require_safe
@rationed(weights.saved)
@never_cache
def shared(request: HttpRequest, link: str, chart: str, kind: str) -> HttpResponse:
    """A chart of what a link shows, for whoever holds it."""
    revision = opened(link, timezone.now()).revision
    with in_their_language(request):
        found = _of(request, revision, chart, unnamed_in(revision.scenario.workspace))
        return private(picture(request, found, kind))


@require_safe
@rationed(weights.saved)
@login_required
def compared(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """A chart of several revisions side by side."""
    versions = asked_versions(request)
    return picture(request, compared_chart(request, versions) if chart == "cash" else None, kind)


def _named(request: HttpRequest, chart: str, result: Result, reading: Reading) -> Chart | None:
    """The chart, its sums in the currency of whoever looks."""
    scenario = result.scenario
    shown = shown_in(currency_of(request), scenario.rates, scenario.day, formatter_for())
    return ReturnCharts(result, reading, shown.write).named(chart)


def _of(request: HttpRequest, revision: Revision, chart: str, own: Lookup | None = None) -> Chart | None:
    try:
        said = revision.again(catalogue(), own)
    except UnreadableError:
        return None
    return _named(request, chart, said.result, said.reading)
