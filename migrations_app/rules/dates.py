"""The days of a plan that are worth a place in a calendar: what was, what is planned, what is due. Pure.

Each part that has days says them by a function of its own, listed in SOURCES. What lies ahead is as of `now`: a stage
is foreseen from the holds that are left, as if each were passed as soon as it may be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from costcalc.digits import canonical
from migrations_app.rules import overlap
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.review import DAYS_AFTER
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import State
from migrations_app.rules.steps import Doing, Phase


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
        entered = place == state.rollout.place
        yield _stage(place, state.rollout.stages[place], begins, ends, done=entered)


def _stage(place: int, stage: Stage, begins: dt.datetime, ends: dt.datetime, *, done: bool) -> Named:
    parts = {"percent": canonical(stage.percent), "hours": stage.hold_hours}
    return Named(f"stage-{place + 1}", "stage", begins, done=done, until=ends, parts=parts)


def _passed(state: State, now: dt.datetime) -> Iterator[Named]:
    """The stages that are behind, each as it was held last."""
    rollout, ahead = state.rollout, {place for place, _begins, _ends in ladder(state, now)}
    ends = [*(turn.at for turn in rollout.course[1:]), rollout.finished_at or state.last_at]
    held = {turn.weight: (turn.at, end) for turn, end in zip(rollout.course, ends, strict=False)}
    for place, stage in enumerate(rollout.stages):
        if place not in ahead and stage.percent in held:
            yield _stage(place, stage, *held[stage.percent], done=True)


def ladder(state: State, now: dt.datetime) -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    """Stages from the one that holds on, with when each begins and may be passed at the earliest.

    A hold or a pause is taken to end now. Nothing lies ahead of what is finished or wholly rolled back, nor where a
    plan goes by its steps alone and no traffic moves.
    """
    rollout, by_steps = state.rollout, overlap.keys_alone(state)
    if by_steps or rollout.standing in {Standing.FINISHED, Standing.ROLLED_BACK}:
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
    """When the canary may begin: at the beginning of its day, or now."""
    planned = overlap.begins_on(state) or now.date()
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


def last_day_back(state: State, now: dt.datetime) -> dt.date | None:
    """The last (UTC) day on which the old side is kept, so that one can go back; None where that is not in sight."""
    cut, days = cut_over(state, now), state.keys.window_days
    return cut.day + dt.timedelta(days=days) if cut and days else None


def _window(state: State, now: dt.datetime) -> Iterator[Named]:
    last = last_day_back(state, now)
    if last:
        done = state.rollout.finished_at is not None and last < now.date()
        yield Named("window", "window", last, done=done, parts={"days": state.keys.window_days})


def _sign_offs(state: State, _now: dt.datetime) -> Iterator[Named]:
    """Phases that were signed off, and those that wait for it since their last step was settled.

    Nobody is late with one: who signs off at all is a team's own affair.
    """
    for phase in Phase:
        signed, steps = state.phases.signed.get(phase), state.steps.of(phase)
        since = [step.at for step in steps if step.settled and step.at]
        waits = len(since) == len(steps) > 0 and (phase is not Phase.CANARY or state.rollout.finished_at is not None)
        if signed or waits:
            on = signed.at if signed else max(since).date()
            yield Named(f"sign-off-{phase}", "sign-off", on, done=signed is not None, parts={"phase": phase.value})


def _steps(state: State, _now: dt.datetime) -> Iterator[Named]:
    for step in state.steps.each:
        if step.due:
            parts = {"title": step.title, "phase": step.phase.value, "skipped": step.doing is Doing.SKIPPED}
            yield Named(f"step-{step.id}", "step", step.due, done=step.settled, due=True, owner=step.owner, parts=parts)


def _review(state: State, now: dt.datetime) -> Iterator[Named]:
    day = review_day(state, now)
    if state.review.concluded_at:
        yield Named("review", "review", state.review.concluded_at, done=True)
    elif day:
        yield Named("review", "review", day, due=True, parts={"days": DAYS_AFTER})


def _keys(state: State, now: dt.datetime) -> Iterator[Named]:
    for each in overlap.due(state, now):
        parts = {"matter": each.matter.value, "last": each.key.print.last, "environment": each.key.environment}
        yield Named(f"key-{each.key.id}-{each.matter}", "key", each.on, due=True, parts=parts)


# By part, each with days of its own.
SOURCES: Final[tuple[Source, ...]] = (
    start,
    _passed,
    stages,
    _cut_over,
    _window,
    _review,
    _steps,
    _sign_offs,
    _keys,
)
