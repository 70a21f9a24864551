"""What the product does by itself as time passes: automatic stages, one process at a time, and the log says who."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from costcalc.accounts.audit import AuditEntry, faults
from migrations_app import rounds
from migrations_app.going_round import going_round
from migrations_app.leases import Lease
from migrations_app.plans import Plan
from migrations_app.rules import timely
from migrations_app.rules.about import Archive
from migrations_app.rules.canary_commands import Hold, Pause, PlanStages, Resume, Stage
from migrations_app.rules.happening import ITSELF, Moment
from migrations_app.rules.readings import SetLimits
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import evolved
from tests.factories import Cast, a_cast, signed_in
from tests.loops import run
from tests.planner.looked import a_plan, does, rolled_back, started
from tests.threads import at_once

HOUR = dt.timedelta(hours=1)
STAGES = tuple(
    Stage(percent=percent, hold_hours=hours, automatic=True, sample=0)
    for percent, hours in ((10, 24), (50, 48), (100, 1))
)


def automatic(cast: Cast, stages: tuple[Stage, ...] = STAGES) -> Plan:
    """A plan whose canary goes on by itself, just started."""
    plan = a_plan(cast)
    does(cast, plan, PlanStages(command="plan_stages", revision=1, stages=stages))
    does(cast, plan, SetLimits(command="set_limits", revision=2, limits=()))
    return started(cast, plan)


def after(hours: float) -> Any:
    """A clock that stands so many hours from now."""
    at = timezone.now() + dt.timedelta(hours=hours)
    return lambda: at


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return automatic(cast)


def fresh() -> Plan:
    return Plan.objects.get()


def test_an_automatic_stage_is_passed_when_its_hold_is_over_and_not_before(cast: Cast, plan: Plan) -> None:
    assert rounds.go(after(23.9)) == []
    assert rounds.go(after(24.1)) == [f"{plan.public_id}: canary.promoted"]
    assert (fresh().weight, fresh().events.get(number=fresh().revision).who) == (5000, ITSELF)
    assert rounds.go(after(24.2)) == []


def test_the_log_says_that_nobody_did_it_and_verifies(cast: Cast, plan: Plan) -> None:
    rounds.go(after(25))
    page = signed_in(cast.alice, cast.workspace).get(f"/w/{cast.workspace.public_id}/audit/").content.decode()
    assert "automatic" in page
    assert AuditEntry.objects.filter(action="canary.promoted").count() == 1
    assert list(faults(cast.workspace)) == []


def test_each_stage_is_held_from_when_it_was_entered_however_late_the_round_came(cast: Cast, plan: Plan) -> None:
    assert len(rounds.go(after(500))) == 1
    assert fresh().weight == 5000
    assert rounds.go(after(547)) == []
    assert len(rounds.go(after(549))) == 1
    assert len(rounds.go(after(551))) == 1
    assert fresh().state.rollout.standing is Standing.FINISHED
    assert fresh().next_at is None


def test_stages_without_a_hold_follow_each_other_in_one_round(cast: Cast) -> None:
    automatic(cast, tuple(Stage(percent=percent, hold_hours=0, automatic=True) for percent in (10, 50, 100)))
    assert len(rounds.go(after(0.1))) == 3
    assert fresh().state.rollout.standing is Standing.FINISHED


def test_nothing_goes_on_that_is_held_paused_rolled_back_short_of_its_sample_or_archived(cast: Cast) -> None:
    does(cast, automatic(cast), Hold(command="hold", revision=4, reason="wait"))
    does(cast, automatic(cast), Pause(command="pause", revision=4, reason="wait"))
    rolled_back(cast, automatic(cast))
    does(cast, automatic(cast), Archive(command="archive", revision=4))
    automatic(cast, (Stage(percent=10, hold_hours=1, automatic=True, sample=100), Stage(percent=100)))
    assert rounds.go(after(1000)) == []


def test_a_pause_is_waited_for(cast: Cast, plan: Plan) -> None:
    does(cast, plan, Pause(command="pause", revision=4, reason="wait"))
    assert fresh().next_at is None
    does(cast, plan, Resume(command="resume", revision=5))
    wakes = fresh().next_at
    assert wakes is not None
    assert abs(wakes - (timezone.now() + 24 * HOUR)) < dt.timedelta(minutes=5)


def test_a_stage_that_somebody_promotes_waits_for_somebody(cast: Cast) -> None:
    stages = (Stage(percent=10, hold_hours=1), Stage(percent=100, hold_hours=1, automatic=True))
    automatic(cast, stages)
    assert rounds.go(after(100)) == []


def test_one_process_goes_the_rounds_until_its_lease_ends(cast: Cast, plan: Plan) -> None:
    now = timezone.now()
    length = dt.timedelta(seconds=60)
    assert Lease.objects.take("rounds", "other", now + 25 * HOUR, length)
    assert rounds.go(lambda: now + 25 * HOUR) == []
    assert rounds.go(lambda: now + 25 * HOUR + 2 * length) != []
    assert not Lease.objects.take("rounds", "other", now + 25 * HOUR + 2 * length, length)


def test_of_many_that_want_a_lease_at_once_one_gets_it(committed_db: None) -> None:
    now = timezone.now()
    length = dt.timedelta(seconds=60)
    for moment in (now, now + 2 * length):
        got = at_once(
            *(lambda who=f"w{who}", at=moment: Lease.objects.take("rounds", who, at, length) for who in range(6))
        )
        assert sorted(got) == [False] * 5 + [True]


def test_two_rounds_at_once_promote_a_stage_once(committed_db: None) -> None:
    cast = a_cast()
    automatic(cast)
    clock = after(25)
    at_once(*(lambda who=f"w{who}": (Lease.objects.all().delete(), rounds.go(clock, holder=who)) for who in range(4)))
    assert fresh().weight == 5000
    assert fresh().events.filter(kind="canary.promoted").count() == 1
    connections.close_all()


def test_a_plan_that_cannot_go_on_keeps_no_other_waiting(cast: Cast, plan: Plan, caplog: Any) -> None:
    broken = automatic(cast)
    broken.events.all()._raw_delete("default")
    Plan.objects.filter(pk=broken.pk).update(next_at=timezone.now() - HOUR, revision=98)
    assert rounds.go(after(25)) == [f"{plan.public_id}: canary.promoted"]
    assert "could not go on by itself" in caplog.text


def test_the_command_goes_one_round_and_leaves(cast: Cast, plan: Plan, capsys: Any) -> None:
    call_command("rounds", "--once")
    assert capsys.readouterr().out == ""
    assert not Lease.objects.exists()


def test_a_server_that_ends_leaves_the_rounds_to_the_next_one(committed_db: None, settings: Any) -> None:
    settings.ROUNDS = True
    now = timezone.now()

    async def served() -> None:
        async with going_round():
            pass

    assert Lease.objects.take(rounds.NAME, rounds.HOLDER, now, rounds.LENGTH)
    assert not Lease.objects.take(rounds.NAME, "next", now, rounds.LENGTH)
    run(served)
    assert Lease.objects.take(rounds.NAME, "next", now, rounds.LENGTH)


def test_a_clock_that_jumped_back_changes_nothing(cast: Cast, plan: Plan) -> None:
    state = plan.state
    assert timely.due(state, Moment(state.last_at - 1000 * HOUR)) == []
    told = timely.due(state, Moment(state.last_at + 25 * HOUR))
    assert evolved(state, told[0]).rollout.weight == 50


def test_what_a_piece_of_a_round_stumbles_over_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> list[str]:
        raise ValueError("no such thing")

    assert rounds.carefully(broken) == []
    assert "A piece of a round failed" in caplog.text
    assert rounds.carefully(lambda: ["done"]) == ["done"]
