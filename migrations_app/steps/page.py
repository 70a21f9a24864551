"""What the pages show of steps and phases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from costcalc.accounts.access import Visit
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.words import titled
from migrations_app.rules.phases import doers
from migrations_app.rules.progress import Progress, current_phase, progress
from migrations_app.rules.state import State
from migrations_app.rules.steps import Phase, Step
from migrations_app.steps.words import PHASES, STATES, WHERE, told_of, waited_for

MOST_LOGGED = 30


@dataclass(frozen=True)
class Row:
    """A step as a list shows it."""

    step: Step
    title: str
    owner: User | None
    state: str
    late: bool
    waits: tuple[str, ...]
    automatic: str

    @property
    def ticks_itself(self) -> bool:
        """Whether it waits for the product to see something."""
        return bool(self.step.automatic) and not self.step.settled


@dataclass(frozen=True)
class Part:
    """A phase as the pages show it: its name, what is told under it, and its rows."""

    progress: Progress
    name: str
    told: str
    where: str
    rows: tuple[Row, ...] = ()
    signed_by: User | None = None
    # None where it cannot be signed off now; else whether the reader may, who must have done none of it.
    may_sign: bool | None = None

    @property
    def phase(self) -> Phase:
        """Which it is."""
        return self.progress.phase


def people_of(state: State) -> dict[str, User]:
    """Everybody whom the steps and sign-offs name, by id."""
    ids = {step.owner for step in state.steps.each} | {step.by for step in state.steps.each}
    ids |= {one.by for step in state.steps.each for one in step.evidence}
    ids |= {one.by for step in state.steps.each for one in step.comments}
    ids |= {one.by for one in state.phases.signed.values()}
    return {user.public_id: user for user in User.objects.filter(public_id__in=ids - {""})}


def rows_of(state: State, steps: Iterable[Step], people: Mapping[str, User], today: dt.date) -> tuple[Row, ...]:
    """Steps as a list shows them."""
    return tuple(row_of(state, step, people, today) for step in steps)


def row_of(state: State, step: Step, people: Mapping[str, User], today: dt.date) -> Row:
    """One step as a list shows it."""
    waits = () if step.settled else state.steps.waits_for(step)
    return Row(
        step,
        titled(step.title),
        people.get(step.owner),
        str(STATES[step.doing]),
        step.late(today),
        tuple(titled(one.title) for one in waits),
        waited_for(step.automatic) if step.automatic else "",
    )


def rail(state: State) -> list[Part]:
    """The phases as the rail shows them."""
    return [_part(state, one) for one in progress(state)]


def _part(state: State, one: Progress, **more: Any) -> Part:
    told = told_of(one, state.rollout)
    return Part(one, str(PHASES[one.phase]), told, str(WHERE[one.where]), **more)


def parts(state: State, came: Visit, shown: Iterable[Step], people: Mapping[str, User]) -> list[Part]:
    """The phases with those of their steps that are shown; those without any are left out."""
    steps, today = list(shown), timezone.localdate()
    found = []
    for one in progress(state):
        rows = rows_of(state, (step for step in steps if step.phase is one.phase), people, today)
        signed_by = people.get(one.signed.by) if one.signed else None
        if rows:
            found.append(_part(state, one, rows=rows, signed_by=signed_by, may_sign=_may_sign(state, one, came)))
    return found


def _may_sign(state: State, one: Progress, came: Visit) -> bool | None:
    if one.signed or one.settled < one.total or not came.may(Role.EDITOR):
        return None
    return came.user.public_id not in doers(state.steps, one.phase)


def section(plan: Plan, came: Visit) -> dict[str, Any]:
    """What the plan's page shows: the rail, and the steps of the phase that it is in."""
    state = plan.state
    phase = current_phase(state) or Phase.VERIFY
    people = people_of(state)
    return {
        "rail": rail(state),
        "steps_phase": PHASES[phase],
        "steps_parts": parts(state, came, state.steps.of(phase), people),
        "steps_total": len(state.steps.each),
        "steps_from": "?from=plan",
    }


def log_of(plan: Plan, step_id: str) -> list[PlanEvent]:
    """What has happened to one step, the last first."""
    events = plan.events.filter(kind__startswith="steps.", data__contains=f'"{step_id}"').select_related("actor")
    found = (event for event in events.order_by("-number") if step_id in _ids(event))
    return [event for event, _place in zip(found, range(MOST_LOGGED), strict=False)]


def _ids(event: PlanEvent) -> set[str]:
    data = event.happening.data
    added = (one["id"] for one in data.get("steps", ()))
    return {*added, *data.get("ids", ()), *data.get("changes", ()), str(data.get("id", ""))}
