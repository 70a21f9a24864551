"""Pages of saved scenarios: the list, and one scenario with its revisions and what was said about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from costcalc.accounts.access import Visit, current_visit, person, typed_before
from costcalc.accounts.preferences import asked_currency, currency_of
from costcalc.accounts.roles import Role
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import Lookup, OwnEntry
from costcalc.engine import dollars
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios import address, saving, weights
from costcalc.scenarios.assumptions import assumptions
from costcalc.scenarios.editing import Editing, carrying
from costcalc.scenarios.fields import SIDES
from costcalc.scenarios.findings import Findings
from costcalc.scenarios.forms import AskForm, CommentForm, DecideForm, SeenForm
from costcalc.scenarios.ledger import Writer
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_charts import Place, ReturnCharts
from costcalc.scenarios.return_shown import ReturnWriter
from costcalc.scenarios.saved import REPRICED, Draft, Revision, SavedScenario, UnreadableError
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.shown import shown_in
from costcalc.scenarios.standing import Standing
from costcalc.scenarios.summaries import as_typed
from costcalc.scenarios.talking import Approval
from costcalc.wire.addresses import whole_address
from costcalc.wire.paging import page_number
from costcalc.wire.rate_limit import rationed

PAGE = 50
LONGEST_SEARCH = 100
View = Callable[..., HttpResponseBase]


def of_scenario(needed: Role) -> Callable[[View], View]:
    """For views under `/scenarios/<id>/`: the view gets a Visit and the scenario in place of the id."""

    def decorated(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, public_id: str, **rest: object) -> HttpResponseBase:
            came, scenario = saving.scenario_for(person(request), public_id, needed)
            return view(request, came, scenario, **rest)

        return checked

    return decorated


@require_safe
@login_required
def scenarios(request: HttpRequest) -> HttpResponse:
    """What the current workspace keeps, latest first; the archived ones where they are asked for."""
    came, held, write, today = current_visit(request), catalogue(), formatter_for(), timezone.now().date()
    # Rows are of many days: what they come to in the reader's currency is said at one rate, today's.
    in_which = shown_in(currency_of(request), rates_in(came.workspace, held.rates), today, write)
    words, archived = request.GET.get("q", "")[:LONGEST_SEARCH].strip(), request.GET.get("archived") == "1"
    found = SavedScenario.objects.of(came.workspace).matching(words)
    kept = found.filter(archived_at__isnull=not archived).select_related("workspace")
    number = page_number(request)
    shown = list(kept[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "visit": came,
        "rows": _rows(came, shown[:PAGE], Standing(held, write, today), in_which.write),
        "in_currency": in_which.note,
        "q": words,
        "archived": archived,
        "number": number,
        "more": len(shown) > PAGE,
        "any": bool(shown) or SavedScenario.objects.of(came.workspace).exists(),
        "can_edit": came.may(Role.EDITOR),
        "catalogue": held,
    }
    return render(request, "scenarios/saved/list.html", context)


@require_safe
@rationed(weights.saved)
@of_scenario(Role.VIEWER)
def scenario(request: HttpRequest, came: Visit, scenario: SavedScenario, number: int | None = None) -> HttpResponse:
    """A revision, by default the current one: its ledger, what was assumed, the talk, and what can be done."""
    return scenario_page(request, came, saving.revision_of(scenario, number))


def again(scenario: SavedScenario) -> SavedScenario:
    """A scenario as it stands now, after somebody was quicker. Raises Http404 where it is gone."""
    found: SavedScenario = get_object_or_404(SavedScenario.objects.select_related("workspace"), pk=scenario.pk)
    return found


def scenario_page(
    request: HttpRequest, came: Visit, revision: Revision, status: int = 200, **changes: Any
) -> HttpResponse:
    """The page of a scenario; `changes` replace forms that hold a mistake."""
    held, today, write = catalogue(), timezone.now().date(), formatter_for()
    scenario, typed, currency = revision.scenario, typed_before(request), currency_of(request)
    in_which = shown_in(currency, revision.rates(), revision.day, write)
    revisions = scenario.revisions.select_related("author", "scenario")
    context: dict[str, Any] = {
        "visit": came,
        "scenario": scenario,
        "revision": worded(revision),
        "notices": Standing(held, write, today).notices(revision),
        "revisions": [_revision(row, in_which.write) for row in revisions],
        "comments": scenario.comments.select_related("author"),
        "approvals": _approvals(came, scenario, changes.get("decide_form"), typed),
        "comment_form": CommentForm(prefix="comment", initial={"text": typed.get("comment-text", "")}),
        "ask_form": AskForm(revision),
        "seen_form": SeenForm(initial={"revision": scenario.revision}),
        "may": {"edit": came.may(Role.EDITOR), "delete": came.may(Role.OWNER)},
        "in_calculator": calculator_address(revision),
        "address": whole_address(request, reverse("scenarios:revision", args=[scenario.public_id, revision.number])),
        **answer(revision, held, today, _pictures(request, revision), currency),
        **changes,
    }
    return render(request, "scenarios/saved/scenario.html", context, status=status)


def answer(
    revision: Revision,
    held: Catalogue,
    today: dt.date,
    pictures: Place,
    currency: str,
    own: Lookup | None = None,
) -> dict[str, Any]:
    """The ledger of a revision and what it assumes; without one where the product no longer reads it.

    `own` gives its own prices as the reader may see them; by default as the workspace does. `pictures` is where those
    of its charts are found.
    """
    try:
        said = revision.again(held, own)
    except UnreadableError:
        return {"ledger": None, "assumed": (), "catalogue": held}
    shown = {"assumed": assumptions(said.reading, formatter_for()), "copy": copy_of(said.reading, said.result)}
    return {**ledger_of(said, held, today, pictures, currency), **shown}


def _pictures(request: HttpRequest, revision: Revision) -> Place:
    address = reverse("scenarios:revision", args=[revision.scenario.public_id, revision.number])
    return Place(f"{address}charts/", currency=asked_currency(request))


def copy_of(reading: Reading, result: Result) -> str:
    """The query of a copy for whoever may read the figures: own prices are typed in it, for others cannot see them."""
    workloads = [dict(values) for values in reading.workloads]
    for index, offers in enumerate(result.offers):
        for side, offer in zip(SIDES, offers, strict=True):
            if isinstance(offer.choice, OwnEntry):
                name = offer.choice.unnamed().name
                workloads[index] |= as_typed(side, offer.sheet, result.scenario.day, name)
    return address.query(workloads, reading.scenario)


def calculator_address(revision: Revision) -> str:
    """The calculator with this revision open in it, so that saving there makes the next one."""
    editing = Editing(revision.scenario, revision.scenario.revision)
    return f"{reverse('scenarios:calculator')}?{carrying(revision.query, editing)}"


def ledger_of(said: Draft, held: Catalogue, today: dt.date, pictures: Place, currency: str) -> dict[str, Any]:
    """What the templates of the ledger and of the return show of an answer, its sums in a currency."""
    result, scenario = said.result, said.result.scenario
    shown = shown_in(currency, scenario.rates, scenario.day, formatter_for())
    charts = ReturnCharts(result, said.reading, shown.write)
    findings = Findings(result, held, shown.write, today).all()
    return {
        "ledger": Writer(result, shown.write, today).ledger(findings),
        "in_currency": shown.note,
        "returned": ReturnWriter(result, said.reading, shown.write).shown(),
        "charts": charts.framed(pictures),
        "catalogue": held,
    }


def _rows(came: Visit, shown: Iterable[SavedScenario], standing: Standing, write: Formatter) -> list[dict[str, Any]]:
    kept = {row.pk: row for row in shown}
    revisions = Revision.objects.filter(scenario__in=kept).select_related("author", "scenario__workspace")
    current = {
        row.scenario_id: row
        for row in revisions.prefetch_related("pins", "rate_pins__rate", "approvals__asked_of")
        if row.is_current
    }
    return [
        {
            "scenario": scenario,
            "revision": current[pk],
            "saving": _saving(current[pk], write),
            "notices": standing.notices(current[pk]),
            **_asked(came, current[pk]),
        }
        for pk, scenario in kept.items()
        # Somebody may have deleted one since the list was read.
        if pk in current
    ]


def _asked(came: Visit, revision: Revision) -> dict[str, Any]:
    """Whether it is approved, and of whom that is still asked: of the reader, first of all."""
    approvals = revision.approvals.all()
    waiting = [a.asked_of for a in approvals if a.decision == Approval.Decision.ASKED and a.asked_of is not None]
    return {
        "approved": any(a.decision == Approval.Decision.GIVEN for a in approvals),
        "asks_me": came.user in waiting,
        "asked": waiting,
    }


def _revision(revision: Revision, write: Formatter) -> dict[str, Any]:
    return {"revision": worded(revision), "saving": _saving(revision, write)}


def worded(revision: Revision) -> Revision:
    """The revision to be shown: what the product itself noted of it, in the reader's language."""
    if revision.comment == REPRICED:
        revision.comment = _("Re-priced.")
    return revision


def _saving(revision: Revision, write: Formatter) -> dict[str, str]:
    cents = revision.saving_cents
    if cents is None:
        return {"text": write.unknown, "kind": "unknown"}
    return {"text": write.money(dollars(cents)), "kind": "saves" if cents > 0 else "costs" if cents < 0 else ""}


def _approvals(
    came: Visit, scenario: SavedScenario, sent: DecideForm | None, typed: dict[str, str]
) -> list[dict[str, Any]]:
    rows = Approval.objects.filter(revision__scenario=scenario).select_related(
        "revision__scenario", "asked_by", "asked_of"
    )
    return [
        {
            "approval": row,
            "mine": row.asked_of_id == came.user.pk and row.counts and row.decision == Approval.Decision.ASKED,
            "form": sent if sent and sent.prefix == row.public_id else _decide_form(row.public_id, typed),
        }
        for row in rows
    ]


def _decide_form(approval: str, typed: dict[str, str]) -> DecideForm:
    return DecideForm(prefix=approval, initial={"words": typed.get(f"{approval}-words", "")})
