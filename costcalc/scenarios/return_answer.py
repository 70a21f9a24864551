"""The return of a computed scenario as the API shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from costcalc.digits import canonical
from costcalc.engine import (
    BreakEven,
    Cash,
    Month,
    Outlook,
    Payback,
    Spread,
    Swing,
    dollars,
    round_half_up,
    scaled,
)
from costcalc.formatting import Formatter
from costcalc.scenarios.body_words import field_of, input_place
from costcalc.scenarios.kinds import split_name
from costcalc.scenarios.return_shown import warned_words
from costcalc.scenarios.scenario import Result

PaybackState = Literal["paid_back", "nothing_to_pay_back", "not_within_the_horizon"]


class CashOut(Schema):
    """A month's cash. Month 0 is what is paid and set aside before; a horizon may end with a part of a month."""

    month: int
    length: str = Field(description="The share of the month's days that lies before the horizon's end.")
    share: str = Field(description="Of the traffic, on the candidate.")
    token_saving: str
    other_saving: str
    overlap: str
    cold_cache: str
    cash: str
    cumulative: str


class BreakEvenOut(Schema):
    """Where the present value is 0, everything else unchanged; null where there is no such figure."""

    price_factor: str | None = Field(description="On all prices of the candidate.")
    price_per_mtok: str | None = Field(description="The candidate's mean price at it, by the baseline's tokens.")
    volume_factor: str | None = Field(description="On the requests of every month.")
    requests: str | None = Field(description="Of month 1 at it.")
    one_off: str = Field(description="Negative: it does not pay even if nothing is paid once.")


class ReturnWarningOut(Schema):
    """Something to know about the return, and the day that it is about."""

    code: Literal["horizon_ends_at_shutdown", "payback_after_shutdown"]
    day: dt.date
    detail: str


class SpreadOut(Schema):
    """One draw in ten is below `p10`, half of them below `p50`, one in ten above `p90`."""

    p10: str
    p50: str
    p90: str


class SwingOut(Schema):
    """What one input alone does to the present value, from its low to its high."""

    input: str = Field(description="Its place in the body of an estimate.")
    low: str
    high: str
    npv_low: str
    npv_high: str


class BundleOut(Schema):
    """The present value with every uncertain input at its better end, as it is, or at its worse end."""

    npv: str
    values: dict[str, str] = Field(description="By the inputs' places.")


class BundlesOut(Schema):
    """The three of them."""

    best: BundleOut
    base: BundleOut
    worst: BundleOut


class UncertaintyOut(Schema):
    """What many draws of the uncertain inputs come to; the same ones every time."""

    draws: int
    npv: SpreadOut
    first_year: SpreadOut
    probability_of_loss: str
    tornado: list[SwingOut] = Field(description="The widest swing first.")
    bundles: BundlesOut


class ReturnOut(Schema):
    """What the move returns, in US dollars. Where a price is unknown it is not complete, and its figures are null."""

    complete: bool
    horizon_months: int
    horizon_ends: dt.date | None = Field(description="The shutdown that ends it before its months, if one does.")
    annual_discount_rate: str
    npv: str | None
    payback: PaybackState | None
    payback_months: str | None
    discounted_payback: PaybackState | None
    discounted_payback_months: str | None
    roi_percent: str | None = Field(description="On what is paid once; null where that is nothing.")
    irr: Literal["none", "one", "several"] | None
    irr_percent: str | None = Field(description="A year; null where there is none or several.")
    irr_percents: list[str] | None = Field(description="Every rate at which the present value is 0, lowest first.")
    first_year: str | None = Field(description="Months 1 to 12, without what is paid before.")
    cash: list[CashOut] | None
    break_even: BreakEvenOut | None
    warnings: list[ReturnWarningOut]
    uncertainty: UncertaintyOut | None = Field(description="Null where nothing is uncertain.")


UNKNOWN: Mapping[str, Any] = dict.fromkeys(
    name for name in ReturnOut.model_fields if name not in {"complete", "horizon_months", "annual_discount_rate"}
)


def returned(result: Result, write: Formatter) -> dict[str, Any]:
    """The return of a result; `write` writes the words of its warnings."""
    found, terms = result.returned, result.case.terms
    asked = {"horizon_months": terms.horizon_months, "annual_discount_rate": canonical(terms.annual_discount_rate)}
    if not found.complete:
        return {**UNKNOWN, **asked, "complete": False, "warnings": []}
    cut = [warned.day for warned in found.warnings if warned.code == "horizon_ends_at_shutdown"]
    return {
        **asked,
        "complete": True,
        "horizon_ends": cut[0] if cut else None,
        "npv": str(found.npv),
        **_payback("payback", found.payback),
        **_payback("discounted_payback", found.discounted_payback),
        "roi_percent": _text(found.roi_percent),
        **_irr(found.irr.percents),
        "first_year": str(found.first_year),
        "cash": list(_cash(found.cash)),
        "break_even": _break_even(found.break_even),
        "warnings": [{"code": w.code, "day": w.day, "detail": warned_words(w, write)} for w in found.warnings],
        "uncertainty": None if result.outlook is None else _uncertainty(result, result.outlook),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _exact(value: Fraction | None, places: int = 6) -> str | None:
    return None if value is None else canonical(scaled(round_half_up(value * 10**places), places))


def _payback(name: str, back: Payback) -> dict[str, Any]:
    return {name: back.state, f"{name}_months": _text(back.rounded)}


def _irr(percents: tuple[Decimal, ...]) -> dict[str, Any]:
    state = ("none", "one", "several")[min(len(percents), 2)]
    texts = [str(percent) for percent in percents]
    return {"irr": state, "irr_percent": texts[0] if len(texts) == 1 else None, "irr_percents": texts}


def _cash(cash: Cash) -> Iterator[dict[str, Any]]:
    cents = [(0, 0, 0, 0, cash.flow[0])]
    cents += [(m.token_cents, m.other_cents, m.overlap_cents, m.cold_cents, m.cash_cents) for m in cash.months]
    names = ("token_saving", "other_saving", "overlap", "cold_cache", "cash")
    months: list[Month | None] = [None, *cash.months]
    for month, amounts, total in zip(months, cents, cash.cumulative, strict=True):
        yield {
            "month": month.number if month else 0,
            "length": _exact(month.length if month else Fraction(0)),
            "share": _exact(month.share if month else Fraction(0)),
            **{name: str(dollars(amount)) for name, amount in zip(names, amounts, strict=True)},
            "cumulative": str(dollars(total)),
        }


def _break_even(even: BreakEven) -> dict[str, Any]:
    return {
        "price_factor": _exact(even.price),
        "price_per_mtok": _text(even.price_per_mtok),
        "volume_factor": _exact(even.volume),
        "requests": _exact(even.requests, 2),
        "one_off": str(dollars(even.one_off_cents)),
    }


def _uncertainty(result: Result, outlook: Outlook) -> dict[str, Any]:
    inputs = _Inputs(result)
    return {
        "draws": outlook.draws,
        "npv": _spread(outlook.npv),
        "first_year": _spread(outlook.first_year),
        "probability_of_loss": canonical(outlook.loss),
        "tornado": [inputs.swing(swing) for swing in result.swings],
        "bundles": inputs.bundles(),
    }


def _spread(spread: Spread) -> dict[str, str]:
    ends = {"p10": spread.p10_cents, "p50": spread.p50_cents, "p90": spread.p90_cents}
    return {name: str(dollars(cents)) for name, cents in ends.items()}


class _Inputs:
    """The uncertain inputs of a result, as a body has them: their places, and their values in its units."""

    def __init__(self, result: Result) -> None:
        self.result, wanted = result, result.scenario.wanted
        self.names = {each.path: name for name, each in wanted.ranges.items()}

    def swing(self, swing: Swing) -> dict[str, str]:
        """An input's line of the tornado."""
        path = swing.range.path
        return {
            "input": self.place(path),
            "low": self.value(path, swing.range.low),
            "high": self.value(path, swing.range.high),
            "npv_low": str(dollars(swing.low_cents)),
            "npv_high": str(dollars(swing.high_cents)),
        }

    def bundles(self) -> dict[str, Any]:
        """Best, base and worst."""
        return {
            bundle.name: {
                "npv": str(found.npv),
                "values": {self.place(path): self.value(path, at) for path, at in bundle.values if path in self.names},
            }
            for bundle, found in self.result.bundles
        }

    def place(self, path: str) -> str:
        """Where in a body an input stands, by its path in the case."""
        name = self.names[path]
        # An empty row of the form is none of the engine's.
        row = path.split(".")[-2]
        per = self.result.moves[split_name(name)[0]].workload.per
        return input_place(name, per, int(row) if row.isdigit() else 0)

    def value(self, path: str, value: Decimal) -> str:
        """A value as it was typed: costs back in their currency, in which they had at most eighteen places."""
        field = field_of(self.names[path])
        if field is None or field.kind != "cost":
            return canonical(value)
        amount = Fraction(value) * self.result.scenario.wanted.per_dollar
        return canonical(scaled(round_half_up(amount * 10**18), 18))
