"""The canary: how much of the traffic is on the target, stage by stage. Pure.

    planned → running → … → finished          start, promote (or skip, with a reason)
    running ⇄ held, running ⇄ paused          held: stays where it is; paused: its clock stands still, too
    any     → rolled back to an earlier stage (held there), or to 0 %

A stage is passed when it has been held long enough, has seen enough, its limits are kept, and (unless it is
automatic) somebody promotes it. Rolling back asks for nothing but a reason.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from migrations_app.rules.canary_commands import (
    NONE,
    Hold,
    Move,
    Pause,
    PlanStages,
    Promote,
    Rehearse,
    Resume,
    RollBack,
    Skip,
    Stage,
    Start,
)
from migrations_app.rules.happening import Happening, Moment, Refused

ALL: Final = Decimal(100)


class Standing(StrEnum):
    """Where the canary stands."""

    PLANNED = "planned"
    RUNNING = "running"
    HELD = "held"
    PAUSED = "paused"
    ROLLED_BACK = "rolled_back"
    FINISHED = "finished"


DEFAULT: Final = tuple(
    Stage(percent=Decimal(percent), hold_hours=hours) for percent, hours in ((10, 24), (50, 48), (100, 72))
)


@dataclass(frozen=True, slots=True)
class Turn:
    """From when on which share was on the target, by which entry into a stage."""

    at: dt.datetime
    weight: Decimal
    entry: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """How the canary stands. `place` is the stage whose share holds, None where none does."""

    stages: tuple[Stage, ...] = DEFAULT
    standing: Standing = Standing.PLANNED
    place: int | None = None
    weight: Decimal = NONE
    # Counts each time that a stage is entered: what was seen before belongs to another entry.
    entry: int = 0
    entered_at: dt.datetime | None = None
    # What has counted to the hold before `counts_since`, which is None while the clock stands still.
    counted: dt.timedelta = dt.timedelta()
    counts_since: dt.datetime | None = None
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    reason: str = ""
    drills: int = 0
    # Every share that there was, in order.
    course: tuple[Turn, ...] = ()

    @property
    def stage(self) -> Stage | None:
        """The stage that holds now."""
        return None if self.place is None else self.stages[self.place]

    @property
    def onward(self) -> Decimal:
        """The share that comes next; the last one stays."""
        place = 0 if self.place is None else self.place + 1
        return self.stages[place].percent if place < len(self.stages) else self.weight

    def held_for(self, now: dt.datetime) -> dt.timedelta:
        """How long this stage has been held, pauses left out; never less than nothing, whatever the clock says."""
        running = max(now - self.counts_since, dt.timedelta()) if self.counts_since else dt.timedelta()
        return self.counted + running

    def hold_left(self, now: dt.datetime) -> dt.timedelta:
        """What is missing from this stage's least hold."""
        hours = self.stage.hold_hours if self.stage else 0
        return max(dt.timedelta(hours=hours) - self.held_for(now), dt.timedelta())

    def earlier(self) -> tuple[Decimal, ...]:
        """Shares that can be rolled back to, the largest first."""
        lower = {stage.percent for stage in self.stages if stage.percent < self.weight}
        return (*sorted(lower, reverse=True), *((NONE,) if self.weight else ()))


def check_ladder(stages: tuple[Stage, ...]) -> None:
    """Raises Refused unless the shares rise up to 100 %."""
    shares = [stage.percent for stage in stages]
    if any(later <= earlier for earlier, later in itertools.pairwise(shares)):
        raise Refused("shares-do-not-rise")
    if not shares or shares[-1] != ALL:
        raise Refused("last-is-not-all")


def plan_stages(now: Rollout, command: PlanStages, moment: Moment) -> Happening:
    """Decide on other stages. Raises Refused."""
    check_ladder(command.stages)
    _must(now.standing is not Standing.FINISHED, "finished")
    entered = 0 if now.place is None else now.place + 1
    _must(command.stages[:entered] == now.stages[:entered], "stage-entered")
    return moment.happening("canary.planned", stages=[stage.model_dump(mode="json") for stage in command.stages])


def start(now: Rollout, command: Start, moment: Moment) -> Happening:
    """Decide to begin. Raises Refused."""
    _must(now.standing in {Standing.PLANNED, Standing.ROLLED_BACK}, "started")
    _as_expected(command, now.onward)
    return moment.happening("canary.started", reason=command.reason)


def promote(now: Rollout, command: Promote, moment: Moment) -> Happening:
    """Decide to go on; whoever calls has asked `obstacles` before. Raises Refused."""
    _must(now.standing is Standing.RUNNING, "not-running")
    _as_expected(command, now.onward)
    return moment.happening("canary.promoted", reason=command.reason)


def skip(now: Rollout, command: Skip, moment: Moment) -> Happening:
    """Decide to go on in spite of what is missing. Raises Refused."""
    _must(now.place is not None and now.standing is not Standing.FINISHED, "not-running")
    _as_expected(command, now.onward)
    return moment.happening("canary.skipped", reason=command.reason)


def hold(now: Rollout, command: Hold, moment: Moment) -> Happening:
    """Decide to stay. Raises Refused."""
    _must(now.standing in {Standing.RUNNING, Standing.PAUSED}, "not-running")
    _as_expected(command, now.weight)
    return moment.happening("canary.held", reason=command.reason)


def pause(now: Rollout, command: Pause, moment: Moment) -> Happening:
    """Decide to let the time not count. Raises Refused."""
    _must(now.standing in {Standing.RUNNING, Standing.HELD}, "not-running")
    _as_expected(command, now.weight)
    return moment.happening("canary.paused", reason=command.reason)


def resume(now: Rollout, command: Resume, moment: Moment) -> Happening:
    """Decide to go on at this stage. Raises Refused."""
    _must(now.standing in {Standing.HELD, Standing.PAUSED}, "not-held")
    _as_expected(command, now.weight)
    return moment.happening("canary.resumed", reason=command.reason)


def is_back(now: Rollout, percent: Decimal) -> bool:
    """Whether a share holds already and nothing leads on from it: a roll-back to it is done, whoever asked for it."""
    return percent == now.weight and now.standing in {Standing.PLANNED, Standing.ROLLED_BACK, Standing.HELD}


def roll_back(now: Rollout, command: RollBack, moment: Moment) -> list[Happening]:
    """Decide to go back, unless one is; nothing but the share itself is asked. Raises Refused."""
    if is_back(now, command.percent):
        return []
    _check_share(now, command.percent)
    return [moment.happening("canary.rolled_back", percent=str(command.percent), reason=command.reason)]


def rehearse(now: Rollout, command: Rehearse, moment: Moment) -> Happening:
    """Decide on a drill of the same. Raises Refused."""
    _check_share(now, command.percent)
    return moment.happening("canary.rehearsed", percent=str(command.percent), reason=command.reason, entry=now.entry)


def _as_expected(command: Move, share: Decimal) -> None:
    if command.percent not in {None, share}:
        raise Refused("another-share", percent=str(command.percent), weight=str(share))


def _check_share(now: Rollout, percent: Decimal) -> None:
    if percent not in now.earlier():
        shares = [str(share) for share in now.earlier()]
        raise Refused("no-earlier-share", percent=str(percent), weight=str(now.weight), shares=shares)


def obstacles(now: Rollout, moment: dt.datetime, seen: int) -> list[Refused]:
    """What keeps this stage from being passed: its hold, and its sample (`seen`: requests on the target)."""
    found: list[Refused] = []
    left = now.hold_left(moment)
    if left:
        found.append(Refused("hold-not-over", hours=-(-left // dt.timedelta(hours=1))))
    if now.stage and seen < now.stage.sample:
        found.append(Refused("sample-too-small", missing=now.stage.sample - seen))
    return found


def _must(holds: bool, code: str) -> None:
    if not holds:
        raise Refused(code)


def evolved(now: Rollout, told: Happening) -> Rollout:
    """The canary after what has happened; raises nothing for whatever was once decided."""
    return _EVOLVE[told.kind](now, told)


def _planned(now: Rollout, told: Happening) -> Rollout:
    stages = tuple(Stage.model_validate(stage) for stage in told.data["stages"])
    return replace(now, stages=stages)


def _entered(now: Rollout, place: int, at: dt.datetime, standing: Standing) -> Rollout:
    """At a stage from its beginning; one that is held does not count until it is resumed."""
    weight, entry = now.stages[place].percent, now.entry + 1
    return replace(
        now,
        standing=standing,
        place=place,
        weight=weight,
        entry=entry,
        course=(*now.course, Turn(at, weight, entry)),
        entered_at=at,
        counted=dt.timedelta(),
        counts_since=at if standing is Standing.RUNNING else None,
        reason="",
    )


def _started(now: Rollout, told: Happening) -> Rollout:
    begun = replace(now, started_at=now.started_at or told.at)
    return _entered(begun, 0, told.at, Standing.RUNNING)


def _onward(now: Rollout, told: Happening) -> Rollout:
    place = 0 if now.place is None else now.place + 1
    if place < len(now.stages):
        return _entered(now, place, told.at, Standing.RUNNING)
    return replace(_stopped(now, told), standing=Standing.FINISHED, finished_at=told.at, reason="")


def _stopped(now: Rollout, told: Happening) -> Rollout:
    """The clock stands still."""
    return replace(now, counted=now.held_for(told.at), counts_since=None, reason=str(told.data.get("reason", "")))


def _held(now: Rollout, told: Happening) -> Rollout:
    # A stage that is held goes on counting: its traffic flows, and is watched.
    counts = now.counts_since or told.at
    return replace(now, standing=Standing.HELD, counts_since=counts, reason=str(told.data["reason"]))


def _paused(now: Rollout, told: Happening) -> Rollout:
    return replace(_stopped(now, told), standing=Standing.PAUSED)


def _resumed(now: Rollout, told: Happening) -> Rollout:
    counts = now.counts_since or told.at
    return replace(now, standing=Standing.RUNNING, counts_since=counts, reason="")


def _rolled_back(now: Rollout, told: Happening) -> Rollout:
    percent, reason = Decimal(told.data["percent"]), str(told.data["reason"])
    place = next((place for place, stage in enumerate(now.stages) if stage.percent == percent), None)
    if place is None:
        ended = replace(_stopped(now, told), course=(*now.course, Turn(told.at, NONE, now.entry)))
        return replace(ended, standing=Standing.ROLLED_BACK, place=None, weight=NONE, reason=reason, finished_at=None)
    back = _entered(now, place, told.at, Standing.HELD)
    return replace(back, reason=reason, finished_at=None)


def _rehearsed(now: Rollout, _told: Happening) -> Rollout:
    return replace(now, drills=now.drills + 1)


_EVOLVE: Final[Mapping[str, Callable[[Rollout, Happening], Rollout]]] = {
    "canary.planned": _planned,
    "canary.started": _started,
    "canary.promoted": _onward,
    "canary.skipped": _onward,
    "canary.held": _held,
    "canary.paused": _paused,
    "canary.resumed": _resumed,
    "canary.rolled_back": _rolled_back,
    "canary.rehearsed": _rehearsed,
}
