"""The API of claims: `POST /claims` takes a vendor's statement and answers what follows from it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from costcalc.catalog.index import catalogue
from costcalc.digits import canonical
from costcalc.engine import ExchangeRate, Found, TokenPrices, check, dollars, gaps, readings
from costcalc.formatting import formatter_for
from costcalc.scenarios.claims import figures
from costcalc.scenarios.claims.address import at_claims
from costcalc.scenarios.claims.bodies import ClaimIn, body_of, places, query_of
from costcalc.scenarios.claims.case import ClaimCase
from costcalc.scenarios.claims.reading import ClaimReading, read_claim
from costcalc.scenarios.claims.words import UNREAD, ClaimWords
from costcalc.wire.addresses import whole_address
from costcalc.wire.problem import problems

router = Router(tags=["calculator"])
# Places of what is no typed number: factors, shares, blended prices.
PLACES = 6
# Fields of findings that are money in cents.
CENTS = {"day", "month", "computed"}


class UnreadOut(Schema):
    """A part of the text that was not read."""

    text: str
    code: str
    detail: str


class ConvertedOut(Schema):
    """A sum of the text in US dollars."""

    text: str
    dollars: str


class FindingOut(Schema):
    """One finding: what is wrong, the sentence with its arithmetic, and the numbers in it by name."""

    code: str
    grave: bool
    lead: str
    detail: str
    numbers: dict[str, Any]


class ReadingOut(Schema):
    """A month under one reading of the offer in US dollars; null where it takes something that nobody stated."""

    reading: str
    month: str | None
    first_month: str | None
    saved_percent: str | None = Field(description="Against the list price; negative where it costs more.")


class ClaimedOut(Schema):
    """One model: a month at list, at the price it is compared with and at the offer, and the offer's readings."""

    model: str | None
    name: str
    listed: dict[str, str | None]
    month: dict[str, str | None]
    readings: list[ReadingOut]


class RateOut(Schema):
    """The exchange rate that credits were computed with; without a source where it was typed."""

    currency: str
    per_usd: str
    on: dt.date | None
    source: str | None


class ClaimOut(Schema):
    """What was understood of a claim, and everything that follows from it."""

    address: str = Field(description="The page that shows the same.")
    claim: dict[str, Any] = Field(description="What was understood, in the shape of the request.")
    unread: list[UnreadOut]
    converted: list[ConvertedOut]
    findings: list[FindingOut]
    missing: list[str] = Field(description="What was not stated, so that something was not checked.")
    models: list[ClaimedOut]
    exchange: RateOut | None


@router.post(
    "/claims",
    response={200: ClaimOut, **problems(413, 415, 422, 429)},
    summary="What follows from a vendor's claim",
    operation_id="check_claim",
)
def check_claim(request: HttpRequest, body: ClaimIn) -> dict[str, Any]:
    """Check a statement against itself and the list prices, and compute an offer under each of its readings."""
    today = timezone.now().date()
    # The API speaks English, whatever the reader's browser asks for.
    with override("en"):
        reading = read_claim(query_of(body), catalogue(), today)
        _refuse(reading)
        case = ClaimCase(reading, formatter_for("en"), today)
        return {
            "address": whole_address(request, at_claims(reading.query)),
            "claim": body_of(reading.rows, reading.fields),
            **_heard(reading),
            **_found(case),
        }


def _refuse(reading: ClaimReading) -> None:
    """422 with the place in the body of everything that no field can hold."""
    where = places(len(reading.rows))
    if reading.errors:
        raise ValidationError(
            [
                {"type": "value_error", "loc": ("body", "body", *where[name]), "msg": message}
                for name, message in reading.errors.items()
            ]
        )


def _heard(reading: ClaimReading) -> dict[str, Any]:
    heard = reading.heard
    if heard is None:
        return {"unread": [], "converted": []}
    unread = dict.fromkeys(heard.unread)
    return {
        "unread": [{"text": text, "code": why, "detail": str(UNREAD[why])} for text, why in unread],
        "converted": [{"text": text, "dollars": canonical(amount)} for text, amount in heard.converted],
    }


def _found(case: ClaimCase) -> dict[str, Any]:
    words = ClaimWords(case.claim, case.write)
    return {
        "findings": [_finding(one, words) for one in check(case.claim)],
        "missing": list(gaps(case.claim)),
        "models": [_model(case, index) for index in range(len(case.claim.prices))],
        "exchange": _exchange(case),
    }


def _finding(found: Found, words: ClaimWords) -> dict[str, Any]:
    told = words.one(found)
    return {
        "code": re.sub(r"(?<!^)(?=[A-Z])", "_", told.code).lower(),
        "grave": told.grave,
        "lead": told.lead,
        "detail": told.sentences[0],
        "numbers": {one.name: _number(one.name, getattr(found, one.name)) for one in fields(found)},
    }


def _number(name: str, value: Any) -> Any:
    if name in CENTS and isinstance(value, int):
        return str(dollars(value))
    if isinstance(value, TokenPrices):
        return _prices(value)
    if isinstance(value, Fraction):
        return canonical(figures.rounded(value, PLACES))
    return canonical(value) if isinstance(value, Decimal) else value


def _prices(prices: TokenPrices) -> dict[str, str | None]:
    return {name: _exact(getattr(prices, name)) for name in ("input", "output")}


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else canonical(figures.rounded(value, PLACES))


def _money(cents: int | None) -> str | None:
    return None if cents is None else str(dollars(cents))


def _model(case: ClaimCase, index: int) -> dict[str, Any]:
    price, entry, traffic = case.claim.prices[index], case.reading.entries[index], case.claim.traffic
    months = {name: traffic.month(getattr(price, name)) for name in ("listed", "baseline", "offer")}
    return {
        "model": entry.key if entry is not None else None,
        "name": price.name,
        "listed": _prices(price.listed),
        "month": {name: _money(cents) for name, cents in months.items()},
        "readings": [
            {
                "reading": one.name,
                "month": _money(one.month),
                "first_month": _money(one.first if one.first is not None else one.month),
                "saved_percent": _percent(one.saved(months["listed"])),
            }
            for one in readings(price, traffic, case.terms)
        ],
    }


def _percent(share: Fraction | None) -> str | None:
    return None if share is None else canonical(figures.rounded(share * 100, 2))


def _exchange(case: ClaimCase) -> dict[str, Any] | None:
    rate = case.rate
    if case.terms is None or rate is None:
        return None
    row = rate if isinstance(rate, ExchangeRate) else None
    return {
        "currency": case.currency,
        "per_usd": _exact(case.terms.per_dollar),
        "on": row.on if row else None,
        "source": row.source if row else None,
    }
