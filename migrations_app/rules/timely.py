"""What the product does by itself as time passes, and when it is to look. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from migrations_app.rules.deciding import following, promoted
from migrations_app.rules.following import ticked_by_time, waiting
from migrations_app.rules.gates import passable_at, reached
from migrations_app.rules.happening import Happening, Moment
from migrations_app.rules.rollout import Standing
from migrations_app.rules.state import State


def due(state: State, moment: Moment) -> list[Happening]:
    """What happens now without anybody's command, with what follows from it: an automatic stage is passed, or steps
    that wait for the stage's hold are ticked.

    Ask again with the state after it, until there is nothing more.
    """
    if state.about.archived:
        return []
    moment = replace(moment, at=max(moment.at, state.last_at))
    told = promoted(state, moment) or ticked_by_time(state, moment)
    return told + following(state, told, moment)


def next_at(state: State) -> dt.datetime | None:
    """From when on something may be due; None while only a command changes anything."""
    canary, over = state.rollout, passable_at(state)
    if state.about.archived or over is None or canary.stage is None:
        return None
    waits = canary.standing is Standing.RUNNING and canary.stage.automatic
    return over if waits or waiting(state, reached(state, over)) else None
