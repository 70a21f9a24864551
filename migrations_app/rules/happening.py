"""What has happened to a plan, and why something may not happen. Pure.

A plan is its happenings: `state.replayed` makes the state of them, and nothing else is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Who acts when the product itself does: a stage that is promoted when its time has come, a step that ticks itself.
ITSELF: Final = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact: `kind` is `<part>.<verb>`, `data` is JSON. `who` is a person's public id, or ITSELF."""

    kind: str
    at: dt.datetime
    who: str = ITSELF
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """Who acts, and when: never before what has happened already, whatever the clock says."""

    at: dt.datetime
    who: str = ITSELF

    def happening(self, kind: str, **data: Any) -> Happening:
        """A fact of this moment."""
        return Happening(kind, self.at, self.who, data)


class Refused(Exception):
    """Something may not be done now. `code` says why, to programs; `refusal_words` says it to people.

    `parts` are JSON values that the words need.
    """

    def __init__(self, code: str, **parts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.parts = parts
