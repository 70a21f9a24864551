"""The keys of a move: which there are, and how one takes another's place. Pure. No key is ever kept, only its print.

    created → set → tested → finished      pending, until it is finished: current then
    the one that it replaces               current → previous (kept for the way back) → revoked

What may be done is in `key_commands` and, where the canary has a say, in `overlap`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from migrations_app.rules.happening import Happening, Refused

WINDOW_DAYS: Final = 30


class Standing(StrEnum):
    """What a key is for."""

    PENDING = "pending"
    CURRENT = "current"
    PREVIOUS = "previous"
    REVOKED = "revoked"
    DROPPED = "dropped"


class Progress(StrEnum):
    """How far a pending key has come."""

    CREATED = "created"
    SET = "set"
    TESTED = "tested"


class Print(BaseModel):
    """What a key is known by: its end, and scrypt (n 2^14, r 8, p 1, 32 bytes) of it with a salt, in hexadecimal.

    `last` alone names a key that was never typed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    last: Annotated[str, Field(max_length=4, pattern=r"^[!-~]*$")] = ""
    salt: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] = ""
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A real call with the key. `outcome` is that of `costcalc.streaming.key_test`; `known` says how sure it is that
    the right key was typed: by its print, by its last characters, or by nothing.
    """

    at: dt.datetime
    outcome: str
    endpoint: str
    model: str
    known: str
    who: str = ""
    said: str = ""
    status: int | None = None
    seconds: float | None = None

    @property
    def works(self) -> bool:
        """Whether the provider took it."""
        return self.outcome == "works"


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody's word for the day that a key was used last, and where they read it."""

    on: dt.date
    source: str
    at: dt.datetime
    who: str


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `until` is the last day that it is to be kept for, as somebody asked; `replaces` another key's id."""

    id: str
    provider: str
    environment: str
    print: Print
    standing: Standing
    note: str = ""
    progress: Progress = Progress.CREATED
    replaces: str = ""
    place: str = ""
    expires_on: dt.date | None = None
    until: dt.date | None = None
    added_at: dt.datetime | None = None
    live_at: dt.datetime | None = None
    retired_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None
    leaked: bool = False
    reason: str = ""
    trial: Trial | None = None
    worked_at: dt.datetime | None = None
    use: Use | None = None

    @property
    def alive(self) -> bool:
        """Whether its provider still takes it, as far as is known here."""
        return self.standing not in {Standing.REVOKED, Standing.DROPPED}

    @property
    def replaceable(self) -> bool:
        """Whether another key may take its place: it is in use, or was until it leaked."""
        return self.standing is Standing.CURRENT or (self.leaked and self.live_at is not None)

    @property
    def counts(self) -> bool:
        """Whether it was ever in use, or is to be."""
        return self.live_at is not None or self.standing is Standing.PENDING


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key of a plan, as they were added; `window_days` after the cut-over one can go back."""

    rows: tuple[Key, ...] = ()
    window_days: int = WINDOW_DAYS
    by_id: Mapping[str, Key] = field(default_factory=dict)

    def key(self, key: str) -> Key:
        """One of them. Raises Refused."""
        if key not in self.by_id:
            raise Refused("no-key", key=key)
        return self.by_id[key]

    def changed(self, key: Key) -> Keys:
        """With one that is new or other than before."""
        found = {**self.by_id, key.id: key}
        return replace(self, rows=tuple(found.values()), by_id=found)

    def successor(self, key: Key) -> Key | None:
        """What took its place, or is to; what was given up before it was in use is neither."""
        return next((row for row in self.rows if row.replaces == key.id and row.counts), None)

    def heirs(self, key: Key) -> tuple[Key, ...]:
        """What took its place, one after the other, down to the one that is to."""
        found: list[Key] = []
        heir = self.successor(key)
        while heir and heir not in found:
            found.append(heir)
            heir = self.successor(heir)
        return tuple(found)

    def same(self, digest: str) -> Key | None:
        """The key with this print, if there is one."""
        return next((row for row in self.rows if digest and row.print.digest == digest), None)


def evolved(now: Keys, told: Happening) -> Keys:
    """The keys after what has happened; raises nothing for whatever was once decided."""
    if told.kind == "key.window":
        return replace(now, window_days=int(told.data["days"]))
    if told.kind in {"key.added", "key.created"}:
        return now.changed(_new(told))
    key = now.by_id[told.data["key"]]
    if told.kind == "key.finished":
        return _finished(now, key, told)
    if told.kind == "key.reinstated":
        return _reinstated(now, key, told)
    return now.changed(_EVOLVE[told.kind](key, told))


def _new(told: Happening) -> Key:
    data, added = told.data, told.kind == "key.added"
    return Key(
        id=data["key"],
        provider=data["provider"],
        environment=data["environment"],
        print=Print.model_validate(data["print"]),
        standing=Standing.CURRENT if added else Standing.PENDING,
        note=data["note"],
        replaces=data.get("replaces", ""),
        expires_on=_day(data["expires_on"]),
        added_at=told.at,
        live_at=told.at if added else None,
    )


def _finished(now: Keys, key: Key, told: Happening) -> Keys:
    """The new one is current; the one before is kept, unless it is gone already."""
    live = replace(key, standing=Standing.CURRENT, live_at=told.at)
    old = now.by_id.get(key.replaces)
    if old and old.standing is Standing.CURRENT:
        kept = replace(old, standing=Standing.PREVIOUS, retired_at=told.at, until=_day(told.data["until"]))
        now = now.changed(kept)
    return now.changed(live)


def _reinstated(now: Keys, key: Key, told: Happening) -> Keys:
    """It comes after the last one that was in use, and what replaces what is turned round."""
    heirs = now.heirs(key)
    used = [heir for heir in heirs if heir.live_at is not None]
    if used:
        now = now.changed(replace(used[0], replaces=key.replaces))
        last = now.by_id[used[-1].id]
        kept = Standing.PREVIOUS if last.alive else last.standing
        now = now.changed(replace(last, standing=kept, retired_at=told.at))
    for heir in heirs:
        if heir.live_at is None:
            # What is to come takes the place of the one that is in use.
            now = now.changed(replace(heir, replaces=key.id))
    after = used[-1].id if used else key.replaces
    back = replace(key, standing=Standing.CURRENT, live_at=told.at, retired_at=None, until=None, replaces=after)
    return now.changed(back)


def _set(key: Key, told: Happening) -> Key:
    return replace(key, progress=Progress.SET, place=told.data["place"])


def _tested(key: Key, told: Happening) -> Key:
    names = ("outcome", "endpoint", "model", "known", "said", "status", "seconds")
    trial = Trial(at=told.at, who=told.who, **{name: told.data[name] for name in names})
    progress = key.progress
    if progress is not Progress.CREATED:
        progress = Progress.TESTED if trial.works else Progress.SET
    return replace(key, trial=trial, progress=progress, worked_at=told.at if trial.works else key.worked_at)


def _kept(key: Key, told: Happening) -> Key:
    return replace(key, until=_day(told.data["until"]))


def _used(key: Key, told: Happening) -> Key:
    on = dt.date.fromisoformat(told.data["used_on"])
    return replace(key, use=Use(on, told.data["source"], told.at, told.who))


def _revoked(key: Key, told: Happening) -> Key:
    leaked = key.leaked or told.kind == "key.leaked"
    return replace(key, standing=Standing.REVOKED, revoked_at=told.at, reason=told.data["reason"], leaked=leaked)


def _dropped(key: Key, told: Happening) -> Key:
    return replace(key, standing=Standing.DROPPED, revoked_at=told.at, reason=told.data["reason"])


def _described(key: Key, told: Happening) -> Key:
    return replace(key, note=told.data["note"], expires_on=_day(told.data["expires_on"]))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


_EVOLVE: Final[Mapping[str, Callable[[Key, Happening], Key]]] = {
    "key.set": _set,
    "key.tested": _tested,
    "key.kept": _kept,
    "key.used": _used,
    "key.revoked": _revoked,
    "key.leaked": _revoked,
    "key.dropped": _dropped,
    "key.described": _described,
}
