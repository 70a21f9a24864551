"""A computed scenario as the page shows it: its verdict, its figures and how each came about, in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from costcalc.catalog.exchange_words import rate_said, units_in_words
from costcalc.catalog.labels import unit_label
from costcalc.catalog.own_entries import OwnRow
from costcalc.engine import USD, Charge, ExchangeRate, Line, SideName, Totals, Unpriced, dollars
from costcalc.formatting import Formatter
from costcalc.scenarios.arithmetic import SIDES, Arithmetic
from costcalc.scenarios.findings import Finding, full_name, model_page, no_price
from costcalc.scenarios.scenario import Offer, Result
from costcalc.scenarios.sheet import Figure, Group, Ledger, Row, Verdict

DASH = "\N{EM DASH}"
# Findings that make a move one on paper only.
UNBUYABLE = frozenset({"shutdown", "gone", "context_window"})


class Writer:
    """Writes one result in one language."""

    def __init__(self, result: Result, write: Formatter, today: dt.date) -> None:
        self.result = result
        self.write = write
        self.today = today
        self.answer = result.estimate
        # Formulas are made of prices, which are dollars: so are they, and a last step converts what they come to.
        self.arithmetic = Arithmetic(result, write.in_dollars)
        self.sources = [[tuple(self._sources(offer)) for offer in offers] for offers in result.offers]
        self.unknown: dict[tuple[str, int, str], list[Unpriced]] = {}
        for gap in self.answer.unknown:
            self.unknown.setdefault((gap.side, gap.workload, gap.unit), []).append(gap)

    def ledger(self, findings: list[Finding]) -> Ledger:
        """The whole right-hand column."""
        return Ledger(
            verdict=self.verdict({finding.code for finding in findings if finding.grave}),
            facts=self.facts(),
            findings=findings,
            groups=list(self._groups()),
            heads=self._heads(),
            total=self._total_row(_("Total, a month"), self.answer.monthly, self._month_steps, "total"),
            year=self._total_row(capfirst(self._year_label), self.answer.annual, self._year_steps, "after"),
            complete=self.answer.complete,
            note=self._note(),
            grounds=self._grounds(),
            title=self._title(),
        )

    def verdict(self, grave: Collection[str] = ()) -> Verdict:
        """What moving does to a month, as a sentence; with a price unknown it says so instead.

        `grave` are the codes of findings that make the move impossible: then it is one on paper only.
        """
        when = self._when
        if not self.answer.complete:
            lead = _("At %(when)s, a price is missing, so the saving is") % {"when": when}
            return Verdict(lead, _("unknown"), "doubt")
        found = self._verdict(when)
        if not UNBUYABLE.intersection(grave):
            return found
        lead = _("On paper only, for it cannot be bought or does not fit. %(lead)s") % {"lead": found.lead}
        return Verdict(lead, found.phrase, "doubt")

    def _verdict(self, when: str) -> Verdict:
        saved = self.answer.monthly.savings_cents
        words = {"when": when, "money": self.write.short_money(dollars(abs(saved)))}
        growing = any(move.workload.monthly_growth for move in self.result.moves)
        if saved > 0:
            phrase = _("%(money)s in the first month") if growing else _("%(money)s a month")
            return Verdict(_("At %(when)s, moving saves") % words, phrase % words, "saves")
        if saved < 0:
            phrase = _("%(money)s more in the first month") if growing else _("%(money)s more a month")
            return Verdict(_("At %(when)s, moving costs") % words, phrase % words, "costs")
        same = self.arithmetic.exactly("baseline") == self.arithmetic.exactly("candidate")
        phrase = _("nothing") if same else _("less than a cent a month")
        return Verdict(_("At %(when)s, moving changes") % words, phrase, "")

    @cached_property
    def _when(self) -> str:
        # What is pinned is of the day it was saved, even where that is today.
        if self.result.scenario.day == self.today and not self.result.scenario.pins:
            return _("today’s prices")
        return _("the prices of %(day)s") % {"day": self.write.day(self.result.scenario.day)}

    def facts(self) -> list[tuple[str, Figure]]:
        """The figures under the verdict."""
        month, year = self.answer.monthly, self.answer.annual
        known = "" if self.answer.complete else _("of what is known")
        return [
            (_("Baseline, a month"), self._sum("baseline", month.baseline_cents)),
            (_("Candidate, a month"), self._sum("candidate", month.candidate_cents)),
            (_("Saving, a month"), self._saving(month, (self.arithmetic.difference(month),), known)),
            (_("Saving: %(year)s") % {"year": self._year_label}, self._saving(year, self._year_difference(), known)),
            (_("Saving, % of baseline"), self._percent(month)),
            (_("Effective price per MTok"), self._effective()),
        ]

    def _converted(self, steps: tuple[str, ...], cents: int) -> tuple[str, ...]:
        """The steps, and where sums are shown in another currency than dollars how this one came about."""
        if self.write.shown == USD:
            return steps
        rate = units_in_words(self.write.per_dollar, self.write.shown, self.write)
        return (*steps, f"{self.write.in_dollars.cents(cents)} × {rate} = {self.write.cents(cents)}")

    def _has_gap(self, side: str) -> bool:
        return any(gap.side == side for gap in self.answer.unknown)

    def _sum(self, side: SideName, cents: int) -> Figure:
        return self._total_figure(side, cents, self._month_steps(side))

    def _total_figure(self, side: SideName, cents: int, steps: tuple[str, ...]) -> Figure:
        """A total; with a price unknown the known part and a question mark, or "unknown" where nothing is known."""
        steps = self._converted(steps, cents)
        if not self._has_gap(side):
            return Figure(self.write.cents(cents), steps)
        text = f"{self.write.cents(cents)} + ?" if cents else self.write.unknown
        return Figure(text, (*steps, _("A price is unknown, so this is the sum of what is known.")), kind="unknown")

    def _saving(self, totals: Totals, steps: tuple[str, ...], known: str) -> Figure:
        if known:
            known_part = self.write.cents(totals.savings_cents)
            return Figure(self.write.unknown, (f"{known_part} {known}", *steps), kind="unknown")
        kind = "saves" if totals.savings_cents > 0 else "costs" if totals.savings_cents < 0 else ""
        steps = self._converted(steps, totals.savings_cents)
        return Figure(self.write.cents(totals.savings_cents), steps, kind=kind)

    def _percent(self, month: Totals) -> Figure:
        percent = month.savings_percent
        if not self.answer.complete:
            return Figure(self.write.unknown, (_("A price is unknown."),), kind="unknown")
        if percent is None:
            return Figure(DASH, (_("There is no percentage of a baseline of 0."),))
        return Figure(self.write.percent(percent / 100), (self.arithmetic.percent(month, percent),))

    def _effective(self) -> Figure:
        tokens = self.result.tokens()
        if not tokens:
            return Figure(DASH, (_("Without tokens there is no price per token."),))
        prices = [self.write.per_mtok(self.result.effective(side)) for side in SIDES]
        labels = (_("Baseline"), _("Candidate"))
        steps = [
            f"{label}: {self.arithmetic.effective(side, tokens, price)}"
            for label, side, price in zip(labels, SIDES, prices, strict=True)
        ]
        text = " → ".join(prices)
        if self.write.shown != USD:
            beside = " → ".join(self.write.shown_price(self.result.effective(side)) for side in SIDES)
            text = f"{text} ({beside})"
        note = _("What tokens and request fees cost, by the baseline’s input and output tokens; tools apart.")
        return Figure(text, (*steps, note))

    def _heads(self) -> tuple[str, str]:
        before = {offers[0].seller for offers in self.result.offers}
        after = {offers[1].seller for offers in self.result.offers}
        heads = [next(iter(names)) if len(names) == 1 else "" for names in (before, after)]
        if heads[0] == heads[1]:
            heads = [""] * 2 if len(self.result.offers) > 1 else [self._model(side) for side in self.result.offers[0]]
        return heads[0] or _("Baseline"), heads[1] or _("Candidate")

    def _model(self, offer: Offer) -> str:
        return offer.entry.label if offer.entry else offer.seller

    def _groups(self) -> Iterator[Group]:
        several = len(self.result.offers) > 1
        for index, (before, after) in enumerate(self.result.offers):
            rows = [self._row(line) for line in self.answer.lines if line.workload == index]
            name = self.result.moves[index].workload.name or _("Workload %(number)s") % {"number": index + 1}
            title = f"{name}: {self._side(before)} → {self._side(after)}" if several else ""
            yield Group(title, tuple(rows))

    def _side(self, offer: Offer) -> str:
        return full_name(offer.entry) if offer.entry else offer.seller or _("typed prices")

    def _row(self, line: Line) -> Row:
        volumes = [line.baseline_volume, line.candidate_volume]
        texts = [self.arithmetic.quantity(line.unit, volume) for volume in dict.fromkeys(volumes)]
        difference, direction = self._difference(line)
        return Row(
            label=unit_label(line.unit),
            volume=" → ".join(texts),
            baseline=self._amount(line, "baseline", line.baseline, line.baseline_cents),
            candidate=self._amount(line, "candidate", line.candidate, line.candidate_cents),
            difference=difference,
            direction=direction,
        )

    def _difference(self, line: Line) -> tuple[str, str]:
        if any((side, line.workload, line.unit) in self.unknown for side in SIDES):
            return self.write.unknown, "unknown"
        return self._signed(line.difference_cents)

    def _signed(self, cents: int) -> tuple[str, str]:
        if not cents:
            return DASH, ""
        return self.write.cents_difference(cents), "plus" if cents > 0 else "minus"

    def _amount(self, line: Line, side: SideName, charge: Charge | None, cents: int) -> Figure:
        if charge is None:
            return Figure(DASH)
        gaps = self.unknown.get((side, line.workload, line.unit), [])
        steps = self._converted(tuple(self.arithmetic.charge(line, side, charge, cents)), cents)
        sources = self.sources[line.workload][SIDES.index(side)]
        text = self.write.cents(cents)
        if gaps:
            text = self.write.unknown if sum(gap.share for gap in gaps) == 1 else f"{text} + ?"
        return Figure(text, steps, sources, "unknown" if gaps else "")

    def _sources(self, offer: Offer) -> Iterator[tuple[str, str]]:
        """Where the price comes from, and the day it was checked; the model's page has the links."""
        row, entry = offer.price, offer.entry
        if row is None or entry is None:
            yield (_("Price: typed."), "") if entry is None else (no_price(entry), "")
            return
        words = {"source": row.source, "day": self.write.day(row.checked_on)}
        yield _("Price: %(source)s, checked on %(day)s.") % words, ""
        if isinstance(row, OwnRow) and row.rate is not None:
            yield _("Said in %(currency)s: %(rate)s.") % self._rate_words(row.rate), ""
        yield full_name(entry), model_page(entry)
        yield from ((host_of(url), url) for url in row.urls[:1])

    def _total_row(self, label: str, totals: Totals, steps: Callable[[SideName], tuple[str, ...]], css: str) -> Row:
        cents = (totals.baseline_cents, totals.candidate_cents)
        sides = [self._total_figure(side, amount, steps(side)) for side, amount in zip(SIDES, cents, strict=True)]
        difference, direction = self._signed(-totals.savings_cents)
        if not self.answer.complete:
            difference, direction = self.write.unknown, "unknown"
        return Row(label, "", sides[0], sides[1], difference, direction, css)

    def _month_steps(self, side: SideName) -> tuple[str, ...]:
        return (self.arithmetic.month(side),)

    def _year_steps(self, side: SideName) -> tuple[str, ...]:
        return (self.arithmetic.year(side), self._year_note)

    @cached_property
    def _year_note(self) -> str:
        words = {"when": self._when}
        return (
            _("At %(when)s throughout, each line of each month rounded once to cents, not cut off at a shutdown.")
            % words
        )

    def _year_difference(self) -> tuple[str, ...]:
        return (self.arithmetic.difference(self.answer.annual), self._year_note)

    @cached_property
    def _year_label(self) -> str:
        """A run-rate where every month is the same; else what it is."""
        growths = {move.workload.monthly_growth for move in self.result.moves}
        if growths == {Decimal(0)}:
            return _("run-rate of twelve months")
        if len(growths) > 1:
            return _("twelve months with growth")
        return _("twelve months, growing %(share)s a month") % {"share": self.write.percent(growths.pop(), 6)}

    def _grounds(self) -> list[str]:
        """What the figures rest on, for a reader who has only the sheet: the day, and each side's source."""
        day = self.write.day(self.result.scenario.day)
        found = [_("Prices of %(day)s.") % {"day": day}]
        for offers in self.result.offers:
            for offer in offers:
                if offer.entry is not None and offer.price is not None:
                    words = {
                        "model": full_name(offer.entry),
                        "source": offer.price.source,
                        "day": self.write.day(offer.price.checked_on),
                    }
                    found.append(_("%(model)s: %(source)s, checked on %(day)s.") % words)
        return list(dict.fromkeys([*found, *self._rates()]))

    def _rates(self) -> Iterator[str]:
        """By which exchange rates what was typed, and what was said of own prices, is dollars."""
        scenario = self.result.scenario
        typed = (scenario.rates.rate(currency, scenario.day) for currency in sorted(scenario.currencies))
        own = (o.price.rate for offers in self.result.offers for o in offers if isinstance(o.price, OwnRow))
        for rate in (*typed, *own):
            if rate is not None:
                yield _("%(currency)s into US dollars: %(rate)s.") % self._rate_words(rate)

    def _rate_words(self, rate: ExchangeRate) -> dict[str, str]:
        return {"currency": rate.currency, "rate": rate_said(rate, self.write)}

    def _title(self) -> str:
        """`gpt-4.1 → gpt-4.1: +$9,000.00 a month`, for a tab among others."""
        before, after = (self._model(offer) or _("typed prices") for offer in self.result.offers[0])
        change = self.write.cents_difference(-self.answer.monthly.savings_cents)
        words = {"change": change if self.answer.complete else self.write.unknown}
        return f"{before} → {after}: " + _("%(change)s a month") % words

    def _note(self) -> str:
        """How days became months, under every result."""
        count = self.result.scenario.day_count
        if count.days is None:
            month = self.write.number(int(count.days_in(1)))
            return _("The calendar’s own months; the first has %(days)s days.") % {"days": month}
        return _("A month is %(days)s days.") % {"days": self.arithmetic.exact(count.days)}


def host_of(url: str) -> str:
    """The host of an address, as a short name for a link."""
    return url.split("/")[2].removeprefix("www.") if url.count("/") >= 2 else url
