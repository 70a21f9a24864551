"""What `POST /estimate` takes: workloads, their two sides, and how days become months."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from costcalc.catalog.rates import Rates, VariantIn
from costcalc.digits import canonical
from costcalc.engine import USD
from costcalc.scenarios.body_kinds import Currency, Share, Strict, Text
from costcalc.scenarios.return_bodies import EXAMPLE as EXAMPLE_RETURN
from costcalc.scenarios.return_bodies import ReturnIn, TypedRateIn
from costcalc.secrets import without_key
from costcalc.wire.exact import MomentField, Within, number

Count = Annotated[Decimal, Within("0", "1000000000000")]
Tokens = Annotated[Decimal, Within("0", "1000000000")]
Calls = Annotated[Decimal, Within("0", "1000")]
Ratio = Annotated[Decimal, Within("0.01", "100")]
Growth = Annotated[Decimal, Within("-0.99", "10")]
Reference = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(without_key)]


def _days(value: object) -> str:
    if value in ("365/12", "calendar"):
        return str(value)
    try:
        days = number(value)
    except ValueError:
        days = Decimal(0)
    if not 1 <= days <= 31:
        raise ValueError('must be a number from 1 to 31, "365/12" or "calendar"')
    return canonical(days)


Days = Annotated[
    str,
    BeforeValidator(_days),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 1, "maximum": 31}, {"enum": ["365/12", "calendar"]}]}),
]


class SideIn(Strict):
    """One side: a model of the catalogue, or typed prices per million tokens (or thousand calls)."""

    provider: Reference | None = None
    model: Reference | None = None
    name: Text = ""
    currency: Currency = Field(USD, description="Of typed prices.")
    prices: Rates | None = None
    variants: Annotated[list[VariantIn], Field(max_length=10)] = []
    successor: Text = Field("", description="The return ends where a model is shut down, unless this takes over.")

    @model_validator(mode="after")
    def is_one_or_the_other(self) -> SideIn:
        """Either a model or prices."""
        by_model = self.provider is not None and self.model is not None
        if by_model == (self.prices is not None) or (self.provider is None) != (self.model is None):
            raise ValueError("give provider and model, or prices, and not both")
        if by_model and (self.variants or self.name or self.currency != USD):
            raise ValueError("name, currency and variants belong to typed prices")
        contexts = [tuple(variant.when.items()) for variant in self.variants]
        if len(set(contexts)) < len(contexts):
            raise ValueError("two variants are for the same context")
        return self


class CandidateIn(SideIn):
    """The side to move to; its ratios say how the same work looks there."""

    tokenizer_ratio: Ratio = Decimal(1)
    verbosity_ratio: Ratio = Decimal(1)
    cache_read_share: Share | None = None
    retry_share: Share | None = None


class WorkloadIn(Strict):
    """One kind of request, and the two sides to compare for it. Tokens and calls are per request."""

    name: Text = ""
    requests_per_day: Count | None = None
    requests_per_month: Count | None = None
    input_tokens: Tokens
    output_tokens: Tokens
    reasoning_tokens: Tokens = Field(Decimal(0), description="Part of the output.")
    cache_read_share: Share = Decimal(0)
    cache_write_share: Share = Decimal(0)
    cache_write_ttl: Literal["5m", "1h"] = "5m"
    web_searches: Calls = Decimal(0)
    storage_searches: Calls = Decimal(0)
    code_executions: Calls = Decimal(0)
    batch_share: Share = Decimal(0)
    flex_share: Share = Decimal(0)
    priority_share: Share = Decimal(0)
    retry_share: Share = Decimal(0)
    over_tier_share: Share | None = Field(None, description="Requests above a price tier's threshold.")
    monthly_growth: Growth = Decimal(0)
    baseline: SideIn
    candidate: CandidateIn

    @model_validator(mode="after")
    def has_one_volume(self) -> WorkloadIn:
        """Requests per day or per month, exactly one of them."""
        if (self.requests_per_day is None) == (self.requests_per_month is None):
            raise ValueError("give requests_per_day or requests_per_month, and not both")
        return self


EXAMPLE: Any = {
    "days_per_month": 30,
    "workloads": [
        {
            "name": "chat",
            "requests_per_day": 50000,
            "input_tokens": 1000,
            "output_tokens": 500,
            "baseline": {"provider": "openai", "model": "gpt-4.1"},
            "candidate": {"name": "relay", "prices": {"input_mtok": "8", "output_mtok": "8"}},
        }
    ],
}
EXAMPLE_WITH_RETURN: Any = {
    "workloads": [
        {
            "name": "chat",
            "requests_per_day": 50000,
            "input_tokens": 1000,
            "output_tokens": 500,
            "baseline": {"provider": "openai", "model": "gpt-4.1", "successor": "whatever follows it"},
            "candidate": {"name": "relay", "currency": "CNY", "prices": {"input_mtok": "3", "output_mtok": "3"}},
        }
    ],
    "exchange_rates": [{"currency": "CNY", "per_usd": "7.1"}],
    "return": EXAMPLE_RETURN,
}

OWN_RATES = "Instead of the table's own, which has the most usual currencies."
ExchangeRates = Annotated[list[TypedRateIn], Field(max_length=20)]


class EstimateIn(Strict):
    """What to compare."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE, EXAMPLE_WITH_RETURN]})
    days_per_month: Days = "30"
    at: MomentField | None = Field(None, description="The day of the prices; today where it is absent.")
    workloads: Annotated[list[WorkloadIn], Field(min_length=1, max_length=50)]
    exchange_rates: ExchangeRates = Field([], description=OWN_RATES)
    returns: ReturnIn | None = Field(None, alias="return", description="What else to compute; null: only the saving.")
