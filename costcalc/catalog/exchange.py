"""The bundled exchange rates: a small reviewed table, dated and with sources; nothing is fetched."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from costcalc.catalog.reviewed import DATA
from costcalc.engine import USD, ExchangeRate, ExchangeRates

FILE = DATA / "exchange_rates.toml"


@cache
def bundled_rates() -> ExchangeRates:
    """The rates of the reviewed file."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["rates"]
    return ExchangeRates(tuple(row for entry in entries for row in _rows(entry)))


def _rows(entry: Mapping[str, Any]) -> Iterator[ExchangeRate]:
    """One dated source, each currency against the dollar: an exact ratio where both are in drawing rights."""
    for currency, rate in entry.get("per_dollar", {}).items():
        yield ExchangeRate(currency, Fraction(Decimal(rate)), entry["on"], entry["source"], entry["url"])
    in_rights = {currency: Fraction(Decimal(text)) for currency, text in entry.get("per_xdr", {}).items()}
    for currency, rights in in_rights.items():
        if currency != USD:
            yield ExchangeRate(currency, in_rights[USD] / rights, entry["on"], entry["source"], entry["url"])
