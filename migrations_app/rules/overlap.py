"""For how long the key before is kept: as long as one may have to go back to it. Pure.

It outlasts what is left of the canary (its least holds) and, after the cut-over, the days in which one can go back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from migrations_app.rules import rollout
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.key_commands import FinishKey, KeepKey, RevokeKey
from migrations_app.rules.keys import Key, Progress, Standing, Trial
from migrations_app.rules.rollout import Rollout
from migrations_app.rules.state import State

# A statement about a key's last use is worth this long; a whole day without any use comes before revoking.
EVIDENCE_DAYS: Final = 7
QUIET_DAYS: Final = 2
# What is due within these days is said beforehand.
SOON_DAYS: Final = 14
# A previous key that nobody has tried for so long may be dead, and the way back with it.
ALIVE_DAYS: Final = 7


def has_canary(state: State) -> bool:
    """Whether traffic is known to move: by the plan's sides, by its steps, or since it has begun to.

    A provider may stay and traffic move all the same, as from one transport to another.
    """
    return bool(state.about.candidate) or state.rollout.started_at is not None or state.steps.move_traffic


def keys_alone(state: State) -> bool:
    """Whether keys are rotated and no traffic moves. A plan without steps does not say so: its stages stand."""
    return bool(state.steps.each) and not has_canary(state)


def begins_on(state: State) -> dt.date | None:
    """The day for which the canary is planned: that of the step that is done by its start, else the plan's first."""
    awaits = (step.due for step in state.steps.each if step.automatic == "canary-started" and not step.settled)
    return next((due for due in awaits if due), state.about.start_on)


def cut_over_at(state: State, key: Key | None, now: dt.datetime) -> dt.datetime:
    """When everything is on the target, at the earliest; of keys alone, when the key's place was taken."""
    replaced = (key.retired_at if key else None) or now
    if keys_alone(state):
        return replaced
    # A canary that nobody has asked for does not put the end off from day to day.
    since = now if has_canary(state) else replaced
    finished = state.rollout.finished_at
    return finished or max(since, _start(state, since)) + _rest(state.rollout, now)


def _start(state: State, now: dt.datetime) -> dt.datetime:
    """A canary that has not begun does not begin before its day."""
    day = begins_on(state)
    if state.rollout.standing is not rollout.Standing.PLANNED or day is None:
        return now
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _rest(canary: Rollout, now: dt.datetime) -> dt.timedelta:
    """What is left of it: of the stage that holds, and of those after it."""
    after = 0 if canary.place is None else canary.place + 1
    hours = sum(stage.hold_hours for stage in canary.stages[after:])
    return canary.hold_left(now) + dt.timedelta(hours=hours)


def least_until(state: State, key: Key | None, now: dt.datetime) -> dt.date:
    """The first day (UTC) that a previous key may be kept to, and not less; later while the canary stands still."""
    return (cut_over_at(state, key, now) + dt.timedelta(days=state.keys.window_days)).date()


def kept_until(state: State, key: Key, now: dt.datetime) -> dt.date:
    """To the end of which day (UTC) a previous key is kept: as asked, and never less than the least."""
    least = least_until(state, key, now)
    return max(key.until, least) if key.until else least


def finish(state: State, command: FinishKey, moment: Moment) -> Happening:
    """Decide that the pending key is the one in use. Raises Refused."""
    key = state.keys.key(command.key)
    _must(key.standing is Standing.PENDING, "key-not-pending", key)
    _must(key.progress is not Progress.CREATED, "key-not-set", key)
    _must(key.progress is Progress.TESTED, "key-not-tested", key)
    if command.until:
        _check_end(state, state.keys.by_id.get(key.replaces), command.until, moment)
    until = command.until.isoformat() if command.until else ""
    return moment.happening("key.finished", key=key.id, until=until)


def keep(state: State, command: KeepKey, moment: Moment) -> Happening:
    """Decide on another last day. Raises Refused for one that is too early."""
    key = state.keys.key(command.key)
    _must(key.standing is Standing.PREVIOUS, "key-not-previous", key)
    _check_end(state, key, command.until, moment)
    return moment.happening("key.kept", key=key.id, until=command.until.isoformat())


def _check_end(state: State, key: Key | None, until: dt.date, moment: Moment) -> None:
    least = least_until(state, key, moment.at)
    if until < least:
        raise Refused(
            "overlap-too-short",
            until=until.isoformat(),
            least=least.isoformat(),
            cut_over=cut_over_at(state, key, moment.at).date().isoformat() if not keys_alone(state) else "",
            days=state.keys.window_days,
        )


def revoke(state: State, command: RevokeKey, moment: Moment) -> Happening:
    """Decide that nothing needs the previous key. Raises Refused, with what is missing."""
    key = state.keys.key(command.key)
    _must(key.standing is Standing.PREVIOUS, "key-not-previous", key)
    _must(not has_canary(state) or state.rollout.finished_at is not None, "overlap-in-canary", key)
    until = kept_until(state, key, moment.at)
    if moment.at.date() <= until:
        raise Refused("overlap-runs", last=key.print.last, until=until.isoformat())
    _check_use(key, moment.at)
    return moment.happening("key.revoked", key=key.id, reason=command.reason)


def _check_use(key: Key, now: dt.datetime) -> None:
    use = key.use
    if use is None or now - use.at > dt.timedelta(days=EVIDENCE_DAYS):
        raise Refused("last-use-unknown", last=key.print.last, days=EVIDENCE_DAYS)
    if (now.date() - use.on).days < QUIET_DAYS:
        raise Refused("key-in-use", last=key.print.last, day=use.on.isoformat())


def _must(holds: bool, code: str, key: Key) -> None:
    if not holds:
        raise Refused(code, last=key.print.last, environment=key.environment)


class Matter(StrEnum):
    """What is due about a key."""

    EXPIRES = "expires"
    KEPT_TO = "kept-to"
    TRY = "try"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Due:
    """Something about a key that has a day: for reminders, calendars, and what is late."""

    key: Key
    matter: Matter
    on: dt.date


def due(state: State, now: dt.datetime) -> tuple[Due, ...]:
    """Every day that matters about the keys that are alive, the earliest first."""
    found = (each for key in state.keys.rows for each in _of(state, key, now))
    return tuple(sorted(found, key=lambda each: (each.on, each.key.id)))


def reminders(state: State, now: dt.datetime) -> tuple[Due, ...]:
    """What is due soon, or late."""
    soon = now.date() + dt.timedelta(days=SOON_DAYS)
    return tuple(each for each in due(state, now) if each.on <= soon)


def _of(state: State, key: Key, now: dt.datetime) -> Iterator[Due]:
    if key.leaked and key.live_at and not key.retired_at and state.keys.successor(key) is None:
        yield Due(key, Matter.REPLACE, now.date())
    if not key.alive:
        return
    if key.expires_on:
        yield Due(key, Matter.EXPIRES, key.expires_on)
    if key.standing is Standing.PREVIOUS:
        until = kept_until(state, key, now)
        yield Due(key, Matter.KEPT_TO, until)
        if now.date() <= until:
            yield Due(key, Matter.TRY, shown_alive_to(key))


def shown_alive_to(key: Key) -> dt.date:
    """The day to which it is believed that a previous key still works: it was seen to work, or replaced then."""
    seen = key.worked_at or key.retired_at or key.live_at or key.added_at
    assert seen is not None
    return (seen + dt.timedelta(days=ALIVE_DAYS)).date()


def works(key: Key, now: dt.datetime) -> bool:
    """Whether the last call with it succeeded, lately: evidence that one can go back to it."""
    trial: Trial | None = key.trial
    return bool(trial and trial.works and key.alive and now.date() <= shown_alive_to(key))
