"""The product's own reviewed files: corrections on top of the catalogue, a vendor's quotes, exchange rates,
providers' names."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from costcalc.catalog import terms
from costcalc.engine import USD, ExchangeRate, PriceSheet

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Correction:
    """A reviewed price of one model, with what it says, who says it and the day it was checked."""

    provider: str
    model_id: str
    sheet: PriceSheet
    note: str
    sources: tuple[str, ...]
    checked_on: dt.date


@dataclass(frozen=True)
class Shutdown:
    """The day on which a model stops answering at its provider."""

    provider: str
    model_id: str
    on: dt.date
    note: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Quote:
    """A vendor's price for one model; `compared_with` is the price that the vendor sets beside it."""

    provider: str
    model_id: str
    name: str
    sheet: PriceSheet
    listed_as: str
    compared_with: str


@dataclass(frozen=True)
class QuoteProvider:
    """Who quotes."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class QuoteSource:
    """Where the quotes were read."""

    name: str
    version: str
    checked_on: dt.date
    note: str


def exchange_rates() -> tuple[ExchangeRate, ...]:
    """The bundled exchange rates, in the file's order."""
    return tuple(row for entry in _read("exchange_rates.toml")["rates"] for row in _rates(entry))


def corrections() -> tuple[Correction, ...]:
    """The reviewed prices."""
    return tuple(
        Correction(
            entry["provider"],
            entry["model"],
            terms.sheet_from(entry),
            entry["note"],
            tuple(entry["sources"]),
            entry["checked"],
        )
        for entry in _read("corrections.toml")["price"]
    )


def shutdowns() -> tuple[Shutdown, ...]:
    """The known days on which models shut down."""
    return tuple(
        Shutdown(entry["provider"], model_id, entry["on"], entry["note"], tuple(entry["sources"]))
        for entry in _read("corrections.toml")["shutdown"]
        for model_id in entry["models"]
    )


def released_on(version: str) -> dt.date | None:
    """The day on which a release of genai-prices appeared, where it is known."""
    day: dt.date | None = _read("corrections.toml")["released"].get(version)
    return day


def quote_source() -> QuoteSource:
    """Where the quotes come from."""
    entry = _read("quotes.toml")["source"]
    return QuoteSource(entry["name"], entry["version"], entry["checked"], entry["note"])


def quote_providers() -> tuple[QuoteProvider, ...]:
    """The vendors that quote."""
    return tuple(QuoteProvider(**entry) for entry in _read("quotes.toml")["provider"])


def quotes() -> tuple[Quote, ...]:
    """Every quoted price, one a vendor and model."""
    return tuple(_quotes())


def provider_names() -> dict[str, str]:
    """Providers' names by slug as they spell them themselves, where the catalogue spells them otherwise."""
    names: dict[str, str] = _read("names.toml")["provider"]
    return names


def digest() -> str:
    """A fingerprint of the prices, quotes and exchange rates; names are read when the catalogue is loaded."""
    names = ("corrections.toml", "quotes.toml", "exchange_rates.toml")
    contents = b"".join((DATA / name).read_bytes() for name in names)
    return hashlib.sha256(contents).hexdigest()


def _quotes() -> Iterator[Quote]:
    slugs = [vendor.slug for vendor in quote_providers()]
    for entry in _read("quotes.toml")["model"]:
        for slug in slugs:
            rates = {"input_mtok": entry[slug], "output_mtok": entry[slug]}
            others = [f"{other}/{entry['id']}" for other in slugs if other == "article-original" != slug]
            yield Quote(
                slug,
                entry["id"],
                entry["name"],
                terms.sheet_from({"steps": [{"rates": rates}]}),
                entry["listed_as"],
                "".join(others),
            )


def _rates(entry: Mapping[str, Any]) -> Iterator[ExchangeRate]:
    """One dated source, each currency against the dollar: an exact ratio where both are in drawing rights."""
    for currency, rate in entry.get("per_dollar", {}).items():
        yield ExchangeRate(currency, Fraction(Decimal(rate)), entry["on"], entry["source"], entry["url"])
    in_rights = {currency: Fraction(Decimal(text)) for currency, text in entry.get("per_xdr", {}).items()}
    for currency, rights in in_rights.items():
        if currency != USD:
            yield ExchangeRate(currency, in_rights[USD] / rights, entry["on"], entry["source"], entry["url"])


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
