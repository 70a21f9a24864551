"""From the fields of a return to the engine's terms, with a message for each field that does not fit the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.engine import (
    OneOff,
    Overlap,
    People,
    PriceChange,
    Ramp,
    Reserve,
    Running,
    SideName,
    Since,
    Stage,
    Terms,
    TermsError,
    Toil,
    in_dollars,
    stages,
)
from costcalc.scenarios.kinds import Field, Value
from costcalc.scenarios.return_fields import CHANGE, ONCE, RAMP, RETURN_BY_NAME, RUN, Part, filled

Values = Mapping[str, Value]
TOIL = ("incidents", "hours", "rate")
# Where in the engine's terms a field's number stands, of those that have one fixed place.
PATHS = {
    "discount": "annual_discount_rate",
    "overlap": "overlap.monthly",
    "overlap.months": "overlap.months",
    "cold": "cold_cache_share",
    "reserve.probability": "reserve.probability",
    "reserve.cost": "reserve.cost",
    "ramp.delay": "ramp.delay",
    **{f"people.{name}": f"people.before.{name}" for name in TOIL},
    **{f"people.to.{name}": f"people.after.{name}" for name in TOIL},
}


@dataclass
class TermsReader:
    """Reads the terms. `per_dollar`: units of the costs' currency that one US dollar buys; `start`: a day of month 1.

    After `terms`, `errors` has messages by field, and `paths` where in the terms each field's number stands.
    """

    values: Values
    start: dt.date
    per_dollar: Fraction = Fraction(1)
    errors: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=lambda: dict(PATHS))

    def terms(self) -> Terms | None:
        """The terms without shutdowns; None where something does not fit."""
        one_off, running = tuple(self._one_off()), tuple(self._running())
        ramp, changes = self._ramp(), tuple(self._changes())
        if self.errors or ramp is None:
            return None
        return Terms(
            horizon_months=int(self._number("horizon")),
            annual_discount_rate=self._number("discount"),
            people=People(self._toil("people"), self._toil("people.to")),
            running=running,
            one_off=one_off,
            ramp=ramp,
            overlap=Overlap(self._number("overlap"), self._optional("overlap.months")),
            cold_cache_share=self._number("cold"),
            reserve=Reserve(self._number("reserve.probability"), self._number("reserve.cost")),
            changes=changes,
        )

    def engine_value(self, of: Field, typed: Decimal) -> Decimal:
        """A number as the engine has it: dollars for costs, shares for percentages, a factor for a change of prices."""
        if of.kind == "cost":
            return in_dollars(typed, self.per_dollar)
        if of.kind == "percent":
            share = typed.scaleb(-2)
            return 1 + share if of.name.startswith("change.") else share
        return typed

    def _one_off(self) -> Iterator[OneOff]:
        for index, (name, quantity, price) in enumerate(self._rows(ONCE)):
            if self.values[price.name] is None:
                self.errors[price.name] = _("What does one of them cost?")
                continue
            times = self._number(quantity.name) if self.values[quantity.name] is not None else Decimal(1)
            self._place(f"one_off.{index}", quantity=quantity, price=price)
            yield OneOff(self._named(name), times, self._number(price.name))

    def _running(self) -> Iterator[Running]:
        for index, (name, before, after) in enumerate(self._rows(RUN)):
            self._place(f"running.{index}", before=before, after=after)
            yield Running(self._named(name), self._number(before.name), self._number(after.name))

    def _ramp(self) -> Ramp | None:
        found: list[Stage] = []
        places: list[str] = []
        for share, since in self._rows(RAMP):
            self._place(f"ramp.stages.{len(found)}", share=share)
            places.append(since.name)
            if self._whole(share, since):
                found.append(Stage(_since(self.values[since.name]), self._number(share.name)))
        if not places:
            self.errors["ramp.1.share"] = _("Say at least one stage: 100 % from month 1, if all of it moves at once.")
        return self._ordered(found, places) if found and not self.errors else None

    def _ordered(self, found: list[Stage], places: list[str]) -> Ramp | None:
        ramp = Ramp(tuple(found), self._number("ramp.delay"))
        try:
            stages(ramp, self.start)
        except TermsError as error:
            self.errors[places[int(error.field.split(".")[2])]] = _("A stage cannot begin before the one above it.")
            return None
        return ramp

    def _changes(self) -> Iterator[PriceChange]:
        for index, (side, change, since) in enumerate(self._rows(CHANGE)):
            self._place(f"changes.{index}", factor=change)
            if self._whole(change, since):
                name: SideName = "candidate" if self.values[side.name] == "to" else "baseline"
                yield PriceChange(name, _since(self.values[since.name]), self._number(change.name))

    def _toil(self, side: str) -> Toil:
        """What is empty after the move is as before it."""
        names = [f"{side}.{name}" if self.values[f"{side}.{name}"] is not None else f"people.{name}" for name in TOIL]
        return Toil(*map(self._number, names))

    def _rows(self, part: Part) -> Iterator[tuple[Field, ...]]:
        return (part.rows[at] for at in filled(part, self.values))

    def _place(self, path: str, **fields: Field) -> None:
        self.paths |= {of.name: f"{path}.{name}" for name, of in fields.items()}

    def _whole(self, number: Field, since: Field) -> bool:
        """Whether both are there; the one that is not is asked for."""
        if self.values[number.name] is None:
            self.errors[number.name] = _("How much is it from then on?")
        elif self.values[since.name] is None:
            self.errors[since.name] = _("From which month or day on?")
        return number.name not in self.errors and since.name not in self.errors

    def _named(self, of: Field) -> str:
        return str(self.values[of.name] or of.instead)

    def _number(self, name: str) -> Decimal:
        return self._optional(name) or Decimal(0)

    def _optional(self, name: str) -> Decimal | None:
        value = self.values[name]
        return self.engine_value(RETURN_BY_NAME[name], value) if isinstance(value, Decimal) else None


def _since(value: Value) -> Since:
    """A month's number as the engine counts: 1 is the first day of month 1, which is 0 months later."""
    return value - 1 if isinstance(value, Decimal) else dt.date.fromisoformat(str(value))
