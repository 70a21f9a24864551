"""Carrying a plan out: a command is decided on the fresh state, stored, and noted in the audit log, in one act.

The caller has checked who may do it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Length
from django.http import Http404

from costcalc.accounts.access import Visit, visit
from costcalc.accounts.audit import Acting, Actor, acting
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from migrations_app.evidence.files import forget_unshown
from migrations_app.hooks.webhooks import queue, queue_deletion
from migrations_app.plans import Plan, PlanEvent, StaleError
from migrations_app.rules.about import Archive
from migrations_app.rules.commands import Command, Guarded
from migrations_app.rules.deciding import UNGATED, decided
from migrations_app.rules.documents import FULL_EVENTS, FULL_TEXT
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.state import evolved, replayed
from migrations_app.rules.timely import due

ITSELF_ACTS = Actor(itself=True)

# What people say may have to be forgotten: the audit log, which cannot, has that it was said.
FORGETTABLE = frozenset({"text"})
# After which a file may be evidence no longer.
UNSHOWN = frozenset({"steps.removed", "steps.withdrawn"})


def plan_for(user: User, public_id: str, needed: Role = Role.VIEWER) -> tuple[Visit, Plan]:
    """A plan and the visit to its workspace. Raises Http404 for outsiders and where there is none alike."""
    found = Plan.objects.select_related("workspace", "scenario").filter(public_id=public_id).first()
    return visit(user, found.workspace if found else None, needed), _there(found)


def plan_in(came: Visit, public_id: str) -> Plan:
    """A plan of the visited workspace. Raises Http404."""
    found = Plan.objects.select_related("workspace", "scenario").filter(workspace=came.workspace, public_id=public_id)
    return _there(found.first())


def begin(came: Visit, plan: Plan, happenings: list[Happening], now: dt.datetime) -> Plan:
    """Store a plan that was just made; the first happening is `plan.made`."""
    state = replayed(happenings)
    with acting(came.workspace, came.actor) as act:
        plan.workspace, plan.created_at, plan.changed_at = came.workspace, now, now
        for name, value in plan.say_again(state).items():
            setattr(plan, name, value)
        plan.save(force_insert=True)
        _append(act, plan, 0, happenings, came.user)
    return plan


def carry_out(
    came: Visit, plan: Plan, command: Command, now: dt.datetime, beside: Callable[[], object] | None = None
) -> Plan:
    """Do what a command says, and give the plan as it stands then; `beside` is done in the same transaction.

    Raises StaleError where it was decided on an older revision (but never for a roll-back), and Refused.
    """
    with acting(came.workspace, came.actor) as act:
        fresh = _there(Plan.objects.select_related("workspace", "scenario").filter(pk=plan.pk).first())
        if isinstance(command, Guarded) and command.revision != fresh.revision:
            raise StaleError(fresh, command.revision)
        _check_owner(came, command)
        _check_room(fresh, command)
        told = decided(fresh.state, command, Moment(now, came.user.public_id))
        if not told:
            return fresh
        changed = _changed(act, fresh, told, came.user, now)
        if beside:
            beside()
        if any(happening.kind in UNSHOWN for happening in told):
            forget_unshown(changed)
        return changed


def by_itself(plan: Plan, now: dt.datetime) -> list[Happening]:
    """Do what is due without anybody's command, and say what that was. Raises StaleError, and Http404."""
    if not due(plan.state, Moment(now)):
        return []
    with acting(plan.workspace, ITSELF_ACTS) as act:
        fresh, done = _there(Plan.objects.select_related("workspace").filter(pk=plan.pk).first()), list[Happening]()
        while told := due(fresh.state, Moment(now)):
            fresh = _changed(act, fresh, told, None, now)
            done += told
        return done


def delete(came: Visit, plan: Plan, seen: int, now: dt.datetime) -> None:
    """Delete a plan with everything that has happened, for good. Raises StaleError."""
    with acting(came.workspace, came.actor) as act:
        fresh = plan_in(came, plan.public_id)
        if fresh.revision != seen:
            raise StaleError(fresh, seen)
        act.note("plan.deleted", fresh.target, {"name": fresh.name, "revision": fresh.revision}, None)
        queue_deletion(fresh, now)
        fresh.delete()


def _check_owner(came: Visit, command: Command) -> None:
    """Raises Refused where a step would belong to somebody who does not."""
    owner = getattr(command, "owner", "")
    if owner and not came.workspace.memberships.filter(user__public_id=owner).exists():
        raise Refused("no-member")


def _check_room(plan: Plan, command: Command) -> None:
    """Raises Refused where a plan has become too large for a document that can be taken in again."""
    if isinstance(command, (*UNGATED, Archive)):
        return
    if plan.revision >= FULL_EVENTS or plan.events.aggregate(all=Sum(Length("data")))["all"] >= FULL_TEXT:
        raise Refused("plan-full")


def _changed(act: Acting, plan: Plan, told: list[Happening], actor: User | None, now: dt.datetime) -> Plan:
    seen, state = plan.revision, plan.state
    for happening in told:
        state = evolved(state, happening)
    again = plan.say_again(state)
    # The workspace's lock lets one act in at a time; should it not, the revision does.
    if not Plan.objects.filter(pk=plan.pk, revision=seen).update(changed_at=now, **again):
        raise StaleError(Plan.objects.get(pk=plan.pk), seen)
    for name, value in again.items():
        setattr(plan, name, value)
    plan.changed_at = now
    _append(act, plan, seen, told, actor)
    return plan


def _append(act: Acting, plan: Plan, after: int, told: list[Happening], actor: User | None) -> None:
    rows = []
    for number, happening in enumerate(told, after + 1):
        row = PlanEvent.of(plan, number, happening, actor if happening.who else None)
        row.save(force_insert=True)
        said = _noted(json.loads(row.data))
        act.note(happening.kind, plan.target, None, {"revision": number, **said})
        rows.append((row, said))
    queue(plan, rows, plan.changed_at)


def _noted(data: dict[str, Any]) -> dict[str, Any]:
    """What the audit log and webhooks repeat: of a key its end, and not what the key could be tried against."""
    said = {name: each for name, each in data.items() if name not in FORGETTABLE}
    return {**said, "print": {"last": said["print"]["last"]}} if "print" in said else said


def since(plan: Plan, revision: int) -> list[PlanEvent]:
    """What has happened after a revision, in order."""
    return list(plan.events.filter(number__gt=revision).select_related("actor").order_by("number"))


def _there(found: Plan | None) -> Plan:
    if found is None:
        raise Http404
    return found
