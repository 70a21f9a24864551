"""A price sheet as text and back: the form in which prices are stored, compared and published.

The text is canonical (sorted keys, plain decimal numbers), so two equal sheets have equal texts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from costcalc.engine import Minimum, PriceSheet, Rate, Rates, Step, Tier, Variant, When


def plain(number: Decimal) -> str:
    """A decimal number without exponent or trailing zeros: `2`, `0.028`, `0.2288`."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def to_text(sheet: PriceSheet) -> str:
    """The canonical text of a price sheet."""
    return json.dumps(_sheet_out(sheet), sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> PriceSheet:
    """The price sheet that `to_text` wrote. Raises UnknownUnit for a unit that this version does not know."""
    return sheet_from(json.loads(text))


def sheet_from(data: Mapping[str, Any]) -> PriceSheet:
    """A price sheet from parsed JSON or TOML, in the shape of `to_text`."""
    return PriceSheet(
        steps=tuple(Step(rates_from(step["rates"]), _when_in(step)) for step in data["steps"]),
        variants=tuple(
            Variant(dict(part["context"]), rates_from(part["rates"]), _when_in(part))
            for part in data.get("variants", ())
        ),
        minimums=tuple(Minimum(tuple(part["of"]), part["least"]) for part in data.get("minimums", ())),
    )


def rates_from(data: Mapping[str, Any]) -> dict[str, Rate]:
    """Rates from `{"input_mtok": "2", "output_mtok": {"base": "8", "tiers": [[200000, "12"]]}}`."""
    return {name: _rate_in(value) for name, value in data.items()}


def rates_out(rates: Rates) -> dict[str, Any]:
    """The rates in the shape that `rates_from` reads."""
    return {name: _rate_out(rate) for name, rate in rates.items()}


def _sheet_out(sheet: PriceSheet) -> dict[str, Any]:
    parts = {
        "steps": [{"rates": rates_out(step.rates), **_when_out(step.when)} for step in sheet.steps],
        "variants": [
            {"context": dict(part.context), "rates": rates_out(part.rates), **_when_out(part.when)}
            for part in sheet.variants
        ],
        "minimums": [{"of": list(part.usage_names), "least": part.least} for part in sheet.minimums],
    }
    return {name: value for name, value in parts.items() if value or name == "steps"}


def _rate_out(rate: Rate) -> Any:
    if not rate.tiers:
        return plain(rate.base)
    return {"base": plain(rate.base), "tiers": [[tier.above, plain(tier.price)] for tier in rate.tiers]}


def _rate_in(value: Any) -> Rate:
    if isinstance(value, str):
        return Rate(Decimal(value))
    return Rate(Decimal(value["base"]), tuple(Tier(above, Decimal(price)) for above, price in value["tiers"]))


def _when_out(when: When) -> dict[str, Any]:
    parts = {
        "from": when.starts_on and when.starts_on.isoformat(),
        "until": when.ends_on and when.ends_on.isoformat(),
        "hours": when.hours and [time.isoformat() for time in when.hours],
    }
    return {name: value for name, value in parts.items() if value}


def _when_in(data: Mapping[str, Any]) -> When:
    hours = data.get("hours")
    return When(
        _day(data.get("from")),
        _day(data.get("until")),
        (dt.time.fromisoformat(hours[0]), dt.time.fromisoformat(hours[1])) if hours else None,
    )


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
