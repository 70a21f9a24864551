"""Whether the stage that holds may be passed: its hold, its sample and its limits together. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Final

from costcalc.digits import canonical
from migrations_app.rules import rollout, verdicts
from migrations_app.rules.happening import Refused
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import State

_HOLD: Final = "hold-not-over"


def obstacles(state: State, at: dt.datetime) -> list[Refused]:
    """What keeps the present stage from being passed."""
    now = state.rollout
    missing = rollout.obstacles(now, at, state.readings.seen(now.entry))
    return missing + verdicts.obstacles(state.readings, now, state.about.forecast)


def reached(state: State, at: dt.datetime) -> frozenset[str]:
    """What steps may wait for that the present stage has come to, whether somebody clicks or not."""
    now = state.rollout
    if now.stage is None or now.standing is Standing.FINISHED:
        return frozenset()
    share, missing = canonical(now.stage.percent), {each.code for each in obstacles(state, at)}
    held = {f"stage-held:{share}"} if not missing and (now.counts_since or now.counted) else set()
    passed = {f"gate-passed:{share}"} if state.readings.of(now.entry) and missing <= {_HOLD} else set()
    return frozenset(held | passed)


def passable_at(state: State) -> dt.datetime | None:
    """From when on the present stage may be passed; None while time alone does not bring that about."""
    now = state.rollout
    if now.stage is None or now.standing is Standing.FINISHED:
        return None
    since = now.counts_since or state.last_at
    over = since + now.hold_left(since)
    stands = now.counts_since is None and over > since
    return None if stands or obstacles(state, over) else over
