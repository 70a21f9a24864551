"""Keys: created, set, tested, finished; the one before kept for as long as one may have to go back to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.keys import shown
from migrations_app.keys.fingerprints import print_of, recognised, salt_for
from migrations_app.rules import overlap
from migrations_app.rules.deciding import decided
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.key_commands import Tried
from migrations_app.rules.keys import Key, Keys, Print, Standing
from migrations_app.rules.state import MADE, State, evolved, replayed
from tests.planner.test_rollout import BEGUN, Plan

DAY = 24
OLD: dict[str, Any] = {"provider": "OpenAI", "environment": "production", "print": {"last": "9fQ2"}}
NEW: dict[str, Any] = {"provider": "DeepSeek", "environment": "production", "print": {"last": "w7Lk"}}


class Rotation(Plan):
    """A plan with keys; a move from a provider to another unless it is told otherwise."""

    def __init__(self, candidate: str = "deepseek/deepseek-chat") -> None:
        super().__init__()
        self.told = [Happening(MADE, BEGUN, "alice", {"name": "To DeepSeek", "candidate": candidate})]
        self.state = replayed(self.told)

    def test(self, key: str, outcome: str = "works", endpoint: str = "deepseek") -> None:
        command = Tried(key=key, outcome=outcome, endpoint=endpoint, model="deepseek-chat", known="print")
        for happening in decided(self.state, command, Moment(self.now, "alice")):
            self.told.append(happening)
            self.state = evolved(self.state, happening)

    def key(self, key: str) -> Key:
        return self.state.keys.by_id[key]

    def rotated(self, **finish: Any) -> None:
        """The old key listed, the new one in its place."""
        self.do("add_key", **OLD)
        self.do("create_key", replaces="k1", **NEW)
        self.finished("k2", **finish)

    def finished(self, key: str, **finish: Any) -> None:
        self.do("set_key", key=key, place="Vault, llm/production")
        self.test(key)
        self.do("finish_key", key=key, **finish)

    def cut_over(self) -> None:
        self.unlimited().do("start")
        for hours in (24, 48, 72):
            self.do("promote", hours)

    def kept_until(self, key: str = "k1") -> dt.date:
        return overlap.kept_until(self.state, self.key(key), self.now)


def test_a_key_is_created_set_tested_and_finished_in_this_order() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD)
    plan.do("create_key", replaces="k1", **NEW)
    assert plan.refused("finish_key", key="k2") == "key-not-set"
    plan.test("k2")
    assert plan.refused("finish_key", key="k2") == "key-not-set"
    plan.do("set_key", key="k2", place="Vault")
    assert plan.refused("finish_key", key="k2") == "key-not-tested"
    plan.test("k2", "refused")
    assert plan.refused("finish_key", key="k2") == "key-not-tested"
    plan.test("k2")
    plan.test("k2", "over-quota")
    assert plan.refused("finish_key", key="k2") == "key-not-tested"
    plan.test("k2")
    plan.do("finish_key", key="k2")
    assert [key.standing for key in plan.state.keys.rows] == [Standing.PREVIOUS, Standing.CURRENT]
    assert plan.refused("finish_key", key="k2") == "key-not-pending"


def test_a_key_that_is_set_elsewhere_is_tested_again() -> None:
    plan = Rotation()
    plan.do("create_key", **NEW)
    plan.do("set_key", key="k1", place="Vault")
    plan.test("k1")
    plan.do("set_key", key="k1", place="Environment")
    assert plan.refused("finish_key", key="k1") == "key-not-tested"


def test_the_overlap_outlasts_the_canary_and_the_days_to_go_back() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD)
    plan.do("create_key", replaces="k1", **NEW)
    plan.do("set_key", key="k2", place="Vault")
    plan.test("k2")
    # 24 + 48 + 72 hours of canary, then 30 days: 2 November and 36 days.
    assert plan.refused("finish_key", key="k2", until="2026-12-07") == "overlap-too-short"
    plan.do("finish_key", key="k2", until="2026-12-08")
    assert plan.kept_until() == dt.date(2026, 12, 8)
    assert plan.refused("keep_key", key="k1", until="2026-12-07") == "overlap-too-short"
    plan.do("keep_key", key="k1", until="2026-12-20")
    assert plan.kept_until() == dt.date(2026, 12, 20)
    plan.do("rollback_window", days=60)
    assert plan.kept_until() == dt.date(2027, 1, 7)


def test_a_canary_that_stands_still_makes_the_overlap_longer_by_itself() -> None:
    plan = Rotation()
    plan.rotated()
    plan.do("start")
    plan.do("pause", 10, reason="an outage")
    begun = plan.kept_until()
    plan.now += dt.timedelta(days=20)
    assert plan.kept_until() == begun + dt.timedelta(days=20)


def test_a_plan_that_begins_later_is_counted_from_its_start() -> None:
    told = {"name": "Later", "candidate": "b", "start_on": "2026-12-01"}
    state = replayed([Happening(MADE, BEGUN, "alice", told)])
    assert overlap.least_until(state, None, BEGUN) == dt.date(2027, 1, 6)


def test_a_rotation_of_keys_alone_counts_from_the_day_that_the_new_key_is_in_use() -> None:
    plan = Rotation(candidate="")
    plan.do("add_step", phase="prepare", title="List where the old key is used")
    plan.do("rollback_window", days=5)
    plan.rotated()
    plan.now += dt.timedelta(days=3)
    assert plan.kept_until() == dt.date(2026, 11, 7)


def test_where_the_provider_stays_a_step_of_the_canary_says_that_traffic_moves() -> None:
    plan = Rotation(candidate="")
    plan.do("add_step", phase="canary", title="Start the canary at 10 %")
    plan.rotated()
    begun = plan.kept_until()
    assert begun == dt.date(2026, 12, 8)
    plan.now += dt.timedelta(days=3)
    assert plan.kept_until() == begun + dt.timedelta(days=3)
    assert plan.refused("revoke_key", key="k1") == "overlap-in-canary"


def test_a_plan_that_says_nothing_yet_keeps_the_old_key_past_its_stages_and_the_way_back_after_them() -> None:
    plan = Rotation(candidate="")
    assert plan.refused("finish_key", key="k2", until="2026-12-07") == "no-key"
    plan.do("add_key", **OLD)
    plan.do("create_key", replaces="k1", **NEW)
    plan.do("set_key", key="k2", place="Vault")
    plan.test("k2")
    assert plan.refused("finish_key", key="k2", until="2026-12-07") == "overlap-too-short"
    plan.do("finish_key", key="k2", until="2026-12-08")
    plan.now += dt.timedelta(days=30)
    assert plan.kept_until() == dt.date(2026, 12, 8)


def test_revoking_waits_for_the_overlap_and_for_evidence_of_the_last_use() -> None:
    plan = Rotation().unlimited()
    plan.rotated()
    assert plan.refused("revoke_key", key="k2") == "key-not-previous"
    plan.do("start")
    plan.do("rollback_window", days=0)
    assert plan.refused("revoke_key", 1000, key="k1") == "overlap-in-canary"
    for _ in range(3):
        plan.do("promote", 72)
    plan.do("rollback_window", days=30)
    assert plan.refused("revoke_key", 30 * DAY, key="k1") == "overlap-runs"
    assert plan.refused("revoke_key", DAY, key="k1") == "last-use-unknown"
    today = plan.now.date()
    tomorrow = (today + dt.timedelta(days=1)).isoformat()
    assert plan.refused("key_used", key="k1", used_on=tomorrow, source="console") == "day-to-come"
    plan.do("key_used", key="k1", used_on=today.isoformat(), source="console")
    assert plan.refused("revoke_key", DAY, key="k1") == "key-in-use"
    plan.do("revoke_key", DAY, key="k1")
    assert plan.key("k1").standing is Standing.REVOKED


def test_evidence_of_the_last_use_ages() -> None:
    plan = Rotation()
    plan.rotated()
    plan.cut_over()
    plan.do("key_used", 31 * DAY, key="k1", used_on="2026-11-07", source="console")
    assert plan.refused("revoke_key", 8 * DAY, key="k1") == "last-use-unknown"


def test_a_leak_revokes_at_once_whatever_holds() -> None:
    plan = Rotation()
    plan.rotated()
    plan.do("archive")
    command: dict[str, Any] = {"key": "k2", "reason": "in a public repository"}
    assert plan.refused("key_used", key="k1", used_on="2026-11-01", source="x") == "archived"
    plan.do("leaked_key", **command)
    assert (plan.key("k2").standing, plan.key("k2").leaked) == (Standing.REVOKED, True)
    assert plan.refused("leaked_key", **command) == "key-revoked"
    plan.do("restore")
    plan.do("create_key", replaces="k2", **NEW)
    assert plan.state.keys.successor(plan.key("k2")) is not None


def test_a_leaked_key_without_a_successor_is_due_now() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD)
    plan.do("leaked_key", key="k1", reason="published")
    assert [each.matter for each in overlap.reminders(plan.state, plan.now)] == [overlap.Matter.REPLACE]
    plan.do("create_key", replaces="k1", **NEW)
    assert overlap.reminders(plan.state, plan.now) == ()


def test_the_key_before_can_be_used_again() -> None:
    plan = Rotation()
    plan.rotated()
    plan.do("reinstate_key", key="k1", reason="errors")
    assert [key.standing for key in plan.state.keys.rows] == [Standing.CURRENT, Standing.PREVIOUS]
    plan.do("reinstate_key", key="k2", reason="it was something else")
    assert [key.standing for key in plan.state.keys.rows] == [Standing.PREVIOUS, Standing.CURRENT]


def test_a_way_back_over_two_keys_leaves_one_in_use() -> None:
    plan = Rotation()
    plan.rotated()
    plan.do("create_key", replaces="k2", **NEW)
    plan.finished("k3")
    plan.do("create_key", replaces="k3", **NEW)
    plan.do("reinstate_key", key="k1", reason="errors")
    standings = [key.standing for key in plan.state.keys.rows]
    assert standings == [Standing.CURRENT, Standing.PREVIOUS, Standing.PREVIOUS, Standing.PENDING]
    plan.finished("k4")
    assert [key.standing for key in plan.state.keys.rows] == [*[Standing.PREVIOUS] * 3, Standing.CURRENT]


def test_a_pending_key_that_leaks_keeps_nobody_from_another_one() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD)
    plan.do("create_key", replaces="k1", **NEW)
    plan.do("leaked_key", key="k2", reason="in a log")
    assert plan.refused("create_key", replaces="k2", **NEW) == "key-not-current"
    plan.do("create_key", replaces="k1", **NEW)
    plan.finished("k3")
    assert plan.key("k1").standing is Standing.PREVIOUS


def test_only_what_is_in_use_is_replaced_and_once() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD)
    plan.do("create_key", replaces="k1", **NEW)
    assert plan.refused("create_key", replaces="k1", **NEW) == "key-replaced-already"
    assert plan.refused("create_key", replaces="k2", **NEW) == "key-not-current"
    assert plan.refused("create_key", replaces="k9", **NEW) == "no-key"
    plan.do("drop_key", key="k2", reason="wrong project")
    plan.do("create_key", replaces="k1", **NEW)
    assert plan.key("k3").replaces == "k1"


def test_what_is_due_is_said_beforehand() -> None:
    plan = Rotation()
    plan.do("add_key", **OLD, expires_on="2026-11-20")
    assert overlap.reminders(plan.state, BEGUN) == ()
    assert [(each.matter, each.on.day) for each in overlap.reminders(plan.state, BEGUN + dt.timedelta(days=5))] == [
        ("expires", 20)
    ]
    plan.do("describe_key", key="k1", note="of the old project", expires_on="")
    assert overlap.due(plan.state, BEGUN) == ()


def test_a_previous_key_is_tried_again_as_its_evidence_ages() -> None:
    plan = Rotation()
    plan.rotated()
    plan.test("k1")
    assert overlap.works(plan.key("k1"), plan.now)
    later = plan.now + dt.timedelta(days=8)
    assert not overlap.works(plan.key("k1"), later)
    assert [each.matter for each in overlap.reminders(plan.state, later)] == [overlap.Matter.TRY]


def test_a_key_is_recognised_by_its_print_and_the_print_says_little() -> None:
    key = "sk-proj-0a1b2c3d4e5f6g7hw7Lk"
    salt = salt_for(Keys())
    known = print_of(key, salt)
    assert (known.last, key in repr(known)) == ("w7Lk", False)
    assert recognised(f" {key}\n", known) == "print"
    assert recognised(key[:-5] + "xw7Lk", known) is None
    assert recognised(key, Print(last="w7Lk")) == "last"
    assert recognised(key, Print(last="9fQ2")) is None
    assert recognised(key, Print()) == "nothing"
    assert print_of("short", salt).last == ""
    assert print_of(key, salt_for(Keys())).digest != known.digest


def test_the_same_key_is_listed_once_and_every_key_of_a_plan_has_its_salt() -> None:
    plan = Rotation()
    known = print_of("sk-proj-0a1b2c3d4e5f6g7hw7Lk", salt_for(plan.state.keys))
    plan.do("add_key", **{**OLD, "print": known.model_dump()})
    again = print_of("sk-proj-0a1b2c3d4e5f6g7hw7Lk", salt_for(plan.state.keys))
    assert plan.refused("create_key", **{**NEW, "print": again.model_dump()}) == "key-listed-already"


ACTS = st.sampled_from(
    [
        *("add_key", "create_key", "set_key", "test", "finish_key", "keep_key", "key_used", "revoke_key"),
        *("leaked_key", "drop_key", "reinstate_key", "describe_key", "rollback_window"),
        *("start", "skip", "roll_back", "pause"),
    ]
)
STEPS = st.lists(st.tuples(ACTS, st.sampled_from(["k1", "k2", "k3"]), st.integers(0, 40)), max_size=40)


def said(name: str, key: str, days: int) -> dict[str, Any]:
    """What a command of this name needs."""
    day = (BEGUN + dt.timedelta(days=days)).date().isoformat()
    more: dict[str, Any] = {
        "add_key": OLD,
        "create_key": {**NEW, "replaces": key if days % 2 else ""},
        "set_key": {"key": key, "place": "Vault"},
        "finish_key": {"key": key, **({"until": day} if days % 3 else {})},
        "keep_key": {"key": key, "until": day},
        "key_used": {"key": key, "used_on": day, "source": "console"},
        "rollback_window": {"days": days},
        "describe_key": {"key": key, "note": "x"},
        "start": {},
        "revoke_key": {"key": key},
    }
    reasons = {"key": key} if name.endswith("_key") else {}
    return dict(more.get(name, {"reason": "because", **reasons}))


@given(STEPS)
def test_what_has_happened_says_all_and_no_key_is_revoked_while_one_may_go_back_to_it(
    steps: list[tuple[str, str, int]],
) -> None:
    plan = Rotation()
    for name, key, days in steps:
        before: State = plan.state
        try:
            if name == "test":
                plan.test(key, "works" if days % 4 else "refused")
            else:
                plan.do(name, 12, **said(name, key, days))
        except Refused:
            continue
        if name == "revoke_key":
            old = before.keys.by_id[key]
            assert before.rollout.finished_at is not None
            assert plan.now.date() > overlap.kept_until(before, old, plan.now)
        if name == "finish_key":
            trial = before.keys.by_id[key].trial
            assert trial is not None
            assert trial.works
    assert replayed(plan.told) == plan.state


@pytest.mark.parametrize(
    "print_of_one", [{"last": "12345"}, {"digest": "0" * 63}, {"salt": "xyz"}, {"last": "é"}, {"key": "sk-1"}]
)
def test_what_is_no_print_is_refused(print_of_one: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="print"):
        Rotation().do("add_key", **{**OLD, "print": print_of_one})


@pytest.mark.parametrize(
    ("endpoint", "outcome", "doubted"),
    [("sample", "works", True), ("sample", "refused", False), ("deepseek", "works", False)],
)
def test_that_the_built_in_provider_took_a_key_says_nothing_of_the_key(
    endpoint: str, outcome: str, doubted: bool
) -> None:
    plan = Rotation()
    plan.do("add_key", **NEW)
    plan.test("k1", outcome, endpoint)
    (row,) = shown.rows(plan.state, plan.now)
    assert ("takes any key" in row.doubt) == doubted
