"""Two workers, two people, two clicks at the same moment: one of them wins, and the others hear of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from costcalc.accounts.audit import faults
from migrations_app import carrying, rounds
from migrations_app.evidence import files, keeping
from migrations_app.evidence.files import EvidenceFile
from migrations_app.plans import Plan, StaleError
from migrations_app.rules.canary_commands import Hold, Pause, PlanStages, RollBack, Skip, Stage
from migrations_app.rules.commands import Command
from migrations_app.rules.happening import Refused
from migrations_app.rules.readings import SetLimits
from migrations_app.rules.state import replayed
from migrations_app.rules.stepping import AddStep
from migrations_app.rules.steps import Phase
from tests.factories import Cast, a_cast
from tests.planner.looked import a_plan, by, does, started
from tests.threads import at_once


def act(cast: Cast, plan: Plan, command: Command, name: str = "bob") -> Callable[[], Plan]:
    """Somebody's click; each has read the plan by itself."""
    return lambda: carrying.carry_out(by(cast, name), Plan.objects.get(pk=plan.pk), command, timezone.now())


def checked(plan: Plan) -> Plan:
    """The plan as it is stored, which is what has happened to it, as the log says, too."""
    fresh = Plan.objects.get(pk=plan.pk)
    told = list(fresh.happenings(fresh.revision))
    assert [row.number for row in fresh.events.order_by("number")] == list(range(1, fresh.revision + 1))
    assert replayed(told) == fresh.state
    assert fresh.weight == round(fresh.state.rollout.weight * 100)
    assert list(faults(fresh.workspace)) == []
    return fresh


def stale(found: list[Any]) -> int:
    return sum(isinstance(one, StaleError) for one in found)


def test_of_commands_from_one_revision_one_is_done(committed_db: None) -> None:
    cast = a_cast()
    plan = started(cast, a_plan(cast))
    kinds = [
        Skip(command="skip", revision=2, reason="seen enough"),
        Hold(command="hold", revision=2, reason="the weekend"),
        Pause(command="pause", revision=2, reason="an outage"),
        AddStep(command="add_step", revision=2, phase=Phase.CANARY, title="Tell support"),
    ]
    found = at_once(*(act(cast, plan, kind, name) for kind in kinds for name in ("alice", "bob")))
    assert stale(found) == len(found) - 1
    assert checked(plan).revision == 3


def test_a_roll_back_holds_whoever_goes_on_at_the_same_moment(committed_db: None) -> None:
    cast = a_cast()
    plan = started(cast, a_plan(cast))
    back = RollBack(command="roll_back", reason="errors")
    onward = Skip(command="skip", revision=2, reason="seen enough")
    found = at_once(*(act(cast, plan, command) for command in (onward, back, onward, back)))
    assert sum(isinstance(one, Plan) for one in found) >= 1
    assert all(isinstance(one, Plan | StaleError | Refused) for one in found), found
    assert checked(plan).weight == 0


def test_a_stage_is_promoted_by_itself_or_held_by_somebody(committed_db: None) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    stages = (Stage(percent=10, hold_hours=1, automatic=True), Stage(percent=100, hold_hours=999))
    does(cast, plan, PlanStages(command="plan_stages", revision=1, stages=stages))
    does(cast, plan, SetLimits(command="set_limits", revision=2, limits=()))
    started(cast, plan)
    later = timezone.now() + dt.timedelta(hours=2)
    at_once(lambda: rounds.go(lambda: later), act(cast, plan, Hold(command="hold", revision=4, reason="wait")))
    fresh = checked(plan)
    kinds = list(fresh.events.order_by("number").values_list("kind", flat=True))[4:]
    assert kinds in (["canary.promoted"], ["canary.held"])


def test_a_plan_that_is_deleted_takes_nothing_more(committed_db: None) -> None:
    cast = a_cast()
    plan = started(cast, a_plan(cast))
    hold = Hold(command="hold", revision=2, reason="wait")
    fresh = Plan.objects.get(pk=plan.pk)
    found = at_once(
        lambda: carrying.delete(by(cast, "alice"), fresh, 2, timezone.now()),
        act(cast, plan, hold),
        act(cast, plan, RollBack(command="roll_back", reason="errors")),
    )
    assert all(one is None or isinstance(one, Plan | StaleError | Http404 | Plan.DoesNotExist) for one in found), found
    assert list(faults(cast.workspace)) == []
    if Plan.objects.filter(pk=plan.pk).exists():
        checked(plan)


def test_files_at_once_are_not_more_than_a_plan_may_have(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    cast = a_cast()
    plan = a_plan(cast)
    does(cast, plan, AddStep(command="add_step", revision=1, phase=Phase.PREPARE, title="Read the contract"))

    def add(number: int) -> Plan:
        fresh = Plan.objects.get(pk=plan.pk)
        return keeping.kept(by(cast), fresh, "s1", f"{number}.log", b"x" * 40, timezone.now())

    found = at_once(*(lambda number=number: add(number) for number in range(4)))
    assert sum(isinstance(one, Refused) for one in found) == 2
    assert EvidenceFile.objects.filter(plan=plan).count() == 2
    assert len(checked(plan).state.steps.each[0].evidence) == 2
