"""What the form says about the return in a few words, part by part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.formatting import Formatter
from costcalc.scenarios.kinds import Field, Value
from costcalc.scenarios.return_fields import CHANGE, ONCE, PARTS, RAMP, RANGE, RUN, SPLIT, Part, filled

Values = Mapping[str, Value]
ARROW = " → "


class ReturnSummaries:
    """Sums up the fields of a return, in one language."""

    def __init__(self, values: Values, write: Formatter) -> None:
        self.values = values
        self.write = write

    def all(self) -> dict[str, str]:
        """Each part's words, by its name."""
        return {part.name: self.of(part) for part in PARTS}

    def of(self, part: Part) -> str:
        """One part's words."""
        said: str = getattr(self, f"_{part.name}")()
        return said

    def _horizon(self) -> str:
        words = {"months": self._number("horizon"), "rate": self._percent("discount")}
        return _("%(months)s months · %(rate)s a year") % words

    def _once(self) -> str:
        total, rows = Decimal(0), filled(ONCE, self.values)
        for _name, quantity, price in (ONCE.rows[at] for at in rows):
            times = self._decimal(quantity) if self.values[quantity.name] is not None else Decimal(1)
            total += times * self._decimal(price)
        return self.money(total) if rows else _("nothing")

    def _people(self) -> str:
        if not self._any("people.incidents", "people.to.incidents"):
            return _("no incidents")
        before = self._toil("people")
        after = self._toil("people.to")
        return before if before == after else before + ARROW + after

    def _toil(self, side: str) -> str:
        def said(name: str) -> str:
            own = self.values[f"{side}.{name}"]
            return self._number(f"{side}.{name}" if own is not None else f"people.{name}")

        return _("%(incidents)s × %(hours)s h") % {"incidents": said("incidents"), "hours": said("hours")}

    def _run(self) -> str:
        rows = [RUN.rows[at] for at in filled(RUN, self.values)]
        if not rows:
            return _("none")
        before, after = (sum((self._decimal(row[place]) for row in rows), Decimal(0)) for place in (1, 2))
        return self.money(before) + ARROW + self.money(after)

    def _ramp(self) -> str:
        return ARROW.join(self._percent(RAMP.rows[at][0].name) for at in filled(RAMP, self.values))

    def _split(self) -> str:
        said = [self.money(amount) for amount in (self._decimal(SPLIT.fields[0]),) if amount]
        said += [_("%(share)s cold cache") % {"share": self._percent("cold")}] if self.values["cold"] else []
        said += [_("a reserve")] if self._any("reserve.cost") and self._any("reserve.probability") else []
        return " · ".join(said) or _("costs nothing")

    def _change(self) -> str:
        return " · ".join(self.change(CHANGE.rows[at]) for at in filled(CHANGE, self.values)) or _("none")

    def change(self, row: tuple[Field, ...]) -> str:
        """A change of prices: whose, by how much, from when on."""
        side, change, since = row
        named = _("baseline") if self.values[side.name] == "from" else _("candidate")
        share = self.values[change.name]
        signed = self.write.signed_percent(share.scaleb(-2), 6) if isinstance(share, Decimal) else ""
        return " ".join(filter(None, (named, signed, self.since(since))))

    def _range(self) -> str:
        count = len(filled(RANGE, self.values))
        if not count:
            return _("everything taken as certain")
        return ngettext("%(count)s uncertain input", "%(count)s uncertain inputs", count) % {"count": count}

    def _currency(self) -> str:
        return str(self.values["currency"])

    def since(self, of: Field) -> str:
        """From which month or day on."""
        value = self.values[of.name]
        if isinstance(value, Decimal):
            return _("from month %(number)s") % {"number": self.write.number(value)}
        return _("from %(day)s") % {"day": self.write.day(dt.date.fromisoformat(value))} if value else ""

    def money(self, amount: Decimal) -> str:
        """An amount in the currency of the costs."""
        currency = self._currency()
        if currency in self.write.currencies:
            return self.write.short_money(amount, currency)
        return f"{self.write.number(amount)} {currency}"

    def _any(self, *names: str) -> bool:
        return any(self.values[name] for name in names)

    def _decimal(self, of: Field) -> Decimal:
        value = self.values[of.name]
        return value if isinstance(value, Decimal) else Decimal(0)

    def _number(self, name: str) -> str:
        value = self.values[name]
        return self.write.number(value) if isinstance(value, Decimal) else ""

    def _percent(self, name: str) -> str:
        value = self.values[name]
        return self.write.percent(value.scaleb(-2), 6) if isinstance(value, Decimal) else ""
