"""The return of a computed scenario as the page shows it: what it is worth, how that came about, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from costcalc.engine import Month, Payback, Return, Warned, round_half_up
from costcalc.formatting import Formatter
from costcalc.scenarios import markup
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_outlook import OutlookShown, OutlookWriter
from costcalc.scenarios.scenario import Result
from costcalc.scenarios.sheet import Figure, Verdict

DASH = "\N{EM DASH}"
# In percent a year: what is paid once is back within days.
MOST_RATE = Decimal(10) ** 6


@dataclass(frozen=True)
class CashRow:
    """A month of the cash flow: what it is called, and its cells; `kind` says whether the cash is in or out."""

    label: str
    cells: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class ReturnShown:
    """Everything that the section of the return shows; without figures where a price is unknown."""

    verdict: Verdict
    facts: Sequence[tuple[str, Figure]] = ()
    warnings: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Sequence[CashRow] = ()
    outlook: OutlookShown | None = None
    span: str = ""
    begins: str = ""

    @property
    def shown_facts(self) -> SafeString:
        """The figures under the verdict as the page shows them."""
        return markup.facts((label, str(figure)) for label, figure in self.facts)


class ReturnWriter:
    """Writes the return of one result in one language; `reading` says what the uncertain inputs are called."""

    def __init__(self, result: Result, reading: Reading, write: Formatter) -> None:
        self.result, self.reading, self.write = result, reading, write
        self.found: Return = result.returned
        self.terms = result.case.terms

    def shown(self) -> ReturnShown:
        """The whole section."""
        if not self.found.complete:
            return ReturnShown(Verdict(_("A price is missing, so what the move returns is"), _("unknown"), "doubt"))
        return ReturnShown(
            verdict=self.verdict(),
            facts=self.facts(),
            warnings=[warned_words(warned, self.write) for warned in self.found.warnings],
            heads=self._heads(),
            rows=list(self._rows()),
            outlook=OutlookWriter(self.result, self.reading, self.write).shown(),
            span=_("sum at the end: %(sum)s") % {"sum": self._money(self.found.cash.cumulative[-1])},
            begins=self._begins(),
        )

    def _begins(self) -> str:
        first = self.result.scenario.day.replace(day=1)
        return _("Month 1 begins on %(day)s; months are those of the calendar.") % {"day": self.write.day(first)}

    def verdict(self) -> Verdict:
        """What the move is worth over its horizon, as a sentence."""
        npv, words = self.found.npv, {"time": self._time(), "rate": self._rate()}
        if npv > 0:
            return Verdict(_("%(time)s, at %(rate)s a year, the move returns") % words, self._short(npv), "saves")
        if npv < 0:
            return Verdict(_("%(time)s, at %(rate)s a year, the move loses") % words, self._lost(-npv), "costs")
        return Verdict(_("%(time)s, at %(rate)s a year, the move returns") % words, _("nothing"), "")

    def _lost(self, amount: Decimal) -> str:
        """What is lost; where it would come back but for a shutdown, that is half of the verdict."""
        late = [warned for warned in self.found.warnings if warned.code == "payback_after_shutdown"]
        if not late:
            return self._short(amount)
        words = {"money": self._short(amount), "day": self.write.day(late[0].day)}
        return _("%(money)s: payback lies after the shutdown on %(day)s") % words

    def facts(self) -> list[tuple[str, Figure]]:
        """The figures under it."""
        even = self.found.break_even
        return [
            (_("Net present value (NPV)"), self._present()),
            (_("Payback"), self._payback(self.found.payback, self.found.cash.flow)),
            (_("Discounted payback"), self._discounted()),
            (_("Return on what is paid once (ROI)"), self.roi()),
            (_("Internal rate of return (IRR)"), self.irr()),
            (_("First-year saving"), self._first_year()),
            (_("Breaks even at a price of"), self._even_price()),
            (_("Breaks even at a volume of"), self._even_volume()),
            (_("Breaks even at a one-off cost of"), self._even_one_off(even.one_off_cents)),
        ]

    def _discounted(self) -> Figure:
        steps = (_("The same with each month’s cash at its present value."),)
        return Figure(self._back(self.found.discounted_payback), steps)

    def payback_words(self) -> str:
        """When it is paid back, in a few words."""
        return self._back(self.found.payback)

    def _time(self) -> str:
        months = self.found.cash.moments[-1]
        if self.terms.ends_on is not None and months < self.terms.horizon_months:
            return _("Up to the shutdown on %(day)s") % {"day": self.write.day(self.terms.ends_on)}
        return _("Over %(months)s months") % {"months": self.write.number(self.terms.horizon_months)}

    def _rate(self) -> str:
        return self.write.percent(self.terms.annual_discount_rate, 6)

    def _short(self, amount: Decimal) -> str:
        return self.write.short_money(amount)

    def _money(self, cents: int) -> str:
        return self.write.cents(cents)

    def _present(self) -> Figure:
        cash, rate = self.found.cash, self.terms.annual_discount_rate
        monthly = (1 + rate) ** (Decimal(1) / 12) - 1
        months = {month.cash_cents for month in cash.months}
        words = {
            "rate": self._rate(),
            "monthly": self.write.percent(monthly, 4),
            "once": self._money(cash.flow[0]),
            "count": self.write.number(len(cash.months)),
            "total": self._money(self.found.npv_cents),
            "cash": self._money(months.pop()) if len(months) == 1 else _("each month’s cash"),
        }
        r = _("r = (1 + %(rate)s)^(1/12) − 1 = %(monthly)s a month") % words
        total = _("%(once)s + the sum of %(cash)s ÷ (1 + r)^m for m = 1 to %(count)s = %(total)s") % words
        return self._signed_figure(self.found.npv_cents, (r, total))

    def _signed_figure(self, cents: int, steps: tuple[str, ...]) -> Figure:
        return Figure(self._money(cents), steps, kind="saves" if cents > 0 else "costs" if cents < 0 else "")

    def _payback(self, back: Payback, flow: Sequence[int]) -> Figure:
        if back.months is None:
            return Figure(self._back(back), (self._why_no_payback(back),))
        before = int(back.months) if back.months % 1 or not back.months else int(back.months) - 1
        balance = sum(flow[: before + 1])
        words = {
            "month": str(before),
            "balance": self._money(balance),
            "next": str(before + 1),
            "cash": self._money(flow[before + 1]),
            "months": self._months(back.months),
        }
        steps = _("After month %(month)s: %(balance)s. Month %(next)s brings %(cash)s, evenly: %(months)s.") % words
        return Figure(self._back(back), (steps,))

    def _back(self, back: Payback) -> str:
        if back.months is not None:
            return _("after %(months)s") % {"months": self._months(back.months)}
        return _("nothing to pay back") if back.state == "nothing_to_pay_back" else _("not within the horizon")

    def _months(self, months: Fraction) -> str:
        return _("%(months)s months") % {"months": self.write.scaled(round_half_up(months * 100), 2)}

    def _why_no_payback(self, back: Payback) -> str:
        if back.state == "nothing_to_pay_back":
            return _("The sum of cash never falls below 0.")
        return _("The sum of cash is %(sum)s at the end.") % {"sum": self._money(self.found.cash.cumulative[-1])}

    def roi(self) -> Figure:
        """What the cash is of what is paid once, in percent."""
        cash, percent = self.found.cash, self.found.roi_percent
        if percent is None:
            return Figure(DASH, (_("Nothing is paid once, so there is nothing to relate the cash to."),))
        words = {
            "cash": self._money(sum(cash.flow[1:])),
            "once": self._money(cash.one_off_cents),
            "percent": self.write.percent(percent / 100, 2),
        }
        return Figure(words["percent"], ("({cash} − {once}) ÷ {once} = {percent}".format(**words),))

    def irr(self) -> Figure:
        """The annual rate at which the present value is 0, or that there is none, or several."""
        said = [self._annual(percent) for percent in self.found.irr.percents]
        if not said:
            return Figure(_("none"), (_("At no annual rate is the present value 0."),))
        if len(said) == 1:
            return Figure(_("%(rate)s a year") % {"rate": said[0]}, (_("At this rate the net present value is 0."),))
        note = _("The cash changes its sign more than once: no single rate describes it.")
        return Figure(_("several: %(rates)s") % {"rates": " · ".join(said)}, (note,))

    def _annual(self, percent: Decimal) -> str:
        """A rate of return; one beyond any meaning (a dollar once, thousands every month) as the bound it is over."""
        if percent <= MOST_RATE:
            return self.write.percent(percent / 100, 2)
        return _("more than %(rate)s") % {"rate": self.write.percent(MOST_RATE / 100)}

    def _first_year(self) -> Figure:
        cash = self.found.cash
        words = {"count": self.write.number(min(12, len(cash.months)))}
        note = _("The cash of months 1 to %(count)s, without what is paid once.") % words
        return self._signed_figure(cash.first_year_cents, (note,))

    def _even_price(self) -> Figure:
        even = self.found.break_even
        if even.price is None or even.price_per_mtok is None:
            return Figure(DASH, (_("No price of the candidate makes the present value 0."),))
        factor = self.write.scaled(round_half_up(even.price * 10_000), 4)
        note = _("All prices of the candidate × %(factor)s; by the baseline’s tokens of month 1.") % {"factor": factor}
        return Figure(f"{self.write.per_mtok(even.price_per_mtok)} / MTok", (note,))

    def _even_volume(self) -> Figure:
        even = self.found.break_even
        if even.volume is None or even.requests is None:
            return Figure(DASH, (_("No volume makes the present value 0."),))
        if not even.volume:
            return Figure(DASH, (_("Every request loses: only without any is the present value 0."),))
        requests = self.write.number(round_half_up(even.requests))
        factor = self.write.scaled(round_half_up(even.volume * 10_000), 4)
        note = _("The volume × %(factor)s, in the first month and after it.") % {"factor": factor}
        return Figure(_("%(requests)s requests a month") % {"requests": requests}, (note,))

    def _even_one_off(self, cents: int) -> Figure:
        if cents < 0:
            return Figure(DASH, (_("It does not pay even if nothing is paid once."),))
        return Figure(self._money(cents), (_("As much may be paid once before the present value is 0."),))

    def _heads(self) -> list[str]:
        heads = [_("Month"), _("On the candidate"), _("Tokens save"), _("Other savings")]
        return [*heads, *([_("Overlap, cold cache")] if self._has_costs() else []), _("Cash"), _("Sum")]

    def _has_costs(self) -> bool:
        return any(month.overlap_cents or month.cold_cents for month in self.found.cash.months)

    def _rows(self) -> Iterator[CashRow]:
        cash = self.found.cash
        costs = [""] if self._has_costs() else []
        if cash.flow[0]:
            yield self._row(_("Paid once"), ["", "", "", *costs], cash.flow[0], cash.flow[0])
        for month, total in zip(cash.months, cash.cumulative[1:], strict=True):
            yield self._row(self._month(month), self._parts(month), month.cash_cents, total)

    def _row(self, label: str, parts: list[str], cents: int, total: int) -> CashRow:
        kind = "minus" if cents > 0 else "plus" if cents < 0 else ""
        return CashRow(label, (*parts, self._money(cents), self._money(total)), kind)

    def _parts(self, month: Month) -> list[str]:
        parts = [self.write.percent(Decimal(round_half_up(month.share * 10**6)).scaleb(-6), 2)]
        parts += [self._money(month.token_cents), self._money(month.other_cents)]
        return [*parts, *([self._money(-month.overlap_cents - month.cold_cents)] if self._has_costs() else [])]

    def _month(self, month: Month) -> str:
        number = self.write.number(month.number)
        if month.length == 1:
            return number
        share = Decimal(round_half_up(month.length * 1000)).scaleb(-3)
        return _("%(month)s, %(share)s of it") % {"month": number, "share": self.write.percent(share)}


def warned_words(warned: Warned, write: Formatter) -> str:
    """What a reader must be told beside the figures, as a sentence."""
    words = {"day": write.day(warned.day)}
    if warned.code == "payback_after_shutdown":
        return _("Payback lies after the shutdown on %(day)s: what is spent does not come back before.") % words
    said = _("A model in use is shut down on %(day)s, so the return ends there. Name a successor to go on.")
    return said % words
