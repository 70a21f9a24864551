"""The prices of one side of one workload, as rows of the inputs: each with the share of the requests that pays it.

Which price a request pays is decided in the workbook, as the engine does it: by variant, by hours of the day, by the
tier that its input tokens fall in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.labels import measure_label, unit_label, variant_label
from costcalc.engine import CONTEXTS, REQUESTS, Moment, NoSuchVariant, PriceSheet, Workload, billed_as, prices_at
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.scenario import Offer
from costcalc.scenarios.workbook.formulas import Formula, both, is_number, term, when
from costcalc.scenarios.workbook.paper import COUNT, DAY, INPUT, NOTE, PARTS, PRICE, Sheet, span, unknown

Inputs = Mapping[str, Formula]
ALL = Fraction(1)
# Which column of the inputs holds what.
PRICED, MEASURE, SOURCE, CHECKED, ABOVE, PAYING = 1, 2, 3, 4, 5, 6


@dataclass(frozen=True)
class Paid:
    """The cells of one unit's prices, and beside each the share of its requests that pays it."""

    prices: Formula
    shares: Formula


@dataclass(frozen=True)
class _Part:
    """One price that a unit may pay: under a variant, in some hours, in a tier (0 is below the first)."""

    variant: str
    stretch: int
    hours: Fraction
    billed: str | None
    tier: int
    price: Decimal | None
    above: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str | None, str, int, int]:
        """Where else this price stands: of what, under which variant, in which hours, in which tier."""
        return self.billed, self.variant, self.stretch, self.tier


def units_of(workload: Workload, sheets: Sequence[PriceSheet]) -> list[str]:
    """The units of a workload's ledger: all tokens, the tools that it calls, a fee where somebody asks one."""
    written = "cache_write_1h_mtok" if workload.cache_write_ttl == "1h" else "cache_write_mtok"
    units = ["input_mtok", "cache_read_mtok", written, "output_mtok", "output_reasoning_mtok", *workload.calls]
    fee = any(REQUESTS in part.rates for sheet in sheets for part in sheet.parts)
    return [*units, REQUESTS] if fee else units


class Side:
    """Writes the prices of one side; `inputs` are the cells of its workload, `ratio` multiplies the input tokens."""

    def __init__(
        self, sheet: Sheet, offer: Offer, workload: Workload, at: Moment, inputs: Inputs, ratio: Formula | None
    ) -> None:
        self.sheet = sheet
        self.offer = offer
        self.at = at
        self.inputs = inputs
        self.tokens = inputs["in"] * ratio if ratio else inputs["in"]
        self.variants = [name for name in CONTEXTS if name in workload.variant_shares() or self._sells(name)]
        self.written: dict[tuple[str | None, str, int, int], Formula] = {}

    def of(self, unit: str) -> Paid:
        """Write the rows of one unit."""
        prices: list[Formula] = []
        shares: list[Formula] = []
        above: list[Formula] = []
        for part in self._parts(unit):
            above = above if part.tier else self._thresholds(part)
            prices.append(self._priced(unit, part))
            shares.append(self._share(part, above))
            self.sheet.row += 1
        return Paid(span(prices), span(shares))

    def _sells(self, variant: str) -> bool:
        try:
            return bool(prices_at(self.offer.sheet, self.at, variant))
        except NoSuchVariant:
            return False

    def _parts(self, unit: str) -> Iterator[_Part]:
        for variant in self.variants:
            weighted = prices_at(self.offer.sheet, self.at, variant) if self._sells(variant) else ((ALL, {}),)
            for stretch, (hours, rates) in enumerate(weighted):
                billed = billed_as(unit, rates)
                if billed is None:
                    yield _Part(variant, stretch, hours, None, 0, Decimal(0) if unit == REQUESTS else None)
                    continue
                rate = rates[billed]
                above = tuple(tier.above for tier in rate.tiers)
                for place, price in enumerate((rate.base, *(tier.price for tier in rate.tiers))):
                    yield _Part(variant, stretch, hours, billed, place, price, above)

    def _thresholds(self, part: _Part) -> list[Formula]:
        """The thresholds of a price's tiers, in the rows of the tiers."""
        row = self.sheet.row
        return [self.sheet.at(row + 1 + place, ABOVE, above, COUNT, INPUT) for place, above in enumerate(part.above)]

    def _priced(self, unit: str, part: _Part) -> Formula:
        """The price's cell: one that is another unit's follows that one's."""
        self.sheet.text(0, self._words(unit, part))
        self.sheet.text(MEASURE, f"USD {measure_label(unit)}", NOTE)
        self._sourced(unit, part)
        whole = self.written.get(part.key) if part.billed not in {None, unit} else None
        if whole is not None:
            return self.sheet.put(PRICED, whole, PRICE)
        cell = self.sheet.put(PRICED, unknown() if part.price is None else part.price, PRICE, INPUT)
        if part.billed == unit:
            self.written[part.key] = cell
        return cell

    def _words(self, unit: str, part: _Part) -> str:
        said = [unit_label(unit)]
        if part.variant != "standard":
            said.append(variant_label(part.variant))
        if part.hours != 1:
            said.append(_("%(share)s of the hours") % {"share": f"{float(part.hours):.2%}"})
        if part.tier:
            said.append(_("above a threshold of input tokens"))
        return "  " + ", ".join(said)

    def _sourced(self, unit: str, part: _Part) -> None:
        row = self.offer.price
        if part.price is None:
            source = _("no price is known")
        elif part.billed is None:
            source = _("no fee")
        elif row is None:
            source = _("typed")
        else:
            source = " · ".join(filter(None, (row.source, *row.urls[:1])))
        if part.billed not in {None, unit}:
            words = {"unit": unit_label(str(part.billed)), "source": source}
            source = _("billed as %(unit)s. %(source)s") % words
        self.sheet.text(SOURCE, source, NOTE)
        if row is not None:
            self.sheet.put(CHECKED, row.checked_on, DAY)

    def _share(self, part: _Part, above: list[Formula]) -> Formula:
        others = self.inputs["batch"], self.inputs["flex"], self.inputs["priority"]
        standard = term(1) - others[0] - others[1] - others[2]
        share = self.inputs[part.variant] if part.variant != "standard" else standard
        if part.hours != 1:
            share = share * part.hours
        return self.sheet.put(PAYING, share * self._tier(part.tier, above) if above else share, PARTS)

    def _tier(self, tier: int, above: list[Formula]) -> Formula:
        """The share of the requests in a tier: decided by the input tokens, unless a share above tiers is given."""
        over, ends = self.inputs["over"], [*above[tier:], None][0]
        inside = self.tokens <= ends if ends is not None else None
        if tier == 0:
            assert inside is not None, "A price with tiers has a first one."
            return when(is_number(over), term(1) - over, when(inside, 1, 0))
        begun = self.tokens > above[tier - 1]
        here = begun if inside is None else both(begun, inside)
        # The first tier is also the one of requests whose mean is below every threshold.
        highest = here if tier > 1 else inside
        return when(is_number(over), over if highest is None else when(highest, over, 0), when(here, 1, 0))


def seller(offer: Offer) -> str:
    """Whose prices a side has."""
    return full_name(offer.choice) if isinstance(offer.choice, Entry) else offer.choice.name or _("typed prices")
