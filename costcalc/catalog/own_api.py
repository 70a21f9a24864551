"""The API of a workspace's own prices."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import ValidationError as WrongError
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from costcalc.accounts.access import Visit
from costcalc.accounts.audit import acting
from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.currencies import Currency
from costcalc.catalog.exchange import rate_row
from costcalc.catalog.exchange_rates import ExchangeRate
from costcalc.catalog.own import (
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_SOURCE,
    LONGEST_URL,
    STANDARD,
    Kind,
    OwnPrice,
    OwnTerms,
    StaleError,
    TooManyError,
    add,
    sheet_of,
)
from costcalc.catalog.own_forms import checked_url
from costcalc.catalog.rates import CONTEXT_NAMES, Rates, VariantIn, rates_of
from costcalc.catalog.terms import plain
from costcalc.engine import CONTEXTS, USD
from costcalc.engine import Rates as EngineRates
from costcalc.secrets import without_key
from costcalc.wire import exact
from costcalc.wire.exact import DayField
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, Problem, problems

router = Router(tags=["own prices"], auth=Bearer())


def _url(value: str) -> str:
    try:
        return without_key(checked_url(value))
    except WrongError:
        raise ValueError("must be an http(s) address, or empty") from None


Url = Annotated[str, AfterValidator(_url)]
Name = Annotated[str, AfterValidator(exact.name), Field(min_length=1, max_length=LONGEST_NAME)]
EXAMPLE: Any = {
    "name": "gpt-4.1, negotiated",
    "kind": "negotiated",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "source": "Order form of December",
    "note": "20 % off the list price",
    "prices": {"input_mtok": "1.60", "cache_read_mtok": "0.40", "output_mtok": "6.40"},
    "variants": [{"when": {"processing": "batch"}, "units": {"input_mtok": "0.80", "output_mtok": "3.20"}}],
}


class OwnPriceIn(Schema):
    """What is said of a price, in its currency per million tokens (`…_mtok`) or thousand calls (`…_kcount`)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    name: Name
    kind: Kind = Kind.NEGOTIATED
    starts_on: DayField | None = Field(None, description="The first day; null for always.")
    ends_on: DayField | None = Field(None, description="The last day; null for no end.")
    source: Annotated[str, AfterValidator(exact.line), Field(max_length=LONGEST_SOURCE)] = ""
    source_url: Annotated[Url, Field(max_length=LONGEST_URL)] = ""
    note: Annotated[str, AfterValidator(str.strip), Field(max_length=LONGEST_NOTE), AfterValidator(without_key)] = ""
    currency: Currency = Field(USD, description="ISO 4217; one with an exchange rate in the workspace.")
    prices: Annotated[Rates, Field(min_length=1)]
    variants: Annotated[list[VariantIn], Field(max_length=len(CONTEXTS) - 1)] = []

    @model_validator(mode="after")
    def is_one_stretch(self) -> OwnPriceIn:
        """Days in order, each context once."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on: before starts_on")
        contexts = [tuple(variant.when.items()) for variant in self.variants]
        if len(set(contexts)) < len(contexts):
            raise ValueError("variants: a context is there twice")
        return self

    def said(self, workspace: Workspace) -> OwnTerms:
        """As the catalogue's room takes it, at the exchange rate of today. Raises ValidationError."""
        rates: dict[str, EngineRates] = {STANDARD: rates_of(self.prices)}
        rates |= {CONTEXT_NAMES[tuple(part.when.items())]: rates_of(part.units) for part in self.variants}
        words = {name: getattr(self, name) for name in ("name", "kind", "starts_on", "ends_on", "currency", "note")}
        words |= {"source": self.source, "source_url": self.source_url, "rate": self._rate(workspace)}
        return OwnTerms(sheet=sheet_of(rates), **words)

    def _rate(self, workspace: Workspace) -> ExchangeRate | None:
        if self.currency == USD:
            return None
        rate = rate_row(workspace, self.currency, timezone.now().astimezone(dt.UTC).date())
        if rate is None:
            said = f"no exchange rate of {self.currency} is known today: record one first"
            raise ValidationError([{"type": "value_error", "loc": ("body", "body", "currency"), "msg": said}])
        return rate


class OwnPriceChange(OwnPriceIn):
    """What is said from now on, and the revision that this was decided on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{**EXAMPLE, "revision": 1}]})
    revision: Annotated[int, Field(ge=1, le=10**9)]


class OwnPriceArchiveIn(Schema):
    """Whether a price is offered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"revision": 1, "archived": True}]})
    revision: Annotated[int, Field(ge=1, le=10**9)]
    archived: bool = True


class OwnTierOut(Schema):
    """The price of the whole request once its input tokens are more than `above`."""

    above: int
    price: str


class OwnRateOut(Schema):
    """A price as decimal text, with its tiers."""

    base: str
    tiers: list[OwnTierOut]


class OwnVariantOut(Schema):
    """Prices under a context."""

    when: dict[str, str]
    units: dict[str, OwnRateOut]


class OwnPriceOut(Schema):
    """A price as it stands. `address` is how it goes in the calculator's address."""

    id: str
    revision: int
    address: str = Field(examples=["own:4xYpQ0aBcD12"])
    name: str
    kind: Kind
    starts_on: dt.date | None
    ends_on: dt.date | None
    source: str
    source_url: str
    note: str
    currency: str
    per_dollar: str | None = Field(description="Units per US dollar at which it is dollars; null for US dollars.")
    prices: dict[str, OwnRateOut] = Field(description="In its currency.")
    in_dollars: dict[str, OwnRateOut] = Field(description="The same in US dollars, as it is computed with.")
    variants: list[OwnVariantOut]
    archived: bool
    recorded_at: dt.datetime
    author: str | None


class OwnPricesOut(Page):
    """A page of prices."""

    items: list[OwnPriceOut]


class StaleOut(Problem):
    """Somebody was quicker: what stands now."""

    current: OwnPriceOut


class Archived(Schema):
    """Which prices."""

    archived: bool = Field(False, description="Those that are no longer offered, in place of those that are.")


GUARDED = problems(401, 403, 422, 429)
CHANGED = {**GUARDED, **problems(404, 413, 415), 409: StaleOut}


@router.get("/own-prices", response={200: OwnPricesOut, **GUARDED}, operation_id="list_own_prices")
def list_own_prices(request: HttpRequest, asked: Query[Archived], paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's own prices, by name."""
    visit = visit_of(request)
    refuse_strangers(request, Archived, Paging)
    rows = OwnPrice.objects.filter(workspace=visit.workspace, archived=asked.archived).current()
    return paged(rows.select_related("author").order_by("name", "public_id"), paging, shown)


@router.post(
    "/own-prices",
    response={201: OwnPriceOut, **GUARDED, **problems(409, 413, 415)},
    operation_id="create_own_price",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def create_own_price(request: HttpRequest, body: OwnPriceIn) -> tuple[int, dict[str, Any]]:
    """Add a price. 409 where the workspace holds as many as it may."""
    visit = visit_of(request, Role.EDITOR)
    said = body.said(visit.workspace)
    try:
        with acting(visit.workspace, visit.actor) as act:
            return 201, shown(add(act, said, visit.user))
    except TooManyError:
        raise ConflictError("The workspace is full: archive prices first.") from None


@router.get(
    "/own-prices/{price_id}",
    response={200: OwnPriceOut, **GUARDED, **problems(404)},
    operation_id="get_own_price",
)
def get_own_price(request: HttpRequest, price_id: str) -> dict[str, Any]:
    """One price as it stands."""
    return shown(_standing(visit_of(request), price_id))


@router.put(
    "/own-prices/{price_id}", response={200: OwnPriceOut, **CHANGED}, operation_id="supersede_own_price", auth=EDITORS
)
def supersede_own_price(request: HttpRequest, price_id: str, body: OwnPriceChange) -> dict[str, Any]:
    """Say something else from the given first day on; what was said of earlier days stays."""
    visit = visit_of(request, Role.EDITOR)
    standing, said = _seen(visit, price_id, body.revision), body.said(visit.workspace)
    try:
        with acting(visit.workspace, visit.actor) as act:
            return shown(standing.superseded(act, said, visit.user))
    except StaleError as stale:
        raise _conflict(stale.current) from None


@router.post(
    "/own-prices/{price_id}/archive",
    response={200: OwnPriceOut, **CHANGED},
    operation_id="archive_own_price",
    auth=EDITORS,
)
def archive_own_price(request: HttpRequest, price_id: str, body: OwnPriceArchiveIn) -> dict[str, Any]:
    """No longer offer a price, or offer it again. Addresses that name it go on working."""
    visit = visit_of(request, Role.EDITOR)
    standing = _seen(visit, price_id, body.revision)
    try:
        with acting(visit.workspace, visit.actor) as act:
            return shown(standing.moved_to_archive(act, visit.user, archived=body.archived))
    except StaleError as stale:
        raise _conflict(stale.current) from None


def _standing(visit: Visit, price_id: str) -> OwnPrice:
    found = OwnPrice.objects.standing(visit.workspace, price_id)
    if found is None:
        raise Http404
    return found


def _seen(visit: Visit, price_id: str, revision: int) -> OwnPrice:
    standing = _standing(visit, price_id)
    if standing.revision != revision:
        raise _conflict(standing)
    return standing


def _conflict(current: OwnPrice) -> ConflictError:
    return ConflictError(f"The price is at revision {current.revision} now.", shown(current))


def shown(row: OwnPrice) -> dict[str, Any]:
    """A row as the API shows it."""
    standard, *others = row.rates.items()
    return {
        "id": row.public_id,
        "address": row.address,
        **{name: getattr(row, name) for name in ("revision", "name", "kind", "starts_on", "ends_on", "source")},
        **{name: getattr(row, name) for name in ("source_url", "note", "archived", "recorded_at")},
        "currency": row.currency,
        "per_dollar": row.rate.per_dollar if row.rate else None,
        "prices": _rates(standard[1]),
        "in_dollars": _rates(row.sheet.steps[0].rates),
        "variants": [{"when": dict(CONTEXTS[name]), "units": _rates(rates)} for name, rates in others],
        "author": str(row.author.name or row.author.email) if row.author else None,
    }


def _rates(rates: EngineRates) -> dict[str, Any]:
    return {
        unit: {
            "base": plain(rate.base),
            "tiers": [{"above": tier.above, "price": plain(tier.price)} for tier in rate.tiers],
        }
        for unit, rate in rates.items()
    }
