"""Prices as the body of a request holds them: by unit, plain or with tiers, and under a context.

Pydantic's own models: ninja's Schema wraps what its validators are given, and hides that a price is plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from costcalc.engine import CONTEXTS, UNIT_NAMES, Rate, Tier
from costcalc.wire.exact import Within

Price = Annotated[Decimal, Within("0", "1000000000")]
STRICT = ConfigDict(extra="forbid")
CONTEXT_NAMES = {tuple(context.items()): name for name, context in CONTEXTS.items() if context}


def _unit(name: str) -> str:
    """A misspelt unit is an error, never a silent nothing."""
    if name not in UNIT_NAMES:
        raise ValueError("not a unit of genai-prices, such as input_mtok")
    return name


UnitName = Annotated[str, AfterValidator(_unit), Field(json_schema_extra={"enum": list(UNIT_NAMES)})]


class TierIn(BaseModel):
    """A price above a threshold of the request's input tokens."""

    model_config = STRICT
    above: Annotated[int, Field(strict=True, ge=0, le=10**9)]
    price: Price


class RateIn(BaseModel):
    """A price, plain or with tiers."""

    model_config = STRICT
    base: Price
    tiers: Annotated[list[TierIn], Field(max_length=10)] = []

    @field_validator("tiers")
    @classmethod
    def are_distinct(cls, tiers: list[TierIn]) -> list[TierIn]:
        """Two prices above one threshold would be a guess."""
        if len({tier.above for tier in tiers}) < len(tiers):
            raise ValueError("two tiers are above the same threshold")
        return tiers

    @model_validator(mode="before")
    @classmethod
    def from_plain(cls, value: object) -> object:
        """A plain number is a price without tiers."""
        return value if isinstance(value, dict | RateIn) else {"base": value}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Either form."""
        made = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [made["properties"]["base"], made], "title": "Rate"}


Rates = dict[UnitName, RateIn]


class VariantIn(BaseModel):
    """Typed prices under a context: batch, flex or priority."""

    model_config = STRICT
    when: dict[str, str] = Field(examples=[{"processing": "batch"}])
    units: Rates

    @field_validator("when")
    @classmethod
    def is_known(cls, when: dict[str, str]) -> dict[str, str]:
        """A misspelt context is an error, never a silent standard price."""
        if tuple(when.items()) not in CONTEXT_NAMES:
            known = ", ".join(f"{key}={value}" for ((key, value),) in CONTEXT_NAMES)
            raise ValueError(f"not a context that a workload can ask for; these are: {known}")
        return when


def rates_of(prices: Mapping[str, RateIn]) -> dict[str, Rate]:
    """The rates that were sent, by unit."""
    return {name: rate_of(price) for name, price in prices.items()}


def rate_of(price: RateIn) -> Rate:
    """The rate that was sent, its tiers in order."""
    ordered = sorted(price.tiers, key=lambda tier: tier.above)
    return Rate(price.base, tuple(Tier(tier.above, tier.price) for tier in ordered))
