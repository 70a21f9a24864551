"""What the canary and steps that tick themselves must have come to, told anew of what has happened, and simply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from migrations_app.rules.happening import ITSELF, Happening
from migrations_app.rules.state import State, evolved
from tests.planner.test_rollout import HOUR

ONWARD = {"canary.started", "canary.promoted", "canary.skipped"}
_METHODS = {"held": "stays"}
# What a step waits for → the kinds of happenings that may be its cause.
CAUSES = {
    "canary-started": {"canary.started"},
    "drill-done": {"canary.rehearsed"},
    "rolled-back": {"canary.rolled_back"},
    "key-created": {"key.created"},
    "key-set": {"key.set"},
    "key-tested": {"key.tested"},
    "key-finished": {"key.finished"},
    "key-revoked": {"key.revoked", "key.leaked"},
}


class Ladder:
    """The share on the target, and for how long it was held; `follow` fails where it moves as it may not."""

    def __init__(self) -> None:
        self.stages: list[dict[str, Any]] = [
            {"percent": percent, "hold_hours": hours, "sample": 0, "automatic": False}
            for percent, hours in ((10, 24), (50, 48), (100, 72))
        ]
        self.place: int | None = None
        self.finished = False
        self.runs = False
        self.counted = dt.timedelta()
        self.since: dt.datetime | None = None
        # Requests on the target that the last reading of this stage has seen; None without one.
        self.seen: int | None = None
        # Whether anything is to be kept below a limit: so it is until somebody says that nothing is.
        self.limited = True

    @property
    def weight(self) -> Decimal:
        return Decimal(0) if self.place is None else Decimal(self.stages[self.place]["percent"])

    def held(self, at: dt.datetime) -> dt.timedelta:
        return self.counted + (at - self.since if self.since else dt.timedelta())

    def follow(self, told: Happening) -> None:
        """Go along."""
        part, _, verb = told.kind.partition(".")
        if part == "canary":
            getattr(self, _METHODS.get(verb, verb))(told)
        if told.kind == "readings.limited":
            self.limited = bool(told.data["limits"])
        if told.kind == "readings.taken":
            self.seen = told.data["candidate"]["requests"] or 0

    def planned(self, told: Happening) -> None:
        entered = 0 if self.place is None else self.place + 1
        new = list(told.data["stages"])
        assert [one["percent"] for one in new[:entered]] == [str(one["percent"]) for one in self.stages[:entered]]
        shares = [Decimal(one["percent"]) for one in new]
        assert shares == sorted(set(shares))
        assert shares[-1] == 100
        self.stages = new

    def started(self, told: Happening) -> None:
        assert self.place is None
        self.enter(0, told.at)

    def promoted(self, told: Happening) -> None:
        assert self.place is not None
        stage = self.stages[self.place]
        assert self.runs
        assert self.held(told.at) >= stage["hold_hours"] * HOUR
        assert (self.seen or 0) >= stage["sample"]
        # No data is never a pass.
        assert self.seen is not None or not self.limited
        assert told.who != ITSELF or stage["automatic"]
        self.onward(told)

    def skipped(self, told: Happening) -> None:
        assert str(told.data["reason"]).strip()
        self.onward(told)

    def onward(self, told: Happening) -> None:
        assert self.place is not None
        assert not self.finished
        if self.place + 1 < len(self.stages):
            self.enter(self.place + 1, told.at)
        else:
            self.stop(told.at)
            self.finished = True

    def enter(self, place: int, at: dt.datetime) -> None:
        self.place, self.runs, self.counted, self.since, self.seen = place, True, dt.timedelta(), at, None

    def stop(self, at: dt.datetime) -> None:
        self.counted, self.since, self.runs = self.held(at), None, False

    def stays(self, told: Happening) -> None:
        self.runs, self.since = False, self.since or told.at

    def paused(self, told: Happening) -> None:
        assert str(told.data["reason"]).strip()
        self.stop(told.at)

    def resumed(self, told: Happening) -> None:
        self.runs, self.since = True, self.since or told.at

    def rolled_back(self, told: Happening) -> None:
        assert str(told.data["reason"]).strip()
        share = Decimal(told.data["percent"])
        assert share < self.weight
        shares = [Decimal(one["percent"]) for one in self.stages]
        assert share == 0 or share in shares
        self.place, self.finished = shares.index(share) if share else None, False
        self.runs, self.counted, self.since, self.seen = False, dt.timedelta(), None, None

    def rehearsed(self, _told: Happening) -> None:
        """Nothing moves."""

    def ticks(self, what: str, at: dt.datetime, before: Decimal, batch: Sequence[Happening]) -> bool:
        """Whether a step may have ticked itself, `batch` having happened since the share was `before`."""
        kinds = {told.kind for told in batch}
        if what in CAUSES:
            return bool(kinds & CAUSES[what])
        name, _, share = what.partition(":")
        if name in {"cut-over", "stage-started"}:
            return bool(kinds & ONWARD) and self.weight == Decimal(share or 100)
        if "canary.promoted" in kinds and before == Decimal(share):
            return True
        there = self.place is not None and not self.finished and self.weight == Decimal(share)
        if name == "gate-passed":
            return there and self.seen is not None
        return there and self.place is not None and self.held(at) >= self.stages[self.place]["hold_hours"] * HOUR


def after(state: State, told: list[Happening]) -> State:
    for one in told:
        state = evolved(state, one)
    return state


def lines(state: State) -> list[set[str]]:
    """Keys that came in each other's place, together."""
    found: list[set[str]] = []
    for key in state.keys.rows:
        mine = {key.id, *([key.replaces] if key.replaces else [])}
        touched = [line for line in found if line & mine]
        found = [line for line in found if not line & mine] + [mine.union(*touched)]
    return found
