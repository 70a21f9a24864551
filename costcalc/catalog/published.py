"""A model's prices as the API publishes them: plain decimal strings, with source and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.terms import plain
from costcalc.engine import MeanRate, Moment, PriceSheet, Variant, averaged, prices_at
from costcalc.wire.exact import iso

# A mean over hours may not end: twelve decimals of a dollar per MTok are far below a cent of any bill.
MEAN = Decimal(1).scaleb(-12)
WIDE = Context(prec=100)


def published(entry: Entry, at: Moment) -> dict[str, Any]:
    """Units, tiers, variants and sources of a model on a day, or at a UTC moment."""
    day = at.date() if isinstance(at, dt.datetime) else at
    chosen = entry.price_on(day)
    sheet = entry.sheet_on(day)
    means = averaged(prices_at(sheet, at, "standard"))
    return {
        "provider": entry.provider,
        "model": entry.model_id,
        "name": entry.name,
        "kind": "quote" if entry.is_quote else "list",
        "at": iso(at),
        "context_window": entry.context_window,
        "deprecated": entry.deprecated,
        "shutdown_on": entry.shutdown_on.isoformat() if entry.shutdown_on else None,
        "units": units(means),
        "tiers": tiers(means),
        "variants": [_variant(variant) for variant in variants_at(sheet, at)],
        "sources": [source(row, used=row is chosen) for row in entry.holding_on(day)],
    }


def units(means: Mapping[str, MeanRate]) -> dict[str, str]:
    """Base prices by unit, in US dollars per unit's own quantity."""
    return {name: exact(mean.base) for name, mean in means.items()}


def tiers(means: Mapping[str, MeanRate]) -> dict[str, list[dict[str, Any]]]:
    """Tiers by unit, for the units that have any."""
    return {
        name: [{"above": above, "price": exact(price)} for above, price in mean.tiers]
        for name, mean in means.items()
        if mean.tiers
    }


def variants_at(sheet: PriceSheet, at: Moment) -> Iterator[Variant]:
    """The variants in force on a day, or at a moment."""
    moment = at if isinstance(at, dt.datetime) else dt.datetime.combine(at, dt.time(), dt.UTC)
    return (variant for variant in sheet.variants if variant.when.holds(moment))


def source(row: PriceRow, *, used: bool) -> dict[str, Any]:
    """Who says a price, when it was checked, where it can be read, and whether it is the one in use."""
    return {
        "name": row.source_said,
        "kind": row.kind,
        "checked_on": row.checked_on.isoformat(),
        "urls": [*([row.source_url] if row.source_url else []), *row.urls],
        "note": row.note,
        "used": used,
    }


def exact(value: Fraction) -> str:
    """A price as plain decimal text: every digit it has, or twelve decimals where it does not end."""
    number = WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    ends = Fraction(number) == value
    return plain(number if ends else number.quantize(MEAN, context=WIDE))


def _variant(variant: Variant) -> dict[str, Any]:
    means = averaged([(Fraction(1), variant.rates)])
    return {"when": dict(variant.context), "units": units(means), "tiers": tiers(means)}
