"""What people do to saved scenarios. Each act is one transaction, noted in the workspace's audit log.

The caller has checked who may do it. `seen` is the revision that a change of figures was decided on, and the
edition that any other change was: where somebody was quicker, StaleError is raised and nothing has happened.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404

from costcalc.accounts import links
from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import acting
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.catalog.index import Catalogue
from costcalc.scenarios import address
from costcalc.scenarios.saved import Draft, Revision, SavedScenario, StaleError, draft, recorded
from costcalc.scenarios.sharing import ShareLink
from costcalc.scenarios.talking import Approval, Comment, ask


def scenario_for(user: User, public_id: str, needed: Role = Role.VIEWER) -> tuple[Visit, SavedScenario]:
    """A scenario and the visit to its workspace. Raises Http404 for outsiders and where there is none alike."""
    found = SavedScenario.objects.select_related("workspace").filter(public_id=public_id).first()
    return visit(user, found.workspace if found else None, needed), _there(found)


def scenario_in(came: Visit, public_id: str) -> SavedScenario:
    """A scenario of the visited workspace. Raises Http404."""
    return _there(SavedScenario.objects.filter(workspace=came.workspace, public_id=public_id).first())


def revision_of(scenario: SavedScenario, number: int | None = None) -> Revision:
    """A revision by its number, by default the current one. Raises Http404."""
    revisions = scenario.revisions.select_related("author", "scenario").prefetch_related("pins", "rate_pins__rate")
    found = revisions.filter(number=number or scenario.revision).first()
    if found is None:
        raise Http404
    return found


def save(came: Visit, said: Draft, name: str, now: dt.datetime, note: str = "") -> SavedScenario:
    """Keep a draft under a name, as revision 1."""
    with acting(came.workspace, came.actor) as act:
        scenario = SavedScenario.objects.create(
            workspace=came.workspace, name=name, note=note, created_by=came.user, created_at=now, changed_at=now
        )
        revision = recorded(scenario, 1, said, came.user, now)
        act.note("scenario.saved", scenario.target, None, {"name": name, "note": note, **audited(revision)})
    return scenario


def save_once(came: Visit, said: Draft, name: str, now: dt.datetime, note: str = "") -> tuple[SavedScenario, bool]:
    """As `save`; but who sends the same form again gets what they saved by it before. And whether it is new."""
    with acting(came.workspace, came.actor):
        before = _saved_before(came, said, name, note)
        return (before, False) if before else (save(came, said, name, now, note), True)


def _saved_before(came: Visit, said: Draft, name: str, note: str) -> SavedScenario | None:
    """One in use that this person has saved and nobody has changed since, with the same name, address and figures."""
    alike = SavedScenario.objects.filter(
        workspace=came.workspace, created_by=came.user, name=name, note=note, revision=1, archived_at=None
    )
    first = Revision.objects.filter(scenario__in=alike, number=1, query=said.query, day=said.result.scenario.day)
    answer = said.result.estimate
    cents = answer.monthly.savings_cents if answer.complete else None
    found = first.filter(saving_cents=cents).select_related("scenario__workspace").order_by("pk").last()
    return found.scenario if found else None


def revise(came: Visit, scenario: SavedScenario, seen: int, said: Draft, now: dt.datetime) -> Revision:
    """Save a draft as the next revision. Raises StaleError."""
    return _next(came, scenario, seen, said, now, "scenario.revised")


def repriced(revision: Revision, today: dt.date, catalogue: Catalogue, comment: str = "") -> Draft:
    """A revision at the prices of today: without the day that its address may name. Raises UnreadableError."""
    reading = revision.reading(catalogue)
    query = address.query(reading.workloads, {**reading.scenario, "at": None})
    return draft(revision.scenario.workspace, query, today, catalogue, comment)


def reprice(came: Visit, scenario: SavedScenario, seen: int, said: Draft, now: dt.datetime) -> Revision:
    """Accept the prices of today, as `repriced` showed them, as the next revision. Raises StaleError."""
    return _next(came, scenario, seen, said, now, "scenario.repriced")


def _next(came: Visit, scenario: SavedScenario, seen: int, said: Draft, now: dt.datetime, action: str) -> Revision:
    with acting(came.workspace, came.actor) as act:
        scenario.advance(seen, now)
        before = Revision.objects.get(scenario=scenario, number=seen)
        revision = recorded(scenario, seen + 1, said, came.user, now)
        act.note(action, scenario.target, audited(before), audited(revision))
    return revision


def rename(came: Visit, scenario: SavedScenario, seen: int, name: str, note: str) -> None:
    """Give it another name or note; no revision, since no figure changes. Raises StaleError."""
    before, after = {"name": scenario.name, "note": scenario.note}, {"name": name, "note": note}
    if before == after:
        return
    with acting(came.workspace, came.actor) as act:
        scenario.change(seen, **after)
        scenario.find_by(scenario.current.sides)
        act.note("scenario.renamed", scenario.target, before, after)


def duplicate(came: Visit, revision: Revision, name: str, catalogue: Catalogue, now: dt.datetime) -> SavedScenario:
    """A scenario of its own that begins with this revision, its day and its prices."""
    source = revision.scenario
    said = revision.again(catalogue)
    with acting(came.workspace, came.actor) as act:
        scenario = SavedScenario.objects.create(
            workspace=came.workspace, name=name, note=source.note, created_by=came.user, created_at=now, changed_at=now
        )
        copy = recorded(scenario, 1, said, came.user, now)
        after = {"name": name, "of": f"{source.public_id}.{revision.number}", **audited(copy)}
        act.note("scenario.duplicated", scenario.target, None, after)
    return scenario


def archive(came: Visit, scenario: SavedScenario, seen: int, now: dt.datetime | None) -> None:
    """Put it away, or with None take it out again; what is so already stays so. Raises StaleError."""
    if (scenario.archived_at is None) == (now is None):
        return
    with acting(came.workspace, came.actor) as act:
        scenario.change(seen, archived_at=now)
        action = "scenario.restored" if now is None else "scenario.archived"
        act.note(action, scenario.target, {"archived": now is None}, {"archived": now is not None})


def delete(came: Visit, scenario: SavedScenario, seen: int) -> None:
    """Delete it with its revisions, links and comments, for good. Raises StaleError."""
    with acting(came.workspace, came.actor) as act:
        found = SavedScenario.objects.filter(pk=scenario.pk, edition=seen).first()
        if found is None:
            raise StaleError(scenario.public_id)
        act.note("scenario.deleted", found.target, {"name": found.name, "revision": found.revision}, None)
        found.delete()


def share(
    came: Visit, revision: Revision, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[ShareLink, str]:
    """A link to a revision, and its secret part, which nobody sees again. Raises SharingForbiddenError."""
    with acting(came.workspace, came.actor) as act:
        links.must_be_allowed(came)
        row, link = ShareLink.made(came, now, revision=revision, note=note, expires_at=expires_at)
        shared = f"{revision.scenario.public_id}.{revision.number}"
        after = {"shares": shared, "note": note, "expires_at": expires_at}
        act.note("link.made", row.target, None, after)
    return row, link


def comment(came: Visit, scenario: SavedScenario, text: str, now: dt.datetime) -> Comment:
    """Say something about the current revision. The log keeps that it was said, not what: it can be taken back."""
    with acting(came.workspace, came.actor) as act:
        number = SavedScenario.objects.values_list("revision", flat=True).get(pk=scenario.pk)
        row = Comment.objects.create(
            scenario=scenario, revision_number=number, author=came.user, text=text, created_at=now
        )
        act.note("comment.written", row.target, None, {"on": scenario.public_id, "revision": number})
    return row


def reword(came: Visit, row: Comment, seen: int, text: str, now: dt.datetime) -> None:
    """Change one's own comment. Raises StaleError."""
    with acting(came.workspace, came.actor) as act:
        lengths = {"characters": len(row.text)}, {"characters": len(text)}
        row.reword(seen, text, now)
        act.note("comment.changed", row.target, *lengths)


def unsay(came: Visit, row: Comment, seen: int) -> None:
    """Delete one's own comment. Raises StaleError."""
    with acting(came.workspace, came.actor) as act:
        act.note("comment.deleted", row.target, {"on": row.scenario.public_id}, None)
        row.withdraw(seen)


def ask_approval(came: Visit, scenario: SavedScenario, seen: int, person: User, now: dt.datetime) -> Approval:
    """Ask a member to approve the current revision. Raises StaleError, OwnWorkError."""
    with acting(came.workspace, came.actor) as act:
        if not SavedScenario.objects.filter(pk=scenario.pk, revision=seen).exists():
            raise StaleError(scenario.public_id)
        approval, new = ask(revision_of(scenario, seen), came.user, person, now)
        if new:
            after = {"of": f"{scenario.public_id}.{seen}", "asked_of": f"user:{person.public_id}"}
            act.note("approval.asked", approval.target, None, after)
    return approval


def decide(came: Visit, approval: Approval, decision: Approval.Decision, words: str, now: dt.datetime) -> None:
    """Give or decline an approval that one was asked for. Raises StaleError, OwnWorkError."""
    with acting(came.workspace, came.actor) as act:
        approval.decide(came.user, decision, words, now)
        before, after = {"decision": "asked"}, {"decision": decision, "words": words}
        act.note(f"approval.{decision}", approval.target, before, after)


def audited(revision: Revision) -> dict[str, Any]:
    """What the audit log keeps of a revision."""
    return {
        "revision": revision.number,
        "query": revision.query,
        "day": revision.day,
        "sides": revision.sides,
        "saving_cents": revision.saving_cents,
        "comment": revision.comment,
    }


def _there(found: SavedScenario | None) -> SavedScenario:
    if found is None:
        raise Http404
    return found
