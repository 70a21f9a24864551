"""Several revisions, or one and what is not saved yet, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from costcalc.accounts.access import Visit, person
from costcalc.accounts.preferences import currency_of
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.charts import Chart
from costcalc.formatting import formatter_for
from costcalc.scenarios import saving, weights
from costcalc.scenarios.cash_chart import cash_compared
from costcalc.scenarios.comparing import Comparison, Version
from costcalc.scenarios.return_charts import Place
from costcalc.scenarios.saved import Draft, Revision, SavedScenario, UnreadableError
from costcalc.scenarios.shown import Shown, shown_in
from costcalc.wire.rate_limit import rationed

COLUMNS = "abcdef"


@require_safe
@rationed(weights.saved)
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """Two to six revisions side by side: `?a=<id>.<n>&b=<id>.<n>`; without a number the current one."""
    too_many, versions = len(_asked(request)) > len(COLUMNS), asked_versions(request)
    context: dict[str, Any] = {"versions": versions, "catalogue": catalogue(), "too_many": too_many}
    context |= _columns(request, versions) if len(versions) > 1 else {"groups": []}
    context["chart"] = Place(f"{request.path}charts/", request.GET.urlencode()).framed(
        compared_chart(request, versions)
    )
    return render(request, "scenarios/saved/compare.html", context, status=200 if context["groups"] else 422)


def asked_versions(request: HttpRequest) -> list[Version]:
    """The revisions that an address asks for; none where they are too many. Raises Http404 for another's."""
    held, user, asked, versions = catalogue(), person(request), _asked(request), []
    for public_id, number in () if len(asked) > len(COLUMNS) else asked:
        _came, scenario = saving.scenario_for(user, public_id)
        versions.append(version(saving.revision_of(scenario, number), held, named=True))
    return versions


def compared_chart(request: HttpRequest, versions: Sequence[Version]) -> Chart | None:
    """Cumulative cash of several versions; None where fewer than two of them are known whole."""
    if len(versions) < 2:
        return None
    write = _shown(request, versions).write
    return cash_compared([(version.title, version.result.returned) for version in versions], write)


def _asked(request: HttpRequest) -> list[tuple[str, int | None]]:
    asked = [_numbered(text) for name in COLUMNS for text in request.GET.getlist(name)]
    # Ticked in a list that has the latest first: the earliest is what the others are measured against.
    return asked + sorted(map(_numbered, request.GET.getlist("of")), key=lambda one: one[1] or 0)


def _numbered(text: str) -> tuple[str, int | None]:
    """A scenario's id, and which revision of it; None for the current one. Raises Http404 for what is no number."""
    public_id, dot, number = text.partition(".")
    if dot and not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Http404
    return public_id, int(number) if number else None


def version(revision: Revision, held: Catalogue, *, named: bool = False) -> Version:
    """A revision as a column. Raises Http404 where the product no longer reads it."""
    write, number = formatter_for(), _("revision %(number)s") % {"number": revision.number}
    address = reverse("scenarios:revision", args=[revision.scenario.public_id, revision.number])
    try:
        result = revision.computed(held)
    except UnreadableError:
        raise Http404 from None
    title = revision.scenario.name if named else number[:1].upper() + number[1:]
    note = f"{number}, {write.day(revision.day)}" if named else write.day(revision.day)
    return Version(title, note, revision.reading(held), result, address)


def unsaved(title: str, said: Draft) -> Version:
    """What is not saved yet as a column."""
    day = formatter_for().day(said.result.scenario.day)
    return Version(title, day, said.reading, said.result)


def compared(
    request: HttpRequest,
    page: str,
    came: Visit,
    scenario: SavedScenario,
    versions: list[Version],
    status: int,
    **context: Any,
) -> HttpResponse:
    """A page of a scenario with columns on it."""
    context |= {"visit": came, "scenario": scenario, "versions": versions, **_columns(request, versions)}
    context["differs"] = any(row.differs for group in context["groups"] for row in group.rows)
    return render(request, f"scenarios/saved/{page}.html", context, status=status)


def _columns(request: HttpRequest, versions: Sequence[Version]) -> dict[str, Any]:
    """What stands side by side, in one currency at one rate."""
    shown = _shown(request, versions)
    return {"groups": Comparison(versions, shown.write).groups(), "in_currency": shown.note}


def _shown(request: HttpRequest, versions: Sequence[Version]) -> Shown:
    """In which currency, at which rate: that of the column which the others are measured against.

    At a rate each, two sums that are the same would look different.
    """
    first = versions[0].result.scenario
    return shown_in(currency_of(request), first.rates, first.day, formatter_for())
