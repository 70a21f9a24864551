"""A plan from a document that somebody has: verified, made anew in a workspace, and marked as what a file said.

Who a document says has acted is nobody here: a file cannot put words in a member's mouth. Each of its people gets a
name of its own that no account has.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from costcalc.accounts.access import Visit
from costcalc.accounts.audit import acting, canonical
from costcalc.accounts.capability import new_id
from costcalc.scenarios.models import Revision
from migrations_app.hooks.webhooks import queue
from migrations_app.plans import Plan, PlanEvent
from migrations_app.rules import documents
from migrations_app.rules.happening import Happening
from migrations_app.rules.state import replayed

IMPORTED = "plan.imported"


def take_in(came: Visit, document: object, now: dt.datetime) -> Plan:
    """A new plan of what a document says. Raises Refused."""
    # Named anew before it is verified: what a file calls its people must not change its figures unseen.
    told = documents.checked(document, now, unnamed)
    digest = hashlib.sha256(canonical(document).encode()).hexdigest()
    told.append(
        Happening(IMPORTED, max(now, told[-1].at), came.user.public_id, {"events": len(told), "sha256": digest})
    )
    state = replayed(told)
    plan = Plan(workspace=came.workspace, created_at=now, changed_at=now)
    plan.scenario = _scenario(came, state.about.scenario)
    with acting(came.workspace, came.actor) as act:
        for name, value in plan.say_again(state).items():
            setattr(plan, name, value)
        plan.save(force_insert=True)
        rows = [PlanEvent.of(plan, number, one, None) for number, one in enumerate(told, 1)]
        rows[-1].actor = came.user
        PlanEvent.objects.bulk_create(rows)
        act.note(IMPORTED, plan.target, None, {"name": state.about.name, **told[-1].data})
        queue(plan, [(rows[-1], told[-1].data)], now)
    return plan


def unnamed(told: Sequence[Happening]) -> list[Happening]:
    """The same by people whom nobody knows; the product itself stays itself."""
    strangers = {one.who: new_id() for one in told if one.who}
    return [
        replace(
            one,
            who=strangers.get(one.who, ""),
            data={name: _other(value, strangers) for name, value in one.data.items()},
        )
        for one in told
    ]


def _other(value: Any, strangers: Mapping[str, str]) -> Any:
    """A value with the names of people in it changed likewise."""
    if isinstance(value, str):
        return strangers.get(value, value)
    if isinstance(value, list):
        return [_other(one, strangers) for one in value]
    if isinstance(value, dict):
        return {name: _other(one, strangers) for name, one in value.items()}
    return value


def _scenario(came: Visit, named: str) -> Revision | None:
    """The scenario's revision (`4xY….3`), where it is in this very workspace."""
    public_id, _dot, number = named.partition(".")
    found = Revision.objects.filter(scenario__workspace=came.workspace, scenario__public_id=public_id)
    return found.filter(number=number).first() if number else None
