"""What the product does by itself as time passes, and when it is to look. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from migrations_app.deciding import following, promoted
from migrations_app.happening import Happening, Moment
from migrations_app.rollout import Standing
from migrations_app.state import State


def due(state: State, moment: Moment) -> list[Happening]:
    """What happens now without anybody's command, with what follows from it: an automatic stage is passed.

    Ask again with the state after it, until there is nothing more.
    """
    moment = replace(moment, at=max(moment.at, state.last_at))
    told = [] if state.about.archived else promoted(state, moment)
    return told + following(state, told, moment)


def next_at(state: State) -> dt.datetime | None:
    """From when on something may be due; None while only a command changes anything."""
    canary = state.rollout
    waits = canary.standing is Standing.RUNNING and canary.stage is not None and canary.stage.automatic
    if state.about.archived or not waits:
        return None
    since = canary.counts_since or state.last_at
    return since + canary.hold_left(since)
