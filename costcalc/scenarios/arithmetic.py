"""How a figure came about, as lines of text: factors, products and sums that a reader can check.

50,000 a day × 30 days × 1.03 = 1,545,000 requests a month
× 1,000 tokens = 1,545 MTok
1,545 MTok × $2.00 / MTok = $3,090.00
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.catalog.labels import unit_label, variant_label
from costcalc.engine import Charge, Line, Part, SideName, Totals, Workload, per, round_half_up, scaled
from costcalc.formatting import Formatter
from costcalc.scenarios.scenario import Result

MINUS = "\N{MINUS SIGN}"
# Steps are written to the millionth: of a dollar, of a million tokens.
PLACES = 6
MILLION = 10**PLACES
SIDES: tuple[SideName, ...] = ("baseline", "candidate")
# From here on tokens are counted in millions.
MANY_TOKENS = 10_000


class Arithmetic:
    """Writes the steps of one result's figures in one language."""

    def __init__(self, result: Result, write: Formatter) -> None:
        self.result = result
        self.write = write
        self.together = _("Together, rounded once to cents:")
        # Each side of a workload has as many requests for every line.
        self.requests = {side: result.requests(side) for side in SIDES}
        self.requests_steps = {side: [self._requests_step(i, side) for i in range(len(result.moves))] for side in SIDES}

    def charge(self, line: Line, side: SideName, charge: Charge, cents: int) -> Iterator[str]:
        """One side of a line: its requests, its volume, each price that it pays."""
        volume = line.candidate_volume if side == "candidate" else line.baseline_volume
        quantity = self.quantity(charge.unit, volume)
        yield self.requests_steps[side][line.workload]
        if charge.unit != "requests_kcount":
            each = self.exact(charge.quantity)
            unit = f" {self.write.tokens_word}" if charge.unit.endswith("_mtok") else ""
            yield f"× {each}{unit} = {quantity}"
        for part in charge.parts:
            yield self._part(charge.unit, volume, quantity, part)
        if len(charge.parts) > 1 or charge.per_request * 100 * self.requests[side][line.workload] != cents:
            yield f"{self.together} {self.write.cents(cents)}"

    def month(self, side: SideName) -> str:
        """`$3,000.00 + $6,000.00 = $9,000.00`."""
        lines = self.result.estimate.lines
        cents = [line.candidate_cents if side == "candidate" else line.baseline_cents for line in lines]
        return f"{' + '.join(map(self.write.cents, cents))} = {self.write.cents(sum(cents))}"

    def year(self, side: SideName) -> str:
        """`12 × $9,000.00 = $108,000.00`, or the months one by one where they differ."""
        months = [m.candidate_cents if side == "candidate" else m.baseline_cents for m in self.result.estimate.months]
        same = len(set(months)) == 1
        amounts = f"12 × {self.write.cents(months[0])}" if same else " + ".join(map(self.write.cents, months))
        return f"{amounts} = {self.write.cents(sum(months))}"

    def difference(self, totals: Totals) -> str:
        """`$9,000.00 − $18,000.00 = −$9,000.00`."""
        return f"{self._sides(totals)} = {self.write.cents(totals.savings_cents)}"

    def percent(self, totals: Totals, percent: Decimal) -> str:
        """`($9,000.00 − $18,000.00) ÷ $9,000.00 = −100%`."""
        share = self.write.percent(percent / 100, 2)
        return f"({self._sides(totals)}) ÷ {self.write.cents(totals.baseline_cents)} = {share}"

    def effective(self, side: SideName, volume: Fraction, price: str) -> str:
        """`$9,000.00 ÷ 2,250 MTok = $4.00`."""
        return f"{self._dollars(self.result.tokens_cost(side))} ÷ {self.quantity('input_mtok', volume)} = {price}"

    def exactly(self, side: SideName) -> Fraction:
        """Month 1 of one side before any rounding, in US dollars; of what is known."""
        total = Fraction(0)
        for line in self.result.estimate.lines:
            charge = line.candidate if side == "candidate" else line.baseline
            total += charge.per_request * self.requests[side][line.workload] if charge else 0
        return total

    def quantity(self, unit: str, volume: Fraction) -> str:
        """A volume in its unit: `1,545 MTok`, `60 tokens`, `1,200`."""
        if not unit.endswith("_mtok"):
            return self.exact(volume)
        if volume < MANY_TOKENS:
            return self.write.tokens(scaled(_millionths(volume), PLACES))
        return self.write.mtok(round_half_up(volume))

    def exact(self, value: Fraction) -> str:
        """A number to the millionth."""
        return self.write.scaled(_millionths(value), PLACES)

    def _sides(self, totals: Totals) -> str:
        return f"{self.write.cents(totals.baseline_cents)} {MINUS} {self.write.cents(totals.candidate_cents)}"

    def _workload(self, index: int, side: SideName) -> Workload:
        move = self.result.moves[index]
        return move.moved if side == "candidate" else move.workload

    def _requests_step(self, index: int, side: SideName) -> str:
        """`50,000 a day × 30 days × 1.03 = 1,545,000 requests a month`."""
        workload, factors = self._workload(index, side), []
        if workload.per == "day":
            factors.append(_("%(number)s a day") % {"number": self.write.number(workload.requests)})
            days = self.result.scenario.day_count.days_in(1)
            factors.append(_("%(days)s days") % {"days": self.exact(days)})
        else:
            factors.append(_("%(number)s a month") % {"number": self.write.number(workload.requests)})
        if workload.retry_share:
            factors.append(self.write.number(1 + workload.retry_share))
        requests = _("%(number)s requests a month") % {"number": self.exact(self.requests[side][index])}
        return f"{' × '.join(factors)} = {requests}" if len(factors) > 1 else requests

    def _part(self, unit: str, volume: Fraction, quantity: str, part: Part) -> str:
        factors = [quantity]
        if part.share != 1:
            factors.append(self._share(part))
        if part.price is None:
            return f"{' × '.join(factors)} × {self.write.unknown}"
        amount = volume * part.share * Fraction(part.price) / per(unit)
        factors.append(f"{self.write.per_mtok(part.price)}{self._per(unit)}")
        if part.billed_as not in (None, unit):
            paid_as = _("billed as: %(unit)s") % {"unit": unit_label(part.billed_as or unit)}
            factors[-1] += f" ({paid_as})"
        return f"{' × '.join(factors)} = {self._dollars(amount)}"

    def _share(self, part: Part) -> str:
        words = [variant_label(part.variant)] if part.variant != "standard" else []
        if part.tier_above is not None:
            words.append(_("above %(tokens)s tokens") % {"tokens": self.write.number(part.tier_above)})
        if part.hours != 1:
            words.append(_("%(share)s of the hours") % {"share": self._percentage(part.hours)})
        share = self._percentage(part.share)
        return f"{share} ({', '.join(words)})" if words else share

    def _percentage(self, share: Fraction) -> str:
        return self.write.percent(Decimal(share.numerator) / share.denominator, 4)

    def _per(self, unit: str) -> str:
        return " / MTok" if unit.endswith("_mtok") else f" / {self.write.number(per(unit))}"

    def _dollars(self, amount: Fraction) -> str:
        return self.write.scaled_money(_millionths(amount), PLACES)


def _millionths(value: Fraction) -> int:
    return round_half_up(value * MILLION)
