"""How plans stood when they were last looked at: what has happened since is all that is read and done again.

Each process keeps its own. One state a plan is kept, and what was not looked at for longest goes first, so that a plan
that changes often fills no memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from migrations_app.rules.happening import Happening
from migrations_app.rules.state import State, evolved, replayed

# Of all plans together; the one that was looked at last is kept however long it is.
MOST: Final = 100_000
# The happenings of a plan from this one on, counted from 1.
Since = Callable[[int], Iterable[Happening]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A state, what is known of its plan's row, and the last happening in it."""

    which: Hashable
    state: State
    last: Happening


class KeptStates:
    """The states that a process keeps."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def state(self, plan: int, revision: int, which: Hashable, since: Since) -> State:
        """How a plan stands at a revision, whose happenings never change while `which` is the same."""
        with self._lock:
            kept = self._kept.get(plan)
            if kept:
                self._kept.move_to_end(plan)
        if kept and (kept.state.revision, kept.which) == (revision, which):
            return kept.state
        found = (_onward(kept, since) if kept and kept.state.revision < revision else None) or _anew(since)
        self._keep(plan, Kept(which, *found))
        return found[0]

    def _keep(self, plan: int, kept: Kept) -> None:
        with self._lock:
            self._kept[plan] = kept
            self._kept.move_to_end(plan)
            while len(self._kept) > 1 and sum(one.state.revision for one in self._kept.values()) > self._most:
                self._kept.popitem(last=False)


def _onward(kept: Kept, since: Since) -> tuple[State, Happening] | None:
    """What is kept and what has happened since; None where it never was.

    What a transaction did that was undone was looked at before it was, and its numbers are given again.
    """
    told = iter(since(kept.state.revision))
    if next(told, None) != kept.last:
        return None
    state, last = kept.state, kept.last
    for last in told:
        state = evolved(state, last)
    return state, last


def _anew(since: Since) -> tuple[State, Happening]:
    told = list(since(1))
    return replayed(told), told[-1]
