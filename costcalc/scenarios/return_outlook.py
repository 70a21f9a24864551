"""How sure a return is, as the page shows it: the spread of many draws, what drives it, best and worst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.engine import Bundle, Outlook, Spread, Swing, dollars
from costcalc.formatting import Formatter
from costcalc.scenarios.kinds import Field, Value, with_unit
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_fields import RANGE, filled
from costcalc.scenarios.return_ranges import Input, inputs
from costcalc.scenarios.scenario import Result


@dataclass(frozen=True)
class OutlookShown:
    """What stands under the return where something in it is uncertain: a sentence, and tables of ready strings."""

    sentence: str
    note: str
    spreads: Sequence[tuple[str, tuple[str, str, str]]]
    drivers: Sequence[tuple[str, tuple[str, str, str, str]]]
    bundles: Sequence[tuple[str, str, str]]


class OutlookWriter:
    """Writes the outlook of one result in one language."""

    def __init__(self, result: Result, reading: Reading, write: Formatter) -> None:
        self.result, self.write = result, write
        known = inputs(reading.workloads, reading.scenario)
        ranges = result.scenario.wanted.ranges
        self.inputs = {ranges[name].path: known[name] for name in ranges}
        self.typed = {str(reading.scenario[row[0].name]): self._ends(row, reading, known) for row in _rows(reading)}

    def shown(self) -> OutlookShown | None:
        """All of it; None where nothing is uncertain."""
        outlook = self.result.outlook
        if outlook is None:
            return None
        note = _("%(count)s draws from your ranges, the same ones every time; low and high are read as P10 and P90.")
        spreads = ((_("Net present value"), outlook.npv), (_("First-year saving"), outlook.first_year))
        return OutlookShown(
            self._sentence(outlook),
            note % {"count": self.write.number(outlook.draws)},
            [(label, self._spread(spread)) for label, spread in spreads],
            [self.driver(swing) for swing in self.result.swings],
            list(self._bundles()),
        )

    def label(self, swing: Swing) -> str:
        """What an uncertain input is called."""
        return self.inputs[swing.range.path].label

    def _ends(self, row: Sequence[Field], reading: Reading, known: dict[str, Input]) -> tuple[str, str]:
        """Low and high as they were typed, with their unit."""
        each = known[str(reading.scenario[row[0].name])]
        ends = [reading.scenario[field.name] for field in row[1:]]
        low, high = (self._figure(value, each, reading) for value in ends)
        return low, high

    def _figure(self, value: Value, each: Input, reading: Reading) -> str:
        number = self.write.number(value) if isinstance(value, Decimal) else ""
        if each.of is not None and each.of.kind == "cost":
            return f"{number} {reading.scenario['currency']} {each.unit}".rstrip()
        return with_unit(number, each.unit)

    def _sentence(self, outlook: Outlook) -> str:
        words = {
            "low": self.write.short_money(dollars(outlook.npv.p10_cents)),
            "high": self.write.short_money(dollars(outlook.npv.p90_cents)),
            "loss": self.write.percent(outlook.loss),
        }
        said = _("In eight of ten draws the move is worth between %(low)s and %(high)s.") % words
        return said + " " + _("In %(loss)s of all draws it loses money.") % words

    def _spread(self, spread: Spread) -> tuple[str, str, str]:
        # Ten thousand draws do not know cents.
        low, middle, high = (dollars(cents) for cents in (spread.p10_cents, spread.p50_cents, spread.p90_cents))
        return self.write.short_money(low), self.write.short_money(middle), self.write.short_money(high)

    def driver(self, swing: Swing) -> tuple[str, tuple[str, str, str, str]]:
        """An uncertain input's name; its low and its high, each with the present value there."""
        low, high = self.typed[self.inputs[swing.range.path].name]
        figures = (low, self.write.cents(swing.low_cents), high, self.write.cents(swing.high_cents))
        return self.label(swing), figures

    def _bundles(self) -> Iterator[tuple[str, str, str]]:
        names = {"best": _("Best"), "base": _("Base"), "worst": _("Worst")}
        for bundle, found in self.result.bundles:
            yield names[bundle.name], self.write.cents(found.npv_cents), self._values(bundle)

    def _values(self, bundle: Bundle) -> str:
        """Which end of each range a bundle takes; of the base there is nothing to say."""
        if bundle.name == "base":
            return _("everything as typed")
        said, values = [], dict(bundle.values)
        for path, each in self.inputs.items():
            low, high = self.typed[each.name]
            ranged = self.result.scenario.wanted.ranges[each.name]
            said.append(f"{each.label} {low if values[path] == ranged.low else high}")
        return " · ".join(said)


def _rows(reading: Reading) -> Iterator[Sequence[Field]]:
    return (RANGE.rows[at] for at in filled(RANGE, reading.scenario))
