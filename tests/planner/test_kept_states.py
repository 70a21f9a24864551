"""The states that a process keeps: onward from what is known, never of what never was, and bounded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from migrations_app import carrying
from migrations_app.kept_states import KeptStates
from migrations_app.plans import Plan as Row
from migrations_app.rules.about import Archive, Rename
from migrations_app.rules.canary_commands import RollBack
from migrations_app.rules.happening import Happening, Refused
from tests.factories import Cast
from tests.planner.looked import a_plan, does, started
from tests.planner.test_rollout import Plan


class Told:
    """Happenings that notes from where on they are read."""

    def __init__(self, told: list[Happening]) -> None:
        self.told = told
        self.read_from: list[int] = []

    def since(self, number: int) -> Iterator[Happening]:
        self.read_from.append(number)
        return iter(self.told[number - 1 :])


def lived(*names: str) -> Plan:
    plan = Plan()
    plan.do("start")
    for name in names:
        plan.do("rename", name=name)
    return plan


def test_what_has_happened_since_is_all_that_is_read() -> None:
    plan, kept = lived("B", "C"), KeptStates()
    told = Told(plan.told)
    assert kept.state(1, 2, "then", lambda number: Told(plan.told[:2]).since(number)).revision == 2
    assert kept.state(1, 4, "now", told.since) == plan.state
    assert kept.state(1, 4, "now", told.since) is kept.state(1, 4, "now", told.since)
    assert told.read_from == [2]


def test_what_was_undone_is_in_no_state_after_it() -> None:
    undone, plan, kept = lived("undone"), lived("B", "C"), KeptStates()
    assert kept.state(1, 3, "undone", Told(undone.told).since).about.name == "undone"
    told = Told(plan.told)
    assert kept.state(1, 4, "now", told.since) == plan.state
    assert told.read_from == [3, 1]


def test_of_a_plan_that_changes_often_one_state_is_kept_and_old_plans_give_way() -> None:
    plan, kept = lived(*"ABCDEF"), KeptStates(most=20)
    for revision in range(1, 9):
        kept.state(1, revision, revision, Told(plan.told[:revision]).since)
    assert len(kept) == 1
    for other in (2, 3, 4):
        kept.state(other, 8, "now", Told(plan.told).since)
    assert len(kept) == 2
    huge = KeptStates(most=1)
    assert huge.state(1, 8, "now", Told(plan.told).since) == plan.state
    assert len(huge) == 1


def test_a_page_after_a_command_reads_what_that_did_and_no_more(cast: Cast) -> None:
    plan = started(cast, a_plan(cast))
    assert plan.state.revision == plan.revision
    plan = does(cast, plan, RollBack(command="roll_back", reason="errors"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = Row.objects.get(pk=plan.pk).state
    assert rows == plan.state_at(plan.revision)
    assert f'"number" >= {plan.revision - 1}' in queries[-1]["sql"]


def test_a_transaction_that_is_undone_leaves_nothing_behind(cast: Cast) -> None:
    plan = started(cast, a_plan(cast))
    before = plan.state
    with transaction.atomic():
        seen = does(cast, plan, RollBack(command="roll_back", reason="undone"))
        assert seen.state.rollout.weight == 0
        transaction.set_rollback(True)
    assert Row.objects.get(pk=plan.pk).state == before
    again = does(cast, Row.objects.get(pk=plan.pk), RollBack(command="roll_back", reason="done"))
    assert again.state == again.state_at(again.revision)


def test_a_plan_takes_so_many_events_and_then_the_way_back_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "FULL_EVENTS", 2)
    plan = started(cast, a_plan(cast))
    with pytest.raises(Refused, match="plan-full"):
        does(cast, plan, Rename(command="rename", revision=2, name="B"))
    assert does(cast, plan, RollBack(command="roll_back", reason="errors")).state.rollout.weight == 0
    assert does(cast, plan, Archive(command="archive", revision=3)).state.about.archived
