"""A plan's keys as the API and its pages show them; of a print, its end alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema
from pydantic import Field

from costcalc.formatting import formatter_for
from costcalc.streaming.doctor.shown import OUTCOMES, any_key
from costcalc.streaming.key_test import Outcome
from migrations_app.keys.refusals import key_name
from migrations_app.rules import overlap
from migrations_app.rules.keys import Key, Progress, Standing
from migrations_app.rules.overlap import Due, Matter
from migrations_app.rules.state import State

KNOWN: Final = {
    "print": gettext_lazy("by its fingerprint"),
    "last": gettext_lazy("by its last four characters"),
    "nothing": gettext_lazy("by nothing: it has no fingerprint"),
}


class TrialOut(Schema):
    """A real call with a key."""

    at: dt.datetime
    outcome: str = Field(description="works, refused, no-model, over-quota, bad-request, broken or unreachable.")
    status: int | None
    seconds: float | None
    said: str = Field(description="What the provider says of a failure, without anything that looks like a key.")
    endpoint: str
    model: str
    known: str = Field(description="How the typed key was recognised: print, last, or nothing.")


class UseOut(Schema):
    """A statement about when a key was used last."""

    on: dt.date
    source: str
    at: dt.datetime
    who: str


class KeyOut(Schema):
    """A key. The key itself is nowhere: `last` are its last characters."""

    id: str
    provider: str
    environment: str
    note: str
    last: str
    has_print: bool
    standing: str = Field(description="pending, current, previous, revoked or dropped.")
    progress: str = Field(description="Of a pending key: created, set or tested.")
    replaces: str
    place: str
    expires_on: dt.date | None
    kept_until: dt.date | None = Field(description="Of a previous key: the last day (UTC) of its overlap.")
    live_at: dt.datetime | None
    retired_at: dt.datetime | None
    revoked_at: dt.datetime | None
    leaked: bool
    reason: str
    trial: TrialOut | None
    use: UseOut | None


class KeysOut(Schema):
    """The keys of a plan."""

    window_days: int = Field(description="Days after the cut-over in which one can go back.")
    least_until: dt.date = Field(description="A key that is replaced now is kept to this day (UTC) at least.")
    rows: list[KeyOut]


def keys(state: State, now: dt.datetime) -> dict[str, Any]:
    """The keys, for the API."""
    return {
        "window_days": state.keys.window_days,
        "least_until": overlap.least_until(state, None, now),
        "rows": [_key(state, key, now) for key in state.keys.rows],
    }


def _key(state: State, key: Key, now: dt.datetime) -> dict[str, Any]:
    plain = ("id", "provider", "environment", "note", "standing", "progress", "replaces", "place", "expires_on")
    times = ("live_at", "retired_at", "revoked_at", "leaked", "reason", "trial", "use")
    kept = overlap.kept_until(state, key, now) if key.standing is Standing.PREVIOUS else None
    said = {name: getattr(key, name) for name in (*plain, *times)}
    return {**said, "last": key.print.last, "has_print": bool(key.print.digest), "kept_until": kept}


@dataclass(frozen=True, slots=True)
class Row:
    """A key as a page draws it."""

    key: Key
    name: str
    says: str
    kind: str
    seen: str
    trial: str
    doubt: str
    used: str


def rows(state: State, now: dt.datetime) -> list[Row]:
    """Every key, in words."""
    return [_row(state, key, now) for key in state.keys.rows]


def _row(state: State, key: Key, now: dt.datetime) -> Row:
    says, kind = _standing(state, key, now)
    name = key_name(key.print.last, _("no fingerprint"))
    return Row(key, name, says, kind, _seen(key), _trial(key), _doubt(key), _used(key))


def _standing(state: State, key: Key, now: dt.datetime) -> tuple[str, str]:
    write = formatter_for()
    if key.standing is Standing.PENDING:
        return str(_PENDING[key.progress]), "now"
    if key.standing is Standing.CURRENT:
        return _("live"), "saves"
    if key.standing is Standing.PREVIOUS:
        return _("kept for rollback, to %(day)s") % {"day": write.day(overlap.kept_until(state, key, now))}, ""
    if key.standing is Standing.DROPPED:
        return _("not used after all"), "muted"
    day = write.day(key.revoked_at.date() if key.revoked_at else None)
    return (_("leaked, revoked %(day)s") if key.leaked else _("revoked %(day)s")) % {"day": day}, "muted"


_PENDING: Final = {
    Progress.CREATED: gettext_lazy("created, to be set"),
    Progress.SET: gettext_lazy("set, to be tested"),
    Progress.TESTED: gettext_lazy("tested, to be finished"),
}


def _seen(key: Key) -> str:
    """The latest that is known of it, in few words."""
    if key.trial and (key.use is None or key.trial.at.date() >= key.use.on):
        return _("tested %(at)s") % {"at": formatter_for().date_time(key.trial.at)}
    return formatter_for().day(key.use.on) if key.use else "—"


def _trial(key: Key) -> str:
    trial = key.trial
    if trial is None:
        return ""
    words = {
        "at": formatter_for().date_time(trial.at),
        "outcome": OUTCOMES[Outcome(trial.outcome)][1],
        "model": trial.model,
        "endpoint": trial.endpoint,
        "known": KNOWN[trial.known],
    }
    return _("Tested %(at)s with %(model)s at %(endpoint)s: it %(outcome)s (recognised %(known)s).") % words


def _doubt(key: Key) -> str:
    return any_key(key.trial.endpoint, Outcome(key.trial.outcome)) if key.trial else ""


def _used(key: Key) -> str:
    if key.use is None:
        return ""
    write = formatter_for()
    words = {"on": write.day(key.use.on), "source": key.use.source, "at": write.date_time(key.use.at)}
    return _("Last used %(on)s, says %(source)s (stated %(at)s).") % words


def reminders(state: State, now: dt.datetime) -> list[str]:
    """What is due soon or late, in sentences."""
    return [in_words(each, now) for each in overlap.reminders(state, now)]


def in_words(due: Due, now: dt.datetime) -> str:
    """One thing that is due about a key."""
    words = {"key": key_name(due.key.print.last, due.key.environment), "day": formatter_for().day(due.on)}
    late = due.on < now.date()
    return _DUE[due.matter](late) % words


_DUE: Final[Mapping[Matter, Callable[[bool], str]]] = {
    Matter.EXPIRES: lambda late: (
        _("The key %(key)s has expired on %(day)s.") if late else _("The key %(key)s expires on %(day)s.")
    ),
    Matter.KEPT_TO: lambda late: (
        _("The overlap of the key %(key)s is over since %(day)s: note its last use, and revoke it.")
        if late
        else _("The overlap of the key %(key)s ends with %(day)s.")
    ),
    Matter.TRY: lambda late: (
        _("Nobody has seen since %(day)s that the key %(key)s still works: test it, or the way back may be shut.")
        if late
        else _("Test the key %(key)s again by %(day)s: one may have to go back to it.")
    ),
    Matter.REPLACE: lambda _late: _("The key %(key)s has leaked and has no successor: create one now."),
}
