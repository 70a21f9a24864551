"""What must still be true for a roll-back to work, how it was shown, and how long ago. Pure. None of it gates one.

A proof is a dated statement, or a real call with the old key, which was typed for that call alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from migrations_app.rules.about import Day
from migrations_app.rules.commands import Command, Guarded, Line, Reason
from migrations_app.rules.happening import Happening, Moment, Refused

REMINDED: Final = dt.timedelta(days=7)
LAPSES: Final = dt.timedelta(days=14)


class Need(StrEnum):
    """What a roll-back stands on."""

    OLD_KEY = "old_key"
    OLD_QUOTA = "old_quota"
    OLD_CODE = "old_code"


class Age(StrEnum):
    """What a proof is worth now."""

    MISSING = "missing"
    FRESH = "fresh"
    AGEING = "ageing"
    LAPSED = "lapsed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Proof:
    """The last that is known of a need: whether it holds, by a test or a statement, and since when that counts."""

    need: Need
    holds: bool
    tested: bool
    at: dt.datetime
    who: str
    words: str = ""

    def age(self, now: dt.datetime) -> Age:
        """What it is worth at a moment."""
        if not self.holds:
            return Age.BROKEN
        old = now - self.at
        if old >= LAPSES:
            return Age.LAPSED
        return Age.AGEING if old >= REMINDED else Age.FRESH


@dataclass(frozen=True, slots=True)
class Safety:
    """The last proof of each need, in the order in which they came."""

    proofs: tuple[Proof, ...] = ()

    def of(self, need: Need) -> Proof | None:
        """The proof of a need."""
        return next((proof for proof in self.proofs if proof.need is need), None)

    def ages(self, now: dt.datetime) -> dict[Need, Age]:
        """What every need's proof is worth."""
        return {need: proof.age(now) if (proof := self.of(need)) else Age.MISSING for need in Need}

    def doubtful(self, now: dt.datetime) -> dict[Need, Age]:
        """Those that want a new proof: a reminder where one is ageing, a warning otherwise."""
        return {need: age for need, age in self.ages(now).items() if age is not Age.FRESH}


class Vouch(Guarded):
    """Say that a need holds, or that it does not, as of a day (today, if none is given)."""

    command: Literal["vouch"]
    need: Need
    holds: bool = True
    statement: Reason
    on: Day | None = None


class RecordTest(Command):
    """What came of a call with the old key; only the product itself says so. `outcome` is that of `key_test`."""

    command: Literal["record_test"]
    outcome: Line
    endpoint: Line
    model: Line


def vouch(_now: Safety, command: Vouch, moment: Moment) -> Happening:
    """Decide on a statement. Raises Refused for a day that has not come."""
    on = command.on or moment.at.date()
    if on > moment.at.date():
        raise Refused("day-to-come", day=on.isoformat())
    said = {"need": command.need.value, "holds": command.holds, "on": on.isoformat()}
    return moment.happening("safety.stated", statement=command.statement, **said)


def record_test(_now: Safety, command: RecordTest, moment: Moment) -> Happening:
    """Decide on a test's outcome."""
    return moment.happening("safety.tested", outcome=command.outcome, endpoint=command.endpoint, model=command.model)


# What a call shows of the key and of its quota; what came of another fault shows nothing of either.
_SHOWN: Final[Mapping[str, Mapping[Need, bool]]] = {
    "works": {Need.OLD_KEY: True, Need.OLD_QUOTA: True},
    "over-quota": {Need.OLD_KEY: True, Need.OLD_QUOTA: False},
    "refused": {Need.OLD_KEY: False},
}


def evolved(now: Safety, told: Happening) -> Safety:
    """The proofs after what has happened."""
    if told.kind == "safety.stated":
        day = dt.datetime.combine(dt.date.fromisoformat(told.data["on"]), dt.time(), dt.UTC)
        # Said of today, it counts from now; of another day, from its beginning.
        at = told.at if day.date() == told.at.date() else day
        proof = Proof(Need(told.data["need"]), told.data["holds"], False, at, told.who, str(told.data["statement"]))
        return _with(now, proof)
    words = f"{told.data['endpoint']} · {told.data['model']}"
    for need, holds in _SHOWN.get(str(told.data["outcome"]), {}).items():
        now = _with(now, Proof(need, holds, True, told.at, told.who, words))
    return now


def _with(now: Safety, proof: Proof) -> Safety:
    return replace(now, proofs=(*(each for each in now.proofs if each.need is not proof.need), proof))
