"""The API of the calculator: `POST /estimate`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from costcalc.catalog.entries import Entry
from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import OwnEntry
from costcalc.catalog.published import exact, source, tiers, units
from costcalc.catalog.rates import STRICT, Rates, VariantIn, rates_of
from costcalc.digits import canonical
from costcalc.engine import (
    CALLS,
    Shift,
    Totals,
    TrafficError,
    Variant,
    Workload,
    averaged,
    dollars,
    prices_at,
    shifted,
)
from costcalc.formatting import formatter_for
from costcalc.scenarios.findings import Findings
from costcalc.scenarios.scenario import Asked, Choice, Offer, Result, Scenario, TypedPrices
from costcalc.wire.exact import MomentField, Within, iso, number
from costcalc.wire.problem import problems

router = Router(tags=["calculator"])
Share = Annotated[Decimal, Within("0", "1")]
Count = Annotated[Decimal, Within("0", "1000000000000")]
Tokens = Annotated[Decimal, Within("0", "1000000000")]
Calls = Annotated[Decimal, Within("0", "1000")]
Ratio = Annotated[Decimal, Within("0.01", "100")]
Growth = Annotated[Decimal, Within("-0.99", "10")]
Text = Annotated[str, Field(max_length=60)]
Reference = Annotated[str, Field(min_length=1, max_length=300)]


def _days(value: object) -> str:
    if value in ("365/12", "calendar"):
        return str(value)
    try:
        days = number(value)
    except ValueError:
        days = Decimal(0)
    if not 1 <= days <= 31:
        raise ValueError('must be a number from 1 to 31, "365/12" or "calendar"')
    return canonical(days)


Days = Annotated[
    str,
    BeforeValidator(_days),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 1, "maximum": 31}, {"enum": ["365/12", "calendar"]}]}),
]


class Strict(BaseModel):
    """What comes in: a key that nobody knows is an error.

    Pydantic's own: ninja's Schema wraps each value and reads it twice at every level.
    """

    model_config = STRICT


class SideIn(Strict):
    """One side: a model of the catalogue, or typed prices in US dollars per million tokens (or thousand calls)."""

    provider: Reference | None = None
    model: Reference | None = None
    name: Text = ""
    prices: Rates | None = None
    variants: Annotated[list[VariantIn], Field(max_length=10)] = []

    @model_validator(mode="after")
    def is_one_or_the_other(self) -> SideIn:
        """Either a model or prices."""
        by_model = self.provider is not None and self.model is not None
        if by_model == (self.prices is not None) or (self.provider is None) != (self.model is None):
            raise ValueError("give provider and model, or prices, and not both")
        if by_model and (self.variants or self.name):
            raise ValueError("name and variants belong to typed prices")
        contexts = [tuple(variant.when.items()) for variant in self.variants]
        if len(set(contexts)) < len(contexts):
            raise ValueError("two variants are for the same context")
        return self


class CandidateIn(SideIn):
    """The side to move to; its ratios say how the same work looks there."""

    tokenizer_ratio: Ratio = Decimal(1)
    verbosity_ratio: Ratio = Decimal(1)
    cache_read_share: Share | None = None
    retry_share: Share | None = None


class WorkloadIn(Strict):
    """One kind of request, and the two sides to compare for it. Tokens and calls are per request."""

    name: Text = ""
    requests_per_day: Count | None = None
    requests_per_month: Count | None = None
    input_tokens: Tokens
    output_tokens: Tokens
    reasoning_tokens: Tokens = Field(Decimal(0), description="Part of the output.")
    cache_read_share: Share = Decimal(0)
    cache_write_share: Share = Decimal(0)
    cache_write_ttl: Literal["5m", "1h"] = "5m"
    web_searches: Calls = Decimal(0)
    storage_searches: Calls = Decimal(0)
    code_executions: Calls = Decimal(0)
    batch_share: Share = Decimal(0)
    flex_share: Share = Decimal(0)
    priority_share: Share = Decimal(0)
    retry_share: Share = Decimal(0)
    over_tier_share: Share | None = Field(None, description="Requests above a price tier's threshold.")
    monthly_growth: Growth = Decimal(0)
    baseline: SideIn
    candidate: CandidateIn

    @model_validator(mode="after")
    def has_one_volume(self) -> WorkloadIn:
        """Requests per day or per month, exactly one of them."""
        if (self.requests_per_day is None) == (self.requests_per_month is None):
            raise ValueError("give requests_per_day or requests_per_month, and not both")
        return self


EXAMPLE: Any = {
    "days_per_month": 30,
    "workloads": [
        {
            "name": "chat",
            "requests_per_day": 50000,
            "input_tokens": 1000,
            "output_tokens": 500,
            "baseline": {"provider": "openai", "model": "gpt-4.1"},
            "candidate": {"name": "relay", "prices": {"input_mtok": "8", "output_mtok": "8"}},
        }
    ],
}


class EstimateIn(Strict):
    """What to compare."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    days_per_month: Days = "30"
    at: MomentField | None = Field(None, description="The day of the prices; today where it is absent.")
    workloads: Annotated[list[WorkloadIn], Field(min_length=1, max_length=50)]


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


@router.post(
    "/estimate",
    response={200: EstimateOut, **problems(413, 415, 422, 429)},
    summary="What a move costs or saves",
    operation_id="estimate",
)
def estimate(request: HttpRequest, body: EstimateIn) -> dict[str, Any]:
    """Compute a move on the prices of a day. A missing price is unknown, never 0."""
    held, today = catalogue(), timezone.now().date()
    asked = tuple(_asked(index, workload, held) for index, workload in enumerate(body.workloads))
    return answered(Scenario(asked, body.days_per_month, body.at or today).computed(), held, today)


def answered(result: Result, held: Catalogue, today: dt.date) -> dict[str, Any]:
    """A computed scenario as the API shows it."""
    # The API speaks English, whatever the reader's browser asks for.
    with override("en"):
        findings = Findings(result, held, formatter_for("en"), today).everywhere()
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
    }


def _fields(thing: object) -> dict[str, Any]:
    names = ("code", "side", "workload", "unit", "variant")
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def _asked(index: int, body: WorkloadIn, held: Catalogue) -> Asked:
    sides = {side: _choice(index, side, getattr(body, side), held) for side in ("baseline", "candidate")}
    candidate = body.candidate
    shift = Shift(
        candidate.tokenizer_ratio, candidate.verbosity_ratio, candidate.cache_read_share, candidate.retry_share
    )
    try:
        workload = _workload(body)
    except TrafficError as error:
        raise _invalid(error.code.replace("_", " "), "workloads", index, error.field) from None
    try:
        shifted(workload, shift)
    except TrafficError as error:
        raise _invalid(error.code.replace("_", " "), "workloads", index, "candidate", "cache_read_share") from None
    return Asked(workload, sides["baseline"], sides["candidate"], shift)


def _workload(body: WorkloadIn) -> Workload:
    counts = (body.web_searches, body.storage_searches, body.code_executions)
    daily = body.requests_per_day is not None
    requests = body.requests_per_day if daily else body.requests_per_month
    return Workload(
        name=body.name,
        requests=Decimal(0) if requests is None else requests,
        per="day" if daily else "month",
        input_tokens=body.input_tokens,
        output_tokens=body.output_tokens,
        reasoning_tokens=body.reasoning_tokens,
        cache_read_share=body.cache_read_share,
        cache_write_share=body.cache_write_share,
        cache_write_ttl=body.cache_write_ttl,
        calls={unit: count for unit, count in zip(CALLS, counts, strict=True) if count},
        batch_share=body.batch_share,
        flex_share=body.flex_share,
        priority_share=body.priority_share,
        retry_share=body.retry_share,
        over_tier_share=body.over_tier_share,
        monthly_growth=body.monthly_growth,
    )


def _choice(index: int, side: str, body: SideIn, held: Catalogue) -> Choice:
    if body.provider is not None and body.model is not None:
        entry = find(held, body.provider, body.model)
        if entry is None:
            detail = f"no model {body.model!r} is known at {body.provider!r}"
            raise _invalid(detail, "workloads", index, side, "model")
        return entry
    variants = tuple(Variant(part.when, rates_of(part.units)) for part in body.variants)
    return TypedPrices(body.name, rates_of(body.prices or {}), variants)


def _invalid(detail: str, *path: str | int) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ("body", "body", *path), "msg": detail}])


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
