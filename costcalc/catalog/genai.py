"""The catalogue of genai-prices, read from the installed package or from a newer snapshot file.

The package is imported only when it is read: its data takes 0.3 s, and a start with nothing new needs none of it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.engine import Minimum, PriceSheet, PricingError, Rate, Step, Tier, Variant, When

if TYPE_CHECKING:
    from genai_prices import types

# As long as the catalogue's columns.
LONGEST_SLUG = 80
LONGEST_ID = 200
HOMEPAGE = "https://github.com/pydantic/genai-prices"
# calc_price bills at least 10 s of audio for these two; it is in its code, not in its data.
LEAST_AUDIO = Minimum(("audio_seconds", "input_audio_seconds"), 10)
MINIMUMS = {
    ("groq", "whisper-large-v3"): (LEAST_AUDIO,),
    ("groq", "whisper-large-v3-turbo"): (LEAST_AUDIO,),
}


class SnapshotError(ValueError):
    """A file that is no snapshot of genai-prices, with the place of the fault."""


@dataclass(frozen=True)
class ModelRecord:
    """What the snapshot says about one model; `match` is genai-prices' own matching rule as JSON.

    A model is `native` where its provider is the one that genai-prices thinks of at its bare name.
    """

    model_id: str
    name: str
    description: str
    context_window: int | None
    comments: str
    deprecated: bool
    match: dict[str, Any]
    native: bool
    sheet: PriceSheet


@dataclass(frozen=True)
class ProviderRecord:
    """What the snapshot says about one provider."""

    slug: str
    name: str
    api_pattern: str
    pricing_urls: tuple[str, ...]
    description: str
    comments: str
    match: dict[str, Any] | None
    model_match: dict[str, Any] | None
    fallbacks: tuple[str, ...]
    models: tuple[ModelRecord, ...]


@dataclass(frozen=True)
class Snapshot:
    """Providers in the order of the source, which decides which one matches a loose name first."""

    version: str
    digest: str
    providers: tuple[ProviderRecord, ...]


def bundled_version() -> str:
    """The version of the installed package, without importing its data."""
    return version("genai-prices")


def bundled() -> Snapshot:
    """The snapshot inside the installed package."""
    from genai_prices.data import providers

    return _snapshot(bundled_version(), providers)


def from_file(path: Path) -> Snapshot:
    """A snapshot file (`data.json` of genai-prices, version 2). Raises SnapshotError."""
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SnapshotError(f"{path.name} cannot be read as JSON: {error}") from error
    return from_data(raw, path.name)


def from_data(raw: Any, name: str) -> Snapshot:
    """A snapshot from parsed JSON; `name` says where it came from. Raises SnapshotError."""
    from genai_prices.types import _providers_from_raw
    from pydantic import ValidationError

    if not isinstance(raw, list) or not raw:
        raise SnapshotError(f"{name} is not a list of providers")
    try:
        return _snapshot(name, _providers_from_raw(raw))
    except (ValidationError, PricingError, AttributeError, TypeError) as error:
        raise SnapshotError(f"{name} is not a snapshot of genai-prices: {error}") from error


def _snapshot(name: str, providers: Sequence[types.Provider]) -> Snapshot:
    records = tuple(_provider(provider, providers) for provider in providers)
    _check_ids([record.slug for record in records], LONGEST_SLUG)
    for record in records:
        _check_ids([model.model_id for model in record.models], LONGEST_ID)
    digest = hashlib.sha256(repr(records).encode()).hexdigest()
    return Snapshot(name, digest, records)


def _check_ids(ids: Sequence[str], longest: int) -> None:
    for each in ids:
        if not 0 < len(each) <= longest or not each.isprintable():
            raise PricingError(f"{each[:longest]!r} is no id: 1 to {longest} characters that can be printed")
    twice = next((each for each in ids if ids.count(each) > 1), None) if len(set(ids)) < len(ids) else None
    if twice is not None:
        raise PricingError(f"{twice!r} is there twice")


def _provider(provider: types.Provider, everyone: Sequence[types.Provider]) -> ProviderRecord:
    return ProviderRecord(
        slug=provider.id,
        name=provider.name,
        api_pattern=provider.api_pattern,
        pricing_urls=tuple(provider.pricing_urls or ()),
        description=provider.description or "",
        comments=provider.price_comments or "",
        match=_match(provider.provider_match),
        model_match=_match(provider.model_match),
        fallbacks=tuple(provider.fallback_model_providers or ()),
        models=tuple(_model(provider, model, everyone) for model in provider.models),
    )


def _model(provider: types.Provider, model: types.ModelInfo, everyone: Sequence[types.Provider]) -> ModelRecord:
    return ModelRecord(
        model_id=model.id,
        name=model.name or model.id,
        description=(model.description or "").strip(),
        context_window=model.context_window,
        comments=model.price_comments or "",
        deprecated=bool(model.deprecated),
        match=_match(model.match) or {},
        native=_native(model.id, everyone) is provider,
        sheet=sheet_of(model, MINIMUMS.get((provider.id, model.id), ())),
    )


def _native(model_id: str, everyone: Sequence[types.Provider]) -> types.Provider | None:
    matching = (other for other in everyone if other.model_match and other.model_match.is_match(model_id))
    return next(matching, None)


def sheet_of(model: types.ModelInfo, minimums: tuple[Minimum, ...] = ()) -> PriceSheet:
    """The price sheet of a genai-prices model. Raises UnknownUnit for a unit of a later version."""
    from genai_prices.types import ConditionalPrice

    prices: Sequence[types.ConditionalPrice] = (
        model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    )
    return PriceSheet(
        tuple(Step(_rates(price.prices), _when(price.constraint)) for price in prices),
        tuple(
            Variant(dict(part.when), _rates(part.prices), _when(part.constraint)) for part in model.price_variants or ()
        ),
        minimums,
    )


def _rates(prices: types.ModelPrice) -> dict[str, Rate]:
    return {name: _rate(value) for name, value in vars(prices).items() if value is not None}


def _rate(value: Decimal | types.TieredPrices) -> Rate:
    if isinstance(value, Decimal):
        return Rate(value)
    return Rate(value.base, tuple(Tier(tier.start, tier.price) for tier in value.tiers))


def _when(constraint: types.StartDateConstraint | types.TimeOfDateConstraint | None) -> When:
    from genai_prices.types import StartDateConstraint

    if constraint is None:
        return When()
    if isinstance(constraint, StartDateConstraint):
        return When(starts_on=constraint.start_date)
    return When(hours=(_utc(constraint.start_time), _utc(constraint.end_time)))


def _utc(time: dt.time) -> dt.time:
    """A time of day in UTC, naive; one without a zone is UTC already."""
    if time.tzinfo is None:
        return time
    return dt.datetime.combine(dt.date(1970, 1, 1), time).astimezone(dt.UTC).time()


def _match(clause: Any) -> dict[str, Any] | None:
    """A matching rule as JSON, in the shape that genai-prices reads back (`or_` is written `or`)."""
    if clause is None:
        return None
    return {name.rstrip("_"): _match_value(value) for name, value in _fields(clause).items()}


def _match_value(value: Any) -> Any:
    return [_match(part) for part in value] if isinstance(value, list) else value


def _fields(clause: Any) -> Mapping[str, Any]:
    return {field.name: getattr(clause, field.name) for field in dataclasses.fields(clause)}
