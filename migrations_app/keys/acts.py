"""What can be done with a key now, as small forms of a page, each of which sends one command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.secrets import holds_key
from migrations_app import mistake_words
from migrations_app.rules import overlap
from migrations_app.rules.keys import Key, Progress, Standing
from migrations_app.rules.state import State


@dataclass(frozen=True, slots=True)
class Box:
    """A field to fill in. `kind` is that of an input."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    most: int = 200
    needed: bool = True
    hint: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """A command with its button; `grave` draws it as a danger."""

    command: str
    button: str
    boxes: tuple[Box, ...] = ()
    hint: str = ""
    grave: bool = False
    wrong: str = ""


Sent = Mapping[str, Any]


def acts(state: State, key: Key, now: dt.datetime, sent: Sent, faults: list[Any]) -> list[Act]:
    """The forms of a key; the one that was sent holds what was typed, and what is wrong with it."""
    offered = list(_OFFERED[key.standing](state, key, now))
    mine = sent.get("key") == key.id
    return [_typed(act, sent, faults) if mine and sent.get("command") == act.command else act for act in offered]


def _typed(act: Act, sent: Sent, faults: list[Any]) -> Act:
    wrong = {str(fault["loc"][-1]): mistake_words.in_words(fault) for fault in faults if fault["loc"]}
    boxes = tuple(
        Box(
            **{
                **{name: getattr(box, name) for name in Box.__slots__},
                "value": _again(str(sent.get(box.name) or "")),
                "wrong": wrong.get(box.name, ""),
            }
        )
        for box in act.boxes
    )
    return Act(act.command, act.button, boxes, act.hint, act.grave)


def _again(text: str) -> str:
    """What was typed, to be typed on; never a key."""
    return "" if holds_key(text) else text


def _pending(state: State, key: Key, now: dt.datetime) -> Iterator[Act]:
    where = Box(
        "place", _("Where it was set"), value=key.place, most=500, hint=_("A vault’s path, a variable: not the key.")
    )
    yield Act("set_key", _("It is set there"), (where,))
    if key.progress is Progress.TESTED:
        yield _finish(state, key, now)
    yield Act("drop_key", _("Do without it"), (_reason(),))
    yield _leaked()


def _finish(state: State, key: Key, now: dt.datetime) -> Act:
    old = state.keys.by_id.get(key.replaces)
    if old is None or old.standing is not Standing.CURRENT:
        return Act("finish_key", _("Applications use it now"))
    least = overlap.least_until(state, old, now).isoformat()
    until = Box(
        "until",
        _("Keep the old key to the end of"),
        "date",
        least,
        hint=_("As long as one may have to go back, and not less."),
    )
    return Act("finish_key", _("Applications use it now"), (until,))


def _current(_state: State, key: Key, _now: dt.datetime) -> Iterator[Act]:
    yield _used()
    yield _describe(key)
    yield _leaked()


def _previous(state: State, key: Key, now: dt.datetime) -> Iterator[Act]:
    kept = overlap.kept_until(state, key, now)
    yield Act("keep_key", _("Keep it"), (Box("until", _("To the end of"), "date", kept.isoformat()),))
    yield _used()
    yield Act("reinstate_key", _("Use it again"), (_reason(),))
    hint = _("Revoke it at its provider; here it is noted. Then test it once more: it should be refused.")
    yield Act("revoke_key", _("It is revoked"), (_reason(needed=False),), hint, grave=True)
    yield _leaked()


def _gone(_state: State, _key: Key, _now: dt.datetime) -> Iterator[Act]:
    yield from ()


def _used() -> Act:
    on = Box("used_on", _("Last used on"), "date")
    return Act("key_used", _("Note it"), (on, Box("source", _("As shown where"), most=500)))


def _describe(key: Key) -> Act:
    day = key.expires_on.isoformat() if key.expires_on else ""
    expires = Box("expires_on", _("Expires on"), "date", day, needed=False)
    return Act("describe_key", _("Save"), (Box("note", _("Note"), value=key.note, needed=False), expires))


def _leaked() -> Act:
    hint = _("It is known to others: revoke it at its provider at once. Nothing keeps you from noting it here.")
    return Act("leaked_key", _("It has leaked: revoked at once"), (_reason(),), hint, grave=True)


def _reason(*, needed: bool = True) -> Box:
    return Box("reason", _("Reason"), most=500, needed=needed)


_OFFERED: Final = {
    Standing.PENDING: _pending,
    Standing.CURRENT: _current,
    Standing.PREVIOUS: _previous,
    Standing.REVOKED: _gone,
    Standing.DROPPED: _gone,
}
