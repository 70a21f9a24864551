"""Computed scenarios side by side, line by line: money, prices, and what is assumed.

The first column is what the others are measured against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.catalog.exchange_words import rate_said
from costcalc.catalog.labels import unit_label
from costcalc.engine import Line, Return, dollars
from costcalc.formatting import Formatter
from costcalc.scenarios.assumptions import assumed
from costcalc.scenarios.findings import full_name, price_words
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_shown import ReturnWriter
from costcalc.scenarios.said_prices import said_prices
from costcalc.scenarios.scenario import Offer, Result, Scenario

DASH = "\N{EM DASH}"


@dataclass(frozen=True)
class Version:
    """One column: what it is called, where it can be read, and its answer."""

    title: str
    note: str
    reading: Reading
    result: Result
    href: str = ""


@dataclass(frozen=True)
class Cell:
    """What one column says in one line, and how it differs from the first column."""

    text: str
    change: str = ""
    direction: str = ""
    same: bool = True


@dataclass(frozen=True)
class Row:
    """One line across the columns."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether any column says something else than the first."""
        return any(not cell.same for cell in self.cells)


@dataclass(frozen=True)
class Group:
    """Lines under a heading."""

    title: str
    rows: tuple[Row, ...]


class Comparison:
    """Two to six versions, in one language."""

    def __init__(self, versions: Sequence[Version], write: Formatter) -> None:
        self.versions = versions
        self.write = write

    def groups(self) -> list[Group]:
        """Totals, each workload's lines, its prices, and what is assumed otherwise than in the first column."""
        count = max(len(version.result.moves) for version in self.versions)
        found = (
            Group(_("Totals"), tuple(self._totals())),
            *(Group(self._workload(index), tuple(self._lines(index))) for index in range(count)),
            Group(_("Return"), tuple(self._returns())),
            Group(_("Prices"), (*self._prices(), *self._rates())),
            Group(_("Assumed otherwise"), tuple(row for row in self._assumed() if row.differs)),
        )
        return [group for group in found if group.rows]

    def _totals(self) -> Iterator[Row]:
        sums: tuple[tuple[str, Callable[[Result], int], tuple[str, ...], bool], ...] = (
            (_("Baseline, a month"), lambda r: r.estimate.monthly.baseline_cents, ("baseline",), False),
            (_("Candidate, a month"), lambda r: r.estimate.monthly.candidate_cents, ("candidate",), False),
            (_("Saving, a month"), lambda r: r.estimate.monthly.savings_cents, ("baseline", "candidate"), True),
            (
                _("Saving, run-rate of a year"),
                lambda r: r.estimate.annual.savings_cents,
                ("baseline", "candidate"),
                True,
            ),
        )
        for label, cents, sides, saving in sums:
            amounts = [None if _gap(v.result, sides) else cents(v.result) for v in self.versions]
            yield Row(label, self._money(amounts, saving=saving))

    def _lines(self, index: int) -> Iterator[Row]:
        by_unit = [
            {line.unit: line for line in v.result.estimate.lines if line.workload == index} for v in self.versions
        ]
        for unit in dict.fromkeys(unit for lines in by_unit for unit in lines):
            for side, word in (("baseline", _("baseline")), ("candidate", _("candidate"))):
                amounts = [
                    _cents(v.result, lines.get(unit), side) for v, lines in zip(self.versions, by_unit, strict=True)
                ]
                yield Row(f"{unit_label(unit)}, {word}", self._money(amounts, absent=[unit not in x for x in by_unit]))

    def _returns(self) -> Iterator[Row]:
        """What each move returns; without figures where a price is unknown."""
        found = [_whole(version.result) for version in self.versions]
        amounts: tuple[tuple[str, Callable[[Return], int]], ...] = (
            (_("Net present value (NPV)"), lambda one: one.npv_cents),
            (_("First-year saving"), lambda one: one.cash.first_year_cents),
        )
        for label, cents in amounts:
            yield Row(label, self._money([None if one is None else cents(one) for one in found], saving=True))
        texts: tuple[tuple[str, Callable[[ReturnWriter], str]], ...] = (
            (_("Payback"), lambda words: words.payback_words()),
            (_("Return on what is paid once (ROI)"), lambda words: words.roi().text),
            (_("Internal rate of return (IRR)"), lambda words: words.irr().text),
        )
        for label, said in texts:
            yield Row(label, _texts([self._returned(version, said) for version in self.versions]))

    def _returned(self, version: Version, said: Callable[[ReturnWriter], str]) -> str:
        if _whole(version.result) is None:
            return self.write.unknown
        return said(ReturnWriter(version.result, version.reading, self.write))

    def _workload(self, index: int) -> str:
        names = [v.result.moves[index].workload.name for v in self.versions if index < len(v.result.moves)]
        return next(filter(None, names), _("Workload %(number)s") % {"number": index + 1})

    def _prices(self) -> Iterator[Row]:
        for index in range(max(len(version.result.offers) for version in self.versions)):
            for place, word in enumerate((_("Baseline"), _("Candidate"))):
                texts = [
                    self._offer(v.result.offers[index][place], v.result) if index < len(v.result.offers) else DASH
                    for v in self.versions
                ]
                label = f"{word}, {self._workload(index)}" if index or self._several else word
                yield Row(label, _texts(texts))
                yield from self._changed(label, [self._place(v.result, index, place) for v in self.versions])

    def _rates(self) -> Iterator[Row]:
        """The exchange rates on which typed money stands, by currency."""
        used = {currency for version in self.versions for currency in version.result.scenario.currencies}
        for currency in sorted(used):
            label = _("Exchange rate: %(currency)s") % {"currency": currency}
            yield Row(label, _texts([self._rate(version.result.scenario, currency) for version in self.versions]))

    def _rate(self, scenario: Scenario, currency: str) -> str:
        rate = scenario.rates.rate(currency, scenario.day) if currency in scenario.currencies else None
        return DASH if rate is None else rate_said(rate, self.write)

    def _place(self, result: Result, index: int, place: int) -> tuple[str, dict[str, str]]:
        """Who sells at one place, and everything that the prices there say."""
        if index >= len(result.offers):
            return "", {}
        offer = result.offers[index][place]
        return _name(offer), said_prices(offer.sheet, result.scenario.day, self.write)

    def _changed(self, side: str, places: Sequence[tuple[str, dict[str, str]]]) -> Iterator[Row]:
        """Of one and the same seller's model, each price that is not the same in every column."""
        if len({name for name, _prices in places}) > 1:
            return
        for label in dict.fromkeys(label for _name, prices in places for label in prices):
            row = Row(f"{side}: {label}", _texts([prices.get(label, self.write.unknown) for _name, prices in places]))
            if row.differs:
                yield row

    @property
    def _several(self) -> bool:
        return any(len(version.result.moves) > 1 for version in self.versions)

    def _offer(self, offer: Offer, result: Result) -> str:
        weighted = offer.sheet.rates_on(result.scenario.day)
        prices = price_words(weighted[0][1], self.write) if weighted else self.write.unknown
        return f"{_name(offer)}: {prices}"

    def _assumed(self) -> Iterator[Row]:
        said = [assumed(version.reading, self.write) for version in self.versions]
        for name in dict.fromkeys(name for one in said for name in one):
            label = next(one[name][0] for one in said if name in one)
            yield Row(label, _texts([one[name][1] if name in one else DASH for one in said]))

    def _money(
        self, amounts: Sequence[int | None], *, saving: bool = False, absent: Sequence[bool] = ()
    ) -> tuple[Cell, ...]:
        first = amounts[0]
        cells = []
        for index, cents in enumerate(amounts):
            text = DASH if absent and absent[index] else self.write.money(None if cents is None else dollars(cents))
            if cents is None or first is None or cents == first:
                cells.append(Cell(text, same=cents == first))
                continue
            more = cents > first
            good = more if saving else not more
            cells.append(
                Cell(text, self.write.difference(dollars(cents - first)), "saves" if good else "costs", same=False)
            )
        return tuple(cells)


def _name(offer: Offer) -> str:
    return full_name(offer.entry) if offer.entry else offer.seller or _("typed prices")


def _texts(texts: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Cell(text, same=text == texts[0]) for text in texts)


def _gap(result: Result, sides: Sequence[str]) -> bool:
    return any(gap.side in sides for gap in result.estimate.unknown)


def _cents(result: Result, line: Line | None, side: str) -> int | None:
    """One side of a line; 0 where there is no such line, None where a price of it is unknown."""
    if line is None:
        return 0
    gaps = {(gap.side, gap.workload, gap.unit) for gap in result.estimate.unknown}
    if (side, line.workload, line.unit) in gaps:
        return None
    return line.baseline_cents if side == "baseline" else line.candidate_cents


def _whole(result: Result) -> Return | None:
    return result.returned if result.returned.complete else None
