"""A whole plan, made of what has happened to it. Pure.

Each part has a module of its own, which knows its commands, what happens, and what comes of it. A part is added by
its field here, its line in PARTS, and its commands in `deciding`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from migrations_app.rules import about, keys, phases, readings, review, rollout, safety, steps
from migrations_app.rules.about import About
from migrations_app.rules.happening import Happening
from migrations_app.rules.keys import Keys
from migrations_app.rules.phases import Phases
from migrations_app.rules.readings import Readings
from migrations_app.rules.review import Review
from migrations_app.rules.rollout import Rollout
from migrations_app.rules.safety import Safety
from migrations_app.rules.steps import Steps

MADE: Final = "plan.made"


@dataclass(frozen=True, slots=True)
class State:
    """How a plan stands after its `revision`-th happening."""

    about: About
    revision: int
    last_at: dt.datetime
    review: Review = field(default_factory=Review)
    keys: Keys = field(default_factory=Keys)
    rollout: Rollout = field(default_factory=Rollout)
    readings: Readings = field(default_factory=Readings)
    safety: Safety = field(default_factory=Safety)
    steps: Steps = field(default_factory=Steps)
    phases: Phases = field(default_factory=Phases)


# The beginning of a happening's kind → which field it changes, and how.
PARTS: Final[Mapping[str, tuple[str, Callable[[Any, Happening], Any]]]] = {
    "plan": ("about", about.evolved),
    "canary": ("rollout", rollout.evolved),
    "readings": ("readings", readings.evolved),
    "safety": ("safety", safety.evolved),
    "review": ("review", review.evolved),
    "phases": ("phases", phases.evolved),
    "steps": ("steps", steps.evolved),
    "key": ("keys", keys.evolved),
}


def replayed(happenings: Iterable[Happening]) -> State:
    """The state after these, in their order; the first one is `plan.made`."""
    told = iter(happenings)
    first = next(told)
    state = State(about.made(first), 1, first.at)
    for happening in told:
        state = evolved(state, happening)
    return state


def evolved(state: State, told: Happening) -> State:
    """The state after one more."""
    part, evolve = PARTS[told.kind.partition(".")[0]]
    changed: dict[str, Any] = {part: evolve(getattr(state, part), told)}
    return replace(state, revision=state.revision + 1, last_at=max(state.last_at, told.at), **changed)
