"""The API of prices."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from costcalc.catalog.finding import find
from costcalc.catalog.index import catalogue
from costcalc.catalog.published import published
from costcalc.wire.exact import MomentField
from costcalc.wire.problem import problems

router = Router(tags=["prices"])
Money = str


class TierOut(Schema):
    """The price of the whole request once its input tokens are more than `above`."""

    above: int
    price: Money


class VariantOut(Schema):
    """Prices under a context; units that it does not name keep their standard price."""

    when: dict[str, str]
    units: dict[str, Money]
    tiers: dict[str, list[TierOut]]


class SourceOut(Schema):
    """Who says a price, and when that was checked."""

    name: str
    kind: Literal["catalogue", "correction", "quote"]
    checked_on: dt.date
    urls: list[str]
    note: str
    used: bool


class PricesOut(Schema):
    """A model's prices on a day, in US dollars per million tokens (`…_mtok`) or thousand calls (`…_kcount`)."""

    provider: str = Field(description="The provider that was found: yours may have been another name for it.")
    model: str
    name: str
    kind: Literal["list", "quote"]
    at: str
    context_window: int | None
    deprecated: bool
    shutdown_on: dt.date | None
    units: dict[str, Money]
    tiers: dict[str, list[TierOut]]
    variants: list[VariantOut]
    sources: list[SourceOut]


class At(Schema):
    """The day of the prices."""

    at: MomentField | None = None


@router.get(
    "/prices/{provider}/{path:model}",
    response={200: PricesOut, **problems(404, 422, 429)},
    summary="The prices of a model",
    operation_id="get_prices",
)
def get_prices(request: HttpRequest, provider: str, model: str, query: Query[At]) -> dict[str, Any]:
    """The exact id first, else as genai-prices matches names (`bedrock` is `aws`); a unit that is absent is unknown.

    A price by hour of the day, asked for a day, is weighted by the hours.
    """
    _refuse_strangers(request)
    entry = find(catalogue(), provider, model)
    if entry is None:
        raise Http404(f"No model {model!r} is known at {provider!r}.")
    return published(entry, query.at or timezone.now().date())


def _refuse_strangers(request: HttpRequest) -> None:
    """A misspelt parameter is an error, not silently today; nor is one of two days chosen."""
    names = At.model_fields
    faults = [("not a parameter", name) for name in request.GET if name not in names]
    faults += [("given more than once", name) for name in names if len(request.GET.getlist(name)) > 1]
    if faults:
        raise ValidationError([{"type": "value_error", "loc": ("query", name), "msg": msg} for msg, name in faults])
