"""The days of a plan that are worth a place in a calendar: what was, what is planned, what is due. Pure.

Each part that has days says them by a function of its own, listed in SOURCES. What lies ahead is as of `now`: a stage
is foreseen from the holds that are left, as if each were passed as soon as it may be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from migrations_app.review import DAYS_AFTER
from migrations_app.rollout import Standing
from migrations_app.state import State


@dataclass(frozen=True, slots=True)
class Named:
    """A day or a moment of a plan: `key` is one of the plan's own, `kind` is what `date_words` says in words.

    `done`: it has happened; `due`: somebody has something to do by then, `owner` (a public id) if there is one.
    `until` ends what lasts; `parts` are JSON values that the words need.
    """

    key: str
    kind: str
    on: dt.date | dt.datetime
    done: bool = False
    due: bool = False
    owner: str = ""
    until: dt.datetime | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> dt.date:
        """Its (UTC) day."""
        return self.on.date() if isinstance(self.on, dt.datetime) else self.on

    def late(self, now: dt.datetime) -> bool:
        """Whether it was to be done before today."""
        return self.due and not self.done and self.day < now.date()


Source = Callable[[State, dt.datetime], Iterator[Named]]


def of(state: State, now: dt.datetime) -> list[Named]:
    """Every day of a plan, the earliest first."""
    found = [named for source in SOURCES for named in source(state, now)]
    return sorted(found, key=lambda named: (str(named.on), named.key))


def late(state: State, now: dt.datetime) -> list[Named]:
    """What was to be done by a day that has gone by."""
    return [named for named in of(state, now) if named.late(now)]


def start(state: State, now: dt.datetime) -> Iterator[Named]:
    """The day on which the plan begins."""
    if state.about.start_on:
        yield Named("start", "start", state.about.start_on, done=state.about.start_on <= now.date())


def stages(state: State, now: dt.datetime) -> Iterator[Named]:
    """The stage that holds, with what is left of its hold, and those after it."""
    for place, begins, ends in ladder(state, now):
        stage, entered = state.rollout.stages[place], place == state.rollout.place
        parts = {"percent": f"{stage.percent.normalize():f}", "hours": stage.hold_hours}
        yield Named(f"stage-{place + 1}", "stage", begins, done=entered, until=ends, parts=parts)


def ladder(state: State, now: dt.datetime) -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    """Stages from the one that holds on, with when each begins and may be passed at the earliest.

    A hold or a pause is taken to end now. Nothing lies ahead of what is finished or wholly rolled back.
    """
    rollout = state.rollout
    if rollout.standing in {Standing.FINISHED, Standing.ROLLED_BACK}:
        return
    place, begins, left = rollout.place, rollout.entered_at, rollout.hold_left(now)
    if place is None or begins is None:
        place, begins = 0, _first(state, now)
        left = dt.timedelta(hours=rollout.stages[0].hold_hours)
        ends = begins + left
    else:
        ends = max(now, state.last_at) + left
    yield place, begins, ends
    for later in range(place + 1, len(rollout.stages)):
        begins, ends = ends, ends + dt.timedelta(hours=rollout.stages[later].hold_hours)
        yield later, begins, ends


def _first(state: State, now: dt.datetime) -> dt.datetime:
    """When the canary may begin: at the start day's beginning, or now."""
    planned = state.about.start_on or now.date()
    return max(dt.datetime.combine(planned, dt.time(), dt.UTC), now)


def cut_over(state: State, now: dt.datetime) -> Named | None:
    """When everything is on the target for good: the last stage is passed. None where that is not in sight."""
    if state.rollout.finished_at:
        return Named("cut-over", "cut-over", state.rollout.finished_at, done=True)
    ends = [ends for _place, _begins, ends in ladder(state, now)]
    return Named("cut-over", "cut-over", ends[-1]) if ends else None


def review_day(state: State, now: dt.datetime) -> dt.date | None:
    """The day of the review: the one that was set, else 30 days after the cut-over."""
    if state.review.due_on:
        return state.review.due_on
    cut = cut_over(state, now)
    return cut.day + dt.timedelta(days=DAYS_AFTER) if cut else None


def _cut_over(state: State, now: dt.datetime) -> Iterator[Named]:
    found = cut_over(state, now)
    if found:
        yield found


def _steps(state: State, _now: dt.datetime) -> Iterator[Named]:
    for step in state.steps.each:
        if step.due:
            parts = {"title": step.title, "phase": step.phase.value}
            yield Named(f"step-{step.id}", "step", step.due, done=step.settled, due=True, owner=step.owner, parts=parts)


def _review(state: State, now: dt.datetime) -> Iterator[Named]:
    day = review_day(state, now)
    if state.review.concluded_at:
        yield Named("review", "review", state.review.concluded_at, done=True)
    elif day:
        yield Named("review", "review", day, due=True, parts={"days": DAYS_AFTER})


# By part, each with days of its own.
SOURCES: Final[tuple[Source, ...]] = (start, stages, _cut_over, _review, _steps)
