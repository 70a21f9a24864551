"""What `POST /estimate` answers, and whatever else shows a computed scenario to programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

from django.utils.translation import override
from ninja import Schema
from pydantic import Field

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.catalog.own_entries import OwnEntry
from costcalc.catalog.published import exact, source, tiers, units
from costcalc.digits import canonical
from costcalc.engine import Totals, averaged, dollars, prices_at, round_half_up, scaled
from costcalc.formatting import formatter_for
from costcalc.scenarios.findings import Findings
from costcalc.scenarios.return_answer import ReturnOut, returned
from costcalc.scenarios.scenario import Offer, Result, Scenario
from costcalc.wire.exact import iso


class TotalsOut(Schema):
    """Two sides and their difference in US dollars; the percentage is null at a baseline of 0."""

    baseline: str
    candidate: str
    savings: str
    savings_percent: str | None


class LineOut(Schema):
    """A line of the ledger: month 1 of one unit of one workload; the difference is candidate − baseline."""

    workload: int
    name: str
    unit: str
    baseline_quantity: str
    candidate_quantity: str
    baseline: str
    candidate: str
    difference: str


class UnknownOut(Schema):
    """A share of a unit in use that has no price."""

    side: Literal["baseline", "candidate"]
    workload: int
    unit: str
    variant: str
    share: str


class WarningOut(Schema):
    """Something to know about the figures."""

    code: str
    side: Literal["baseline", "candidate"] | None
    workload: int | None
    detail: str


class PriceSourceOut(Schema):
    """Who says a price, and when that was checked."""

    name: str
    kind: str
    checked_on: dt.date
    urls: list[str]
    note: str
    used: bool


class PriceUsedOut(Schema):
    """The prices of one side of one workload, with their source and day."""

    side: Literal["baseline", "candidate"]
    workload: int
    provider: str | None
    model: str | None
    name: str
    kind: Literal["list", "quote", "own", "typed"]
    units: dict[str, str]
    tiers: dict[str, list[dict[str, Any]]]
    source: PriceSourceOut | None


class RateUsedOut(Schema):
    """The exchange rate of a currency in which something was typed, the day from which it holds, and who says so."""

    currency: str
    per_usd: str = Field(description="Units of it that one US dollar buys, to twelve decimals.")
    on: dt.date
    source: str
    url: str


class EstimateOut(Schema):
    """Money as decimal strings. `monthly` is the first month; `annual` twelve months, not cut off at a shutdown."""

    complete: bool = Field(description="False where a unit in use has no price: totals are then of what is known.")
    at: str
    days_per_month: str
    monthly: TotalsOut
    annual: TotalsOut
    lines: list[LineOut]
    unknown: list[UnknownOut]
    warnings: list[WarningOut]
    prices: list[PriceUsedOut]
    exchange_rates: list[RateUsedOut]
    # Sent under its alias: routers that answer with it say by_alias.
    returns: ReturnOut | None = Field(alias="return", description="Null where it was not asked for.")


def answered(result: Result, held: Catalogue, today: dt.date, with_return: bool = True) -> dict[str, Any]:
    """A computed scenario as the API shows it."""
    write = formatter_for("en")
    # The API speaks English, whatever the reader's browser asks for.
    with override("en"):
        findings = Findings(result, held, write, today).everywhere()
        returns = returned(result, write) if with_return else None
    return {
        "complete": result.estimate.complete,
        "at": iso(result.scenario.at),
        "days_per_month": result.scenario.days,
        "monthly": _totals(result.estimate.monthly),
        "annual": _totals(result.estimate.annual),
        "lines": list(_lines(result)),
        "unknown": [{**_fields(gap), "share": exact(gap.share)} for gap in result.estimate.unknown],
        "warnings": [{**_fields(finding), "detail": finding.detail} for finding in findings],
        "prices": list(_prices(result)),
        "exchange_rates": list(_rates(result.scenario)),
        "return": returns,
    }


def _fields(thing: object) -> dict[str, Any]:
    names = ("code", "side", "workload", "unit", "variant")
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def _totals(totals: Totals) -> dict[str, Any]:
    percent = totals.savings_percent
    return {
        "baseline": str(dollars(totals.baseline_cents)),
        "candidate": str(dollars(totals.candidate_cents)),
        "savings": str(dollars(totals.savings_cents)),
        "savings_percent": None if percent is None else str(percent),
    }


def _lines(result: Result) -> Iterator[dict[str, Any]]:
    for line in result.estimate.lines:
        yield {
            "workload": line.workload,
            "name": result.moves[line.workload].workload.name,
            "unit": line.unit,
            "baseline_quantity": exact(line.baseline_volume),
            "candidate_quantity": exact(line.candidate_volume),
            "baseline": str(dollars(line.baseline_cents)),
            "candidate": str(dollars(line.candidate_cents)),
            "difference": str(dollars(line.difference_cents)),
        }


def _prices(result: Result) -> Iterator[dict[str, Any]]:
    for index, offers in enumerate(result.offers):
        for side, offer in zip(("baseline", "candidate"), offers, strict=True):
            yield {"side": side, "workload": index, **_offer(offer, result)}


def _rates(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for currency in sorted(scenario.currencies):
        rate = scenario.rates.rate(currency, scenario.day)
        assert rate is not None, "it was computed with"
        per_usd = canonical(scaled(round_half_up(rate.per_dollar * 10**12), 12))
        yield {"currency": currency, "per_usd": per_usd, "on": rate.on, "source": rate.source, "url": rate.url}


def _offer(offer: Offer, result: Result) -> dict[str, Any]:
    means = averaged(prices_at(offer.sheet, result.scenario.at, "standard")) if offer.sheet.steps else {}
    entry = offer.entry
    return {
        "provider": entry.provider if entry else None,
        "model": entry.model_id if entry else None,
        "name": entry.name if entry else offer.seller,
        "kind": _kind(entry),
        "units": units(means),
        "tiers": tiers(means),
        "source": source(offer.price, used=True) if offer.price else None,
    }


def _kind(entry: Entry | None) -> str:
    if entry is None:
        return "typed"
    return "own" if isinstance(entry, OwnEntry) else "quote" if entry.is_quote else "list"
