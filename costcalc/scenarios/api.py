"""The API of the calculator: `POST /estimate`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import ValidationError

from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.rates import rates_of
from costcalc.engine import (
    CALLS,
    Shift,
    TrafficError,
    Variant,
    Workload,
    shifted,
)
from costcalc.scenarios.estimate_answer import EstimateOut, answered
from costcalc.scenarios.estimate_bodies import EstimateIn, SideIn, WorkloadIn
from costcalc.scenarios.scenario import Asked, Choice, Scenario, TypedPrices
from costcalc.wire.problem import problems

router = Router(tags=["calculator"])


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
