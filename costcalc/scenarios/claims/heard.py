"""What was heard in a pasted text: fields of rows and claim, and what could not be read, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from costcalc.scenarios.claims import figures
from costcalc.scenarios.claims.fields import MOST_ROWS
from costcalc.scenarios.kinds import Value

# Places that are kept of a sum and of a price that was converted from another currency.
CENTS: Final = 2
PRICE: Final = 6
# US dollars for a sum in a currency; None where no rate is known.
Convert = Callable[[Decimal, str], Fraction | None]


@dataclass
class Heard:
    """Values as they are found. `unread` are texts with the code of the reason, `converted` texts with US dollars."""

    rows: list[dict[str, Value]] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    converted: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read at all."""
        return not self.rows and not self.fields

    def row(self, key: str) -> dict[str, Value] | None:
        """The row of a model, made where there is none; None where there are as many as a claim holds."""
        for row in self.rows:
            if row.get("model") == key:
                return row
        return self.another(key)

    def another(self, key: str) -> dict[str, Value] | None:
        """A new row; None where there are as many as a claim holds."""
        if len(self.rows) == MOST_ROWS:
            return None
        self.rows.append({"model": key})
        return self.rows[-1]

    def dollars(self, text: str, value: Decimal, currency: str, places: int, convert: Convert) -> Decimal | None:
        """A sum in US dollars; what was converted is noted with its text. None where no rate is known."""
        if currency == "USD":
            return value
        exact = convert(value, currency)
        if exact is None:
            return None
        found = figures.rounded(exact, places)
        self.converted.append((text.strip(), found))
        return found


def put(into: dict[str, Value], name: str, value: Value) -> str:
    """Nothing if it was set; `twice` where another value is there already."""
    if into.get(name, value) != value:
        return "twice"
    into[name] = value
    return ""


def named(text: str, models: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where models are named, longest names first: beginning, end and the catalogue's key."""
    lower = text.lower()
    for name in sorted((name for name in models if name in lower), key=len, reverse=True):
        for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])(?!\.\d)", lower):
            yield match.start(), match.end(), models[name]
            lower = f"{lower[: match.start()]}{'#' * len(name)}{lower[match.end() :]}"
