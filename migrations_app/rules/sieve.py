"""Which steps somebody wants to see. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from costcalc.folding import has_words
from migrations_app.rules.steps import Doing, Phase, Step

OPEN = "open"
LATE = "late"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Sieve:
    """What to look for; "" is no matter. `doing` is a state, `open` or `late`; `owner` a person's id or `nobody`."""

    phase: str = ""
    doing: str = ""
    owner: str = ""
    words: str = ""

    @property
    def empty(self) -> bool:
        """Whether every step passes."""
        return self == Sieve()

    def sifted(self, steps: Iterable[Step], today: dt.date, told: Callable[[str], str] = str) -> tuple[Step, ...]:
        """Those that pass, in their order; `told` says a title in the reader's language."""
        return tuple(step for step in steps if self._passes(step, today, told))

    def _passes(self, step: Step, today: dt.date, told: Callable[[str], str]) -> bool:
        return (
            self.phase in {"", step.phase}
            and self._stands(step, today)
            and self.owner in {"", step.owner or NOBODY}
            and has_words(self.words, told(step.title), told(step.details))
        )

    def _stands(self, step: Step, today: dt.date) -> bool:
        if self.doing == OPEN:
            return not step.settled
        if self.doing == LATE:
            return step.late(today)
        return self.doing in {"", step.doing}


EVERY = ("", OPEN, LATE, *Doing)
PHASES = ("", *Phase)
