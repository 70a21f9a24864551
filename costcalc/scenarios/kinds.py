"""What a field of a scenario is: its name in an address, its kind, its bounds and its default."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from costcalc.catalog.labels import Words

Kind = Literal["number", "percent", "price", "cost", "choice", "model", "text", "date", "since", "currency", "input"]
Value = Decimal | str | None


@dataclass(frozen=True)
class Field:
    """One field. Bounds are in the unit that is typed: percent for shares. `blank` says that it may be empty.

    `counts` says that thousands are typed here, so that `50.000` in English is asked about; `instead` is what an
    empty field stands for, shown in it in grey.
    """

    name: str
    kind: Kind
    label: Words
    default: Value
    unit: Words = ""
    hint: Words = ""
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(10) ** 9
    places: int = 6
    blank: bool = False
    counts: bool = False
    choices: tuple[tuple[str, Words], ...] = ()
    instead: Words = ""

    @property
    def empty(self) -> Value:
        """What an empty field says, where it may be empty."""
        return "" if self.kind in {"text", "currency", "input"} else None


def number(name: str, label: Words, default: str | None, unit: Words, **more: Any) -> Field:
    """A field for a number in its unit; empty where there is no default."""
    value = None if default is None else Decimal(default)
    return Field(name, "number", label, value, unit, **{"blank": default is None, **more})


def percent(name: str, label: Words, **more: Any) -> Field:
    """A field for a share, typed in percent."""
    settings: dict[str, Any] = {"default": Decimal(0), "unit": "%", "high": Decimal(100), **more}
    return Field(name, "percent", label, **settings)


def cost(name: str, label: Words, default: str | None = "0", unit: Words = "", **more: Any) -> Field:
    """A field for an amount in the currency of the scenario's costs; `unit` is what it is for (“a month”)."""
    value = None if default is None else Decimal(default)
    settings: dict[str, Any] = {"high": Decimal(10) ** 15, "counts": True, "blank": default is None, **more}
    return Field(name, "cost", label, value, unit, **settings)


def with_unit(number: str, unit: Words) -> str:
    """A number and its unit: `2.5 h`, `10%`, `10% / year`; nothing between a number and its percent sign."""
    said = str(unit)
    return f"{number}{said if said.startswith('%') else ' ' + said}".rstrip()


def input_name(index: int, name: str) -> str:
    """A workload field's name in an address: bare for the first workload, `2.requests` for the second."""
    return name if index == 0 else f"{index + 1}.{name}"


def split_name(name: str) -> tuple[int, str]:
    """A workload's position and the bare name: `2.requests` is 1 and `requests`; others are of the first."""
    number, dot, rest = name.partition(".")
    return (int(number) - 1, rest) if dot and number.isdigit() else (0, name)
