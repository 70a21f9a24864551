"""The API of exchange rates, as they hold in a workspace."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.accounts.audit import acting
from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.catalog.currencies import Currency
from costcalc.catalog.exchange_rates import (
    HIGHEST,
    LEAST,
    LONGEST_SOURCE,
    LONGEST_URL,
    PLACES,
    ExchangeRate,
    SaidRate,
    TooManyRatesError,
    record,
)
from costcalc.catalog.own_api import Url
from costcalc.digits import canonical
from costcalc.engine import USD
from costcalc.wire import exact
from costcalc.wire.exact import DayField, Within
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems

router = Router(tags=["exchange rates"], auth=Bearer())
EXAMPLE: Any = {
    "currency": "VND",
    "per_dollar": "26250",
    "starts_on": "2026-11-01",
    "source": "Our bank, mid-market",
    "source_url": "https://bank.example/rates",
}


def _other(code: str) -> str:
    if code == USD:
        raise ValueError("rates are against the US dollar: name another currency")
    return code


def _places(value: Decimal) -> Decimal:
    if len(canonical(value).partition(".")[2]) > PLACES:
        raise ValueError(f"at most {PLACES} decimals")
    return value


class RecordedRateIn(Schema):
    """How many units of a currency one US dollar buys, from a day on, and who says so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    currency: Annotated[Currency, AfterValidator(_other)] = Field(description="ISO 4217.")
    per_dollar: Annotated[Decimal, Within(f"{LEAST:f}", f"{HIGHEST:f}"), AfterValidator(_places)]
    starts_on: DayField = Field(description="The UTC day from which it holds, until a rate of a later day.")
    source: Annotated[str, AfterValidator(exact.name), Field(min_length=1, max_length=LONGEST_SOURCE)]
    source_url: Annotated[Url, Field(max_length=LONGEST_URL)] = ""


class RecordedRateOut(Schema):
    """A rate. `per_dollar` is exact: a decimal number, or a ratio such as `729283/103761`."""

    id: str
    currency: str
    per_dollar: str
    starts_on: dt.date
    source: str
    source_url: str
    bundled: bool = Field(description="It came with the product: where the workspace has a rate, that holds instead.")
    recorded_at: dt.datetime
    author: str | None


class RecordedRatesOut(Page):
    """A page of rates."""

    items: list[RecordedRateOut]


class Of(Schema):
    """Which rates."""

    currency: Currency | None = Field(None, description="Those of one currency.")


GUARDED = problems(401, 403, 422, 429)


@router.get("/exchange-rates", response={200: RecordedRatesOut, **GUARDED}, operation_id="list_exchange_rates")
def list_exchange_rates(request: HttpRequest, asked: Query[Of], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's own and the bundled rates, by currency, the newest first."""
    visit = visit_of(request)
    refuse_strangers(request, Of, Paging)
    rows = ExchangeRate.objects.filter(Q(workspace=visit.workspace) | Q(workspace=None))
    if asked.currency:
        rows = rows.filter(currency=asked.currency)
    return paged(rows.select_related("author").order_by("currency", "-starts_on", "-pk"), paging, shown)


@router.post(
    "/exchange-rates",
    response={201: RecordedRateOut, **GUARDED, **problems(409, 413, 415)},
    operation_id="record_exchange_rate",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def record_exchange_rate(request: HttpRequest, body: RecordedRateIn) -> tuple[int, dict[str, Any]]:
    """Record a rate; it is never edited: another one of the same day corrects it. 409 where there are too many."""
    visit = visit_of(request, Role.EDITOR)
    try:
        with acting(visit.workspace, visit.actor) as act:
            return 201, shown(record(act, SaidRate(**body.model_dump()), visit.user)[0])
    except TooManyRatesError:
        raise ConflictError("The workspace holds as many rates as it may.") from None


def shown(row: ExchangeRate) -> dict[str, Any]:
    """A row as the API shows it."""
    return {
        "id": row.public_id,
        **row.audited(),
        "bundled": row.workspace_id is None,
        "recorded_at": row.recorded_at,
        "author": str(row.author.name or row.author.email) if row.author else None,
    }
