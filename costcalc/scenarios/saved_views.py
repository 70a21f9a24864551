"""Pages of saved scenarios: the list, one scenario, what can be done with it, and several side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from costcalc.accounts.access import Visit, current_visit, current_workspace, person, visit
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace, personal_workspace
from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import OwnEntry, seen_by
from costcalc.engine import dollars
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios import saving
from costcalc.scenarios.comparing import Comparison, Version, assumptions
from costcalc.scenarios.editing import Editing, carrying
from costcalc.scenarios.fields import SIDES
from costcalc.scenarios.findings import Findings, full_name
from costcalc.scenarios.forms import AskForm, CommentForm, DecideForm, NewForm, RenameForm, ReviseForm, SeenForm
from costcalc.scenarios.ledger import Writer
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.saved import ARROW, Draft, Revision, SavedScenario, StaleError, UnreadableError, draft
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.standing import Standing
from costcalc.scenarios.talking import Approval

PAGE = 50
LONGEST_SEARCH = 100
COLUMNS = "abcdef"
View = Callable[..., HttpResponse]


def of_scenario(needed: Role) -> Callable[[View], View]:
    """For views under `/scenarios/<id>/`: the view gets a Visit and the scenario in place of the id."""

    def decorated(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, public_id: str, **rest: object) -> HttpResponse:
            came, scenario = saving.scenario_for(person(request), public_id, needed)
            return view(request, came, scenario, **rest)

        return checked

    return decorated


@require_safe
@login_required
def scenarios(request: HttpRequest) -> HttpResponse:
    """What the current workspace keeps, latest first; the archived ones where they are asked for."""
    came, held, write = current_visit(request), catalogue(), formatter_for()
    words, archived = request.GET.get("q", "")[:LONGEST_SEARCH].strip(), request.GET.get("archived") == "1"
    found = SavedScenario.objects.of(came.workspace).matching(words)
    kept = found.filter(archived_at__isnull=not archived).select_related("workspace")
    number = _page_number(request)
    shown = list(kept[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "visit": came,
        "rows": _rows(shown[:PAGE], Standing(held, write, timezone.now().date()), write),
        "q": words,
        "archived": archived,
        "number": number,
        "more": len(shown) > PAGE,
        "any": bool(shown) or SavedScenario.objects.of(came.workspace).exists(),
        "can_edit": came.may(Role.EDITOR),
        "catalogue": held,
    }
    return render(request, "scenarios/saved/list.html", context)


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
        scenario = saving.save(came, said, form.cleaned_data["name"], now, form.cleaned_data["note"])
        return redirect("scenarios:scenario", scenario.public_id)
    context = {"form": form, "query": said.query, **_ledger(said.result, held, now.date())}
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


@require_safe
@of_scenario(Role.VIEWER)
def scenario(request: HttpRequest, came: Visit, scenario: SavedScenario, number: int | None = None) -> HttpResponse:
    """A revision, by default the current one: its ledger, what was assumed, the talk, and what can be done."""
    return scenario_page(request, came, saving.revision_of(scenario, number))


def scenario_page(
    request: HttpRequest, came: Visit, revision: Revision, status: int = 200, **changes: Any
) -> HttpResponse:
    """The page of a scenario; `changes` replace forms that hold a mistake."""
    held, today, write = catalogue(), timezone.now().date(), formatter_for()
    scenario = revision.scenario
    context: dict[str, Any] = {
        "visit": came,
        "scenario": scenario,
        "revision": revision,
        # A shutdown is among the ledger's own findings.
        "notices": [n for n in Standing(held, write, today).notices(revision) if n.code != "shutdown"],
        "revisions": [_revision(row, write) for row in scenario.revisions.select_related("author", "scenario")],
        "comments": scenario.comments.select_related("author"),
        "approvals": _approvals(came, scenario),
        "comment_form": CommentForm(prefix="comment"),
        "ask_form": AskForm(revision),
        "seen_form": SeenForm(initial={"revision": scenario.revision}),
        "may": {"edit": came.may(Role.EDITOR), "delete": came.may(Role.OWNER)},
        "in_calculator": calculator_address(revision),
        **answer(revision, held, today, write),
        **changes,
    }
    return render(request, "scenarios/saved/scenario.html", context, status=status)


def answer(revision: Revision, held: Catalogue, today: dt.date, write: Formatter) -> dict[str, Any]:
    """The ledger of a revision and what it assumes; without one where the product no longer reads it."""
    try:
        result = revision.computed(held)
    except UnreadableError:
        return {"ledger": None, "assumed": (), "catalogue": held}
    return {**_ledger(result, held, today), "assumed": assumptions(revision.reading(held), write), "catalogue": held}


def calculator_address(revision: Revision) -> str:
    """The calculator with this revision open in it, so that saving there makes the next one."""
    editing = Editing(revision.scenario, revision.scenario.revision)
    return f"{reverse('scenarios:calculator')}?{carrying(revision.query, editing)}"


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
    versions = [version(current, held), _unsaved(_("Not saved yet"), said)]
    return _compared(request, "revise", came, scenario, versions, 422 if form.is_bound else 200, **context)


def _too_late(
    request: HttpRequest, came: Visit, scenario: SavedScenario, form: ReviseForm, said: Draft
) -> HttpResponse:
    """409: what the change began from, what somebody else has saved meanwhile, and what would have been saved."""
    held = catalogue()
    begun = form["revision"].value()
    numbers = scenario.revisions.values_list("number", flat=True)
    current = saving.revision_of(SavedScenario.objects.select_related("workspace").get(pk=scenario.pk))
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
    versions.append(_unsaved(_("Yours, not saved"), said))
    return _compared(request, "conflict", came, current.scenario, versions, 409, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.EDITOR)
def reprice(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """The current revision at today's prices, line by line; a POST accepts them as the next revision."""
    held, now = catalogue(), timezone.now()
    current = saving.revision_of(scenario)
    try:
        said = saving.repriced(current, now.date(), held, _("Re-priced."))
    except UnreadableError:
        return _to_calculator(current.query)
    form = SeenForm(request.POST if request.method == "POST" else None, initial={"revision": current.number})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            saving.reprice(came, scenario, form.cleaned_data["revision"], said, now)
        except StaleError:
            form, status = SeenForm(initial={"revision": current.number}), 409
        else:
            return redirect("scenarios:scenario", scenario.public_id)
    versions = [version(current, held), _unsaved(_("At today’s prices"), said)]
    return _compared(request, "reprice", came, scenario, versions, status, form=form, stale=status == 409)


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


@require_safe
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """Two to six revisions side by side: `?a=<id>.<n>&b=<id>.<n>`; without a number the current one."""
    held, user = catalogue(), person(request)
    asked = [text for name in COLUMNS for text in request.GET.getlist(name)][: len(COLUMNS)]
    asked += request.GET.getlist("of")[: len(COLUMNS) - len(asked)]
    versions = []
    for text in asked:
        public_id, _dot, number = text.partition(".")
        _came, scenario = saving.scenario_for(user, public_id)
        if number and not (number.isascii() and number.isdigit() and len(number) < 9):
            raise Http404
        versions.append(version(saving.revision_of(scenario, int(number) if number else None), held, named=True))
    groups = Comparison(versions, formatter_for()).groups() if len(versions) > 1 else []
    context = {"versions": versions, "groups": groups, "catalogue": held}
    return render(request, "scenarios/saved/compare.html", context, status=200 if groups else 422)


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


def _unsaved(title: str, said: Draft) -> Version:
    day = formatter_for().day(said.result.scenario.day)
    return Version(title, day, said.reading, said.result)


def _compared(
    request: HttpRequest,
    page: str,
    came: Visit,
    scenario: SavedScenario,
    versions: list[Version],
    status: int,
    **context: Any,
) -> HttpResponse:
    groups = Comparison(versions, formatter_for()).groups()
    differs = any(row.differs for group in groups for row in group.rows)
    context |= {"visit": came, "scenario": scenario, "versions": versions, "groups": groups, "differs": differs}
    return render(request, f"scenarios/saved/{page}.html", context, status=status)


def _draft(workspace: Workspace, query: str, now: dt.datetime, held: Catalogue) -> Draft | None:
    try:
        return draft(workspace, query, now.date(), held)
    except UnreadableError:
        return None


def _to_calculator(query: str) -> HttpResponse:
    """Where what is wrong with an address is marked at its fields."""
    return HttpResponseRedirect(f"{reverse('scenarios:calculator')}?{query}")


def _first_name(reading: Reading) -> str:
    """A name to begin with: both sides of the first workload."""
    sides = [reading.choices.get(side) for side in SIDES]
    return ARROW.join(full_name(c) if isinstance(c, Entry) else c.name or "…" for c in sides if c is not None)[:120]


def _ledger(result: Result, held: Catalogue, today: dt.date) -> dict[str, Any]:
    write = formatter_for()
    findings = Findings(result, held, write, today).all()
    return {"ledger": Writer(result, write, today).ledger(findings), "catalogue": held}


def _rows(shown: Iterable[SavedScenario], standing: Standing, write: Formatter) -> list[dict[str, Any]]:
    kept = {row.pk: row for row in shown}
    revisions = Revision.objects.filter(scenario__in=kept).select_related("author", "scenario__workspace")
    current = {row.scenario_id: row for row in revisions.prefetch_related("pins", "approvals") if row.is_current}
    return [
        {
            "scenario": scenario,
            "revision": current[pk],
            "saving": _saving(current[pk], write),
            "notices": standing.notices(current[pk]),
            "approved": any(a.decision == Approval.Decision.GIVEN for a in current[pk].approvals.all()),
        }
        for pk, scenario in kept.items()
    ]


def _revision(revision: Revision, write: Formatter) -> dict[str, Any]:
    return {"revision": revision, "saving": _saving(revision, write)}


def _saving(revision: Revision, write: Formatter) -> dict[str, str]:
    cents = revision.saving_cents
    if cents is None:
        return {"text": write.unknown, "kind": "unknown"}
    return {"text": write.money(dollars(cents)), "kind": "saves" if cents > 0 else "costs" if cents < 0 else ""}


def _approvals(came: Visit, scenario: SavedScenario) -> list[dict[str, Any]]:
    rows = Approval.objects.filter(revision__scenario=scenario).select_related(
        "revision__scenario", "asked_by", "asked_of"
    )
    return [
        {
            "approval": row,
            "mine": row.asked_of_id == came.user.pk and row.counts and row.decision == Approval.Decision.ASKED,
            "form": DecideForm(prefix=row.public_id),
        }
        for row in rows
    ]


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _address(name: str, scenario: SavedScenario) -> str:
    return reverse(f"scenarios:{name}", args=[scenario.public_id])
