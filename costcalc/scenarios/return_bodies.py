"""The return in the body of an estimate: what a move costs and saves besides tokens, when, and how sure that is.

Its defaults are the calculator's. Shares are between 0 and 1; 1 is the beginning of month 1, 2.5 the middle of
month 2. Costs are in the return's currency.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from costcalc.engine import LONGEST, USD
from costcalc.scenarios.body_kinds import Currency, Share, Strict, Text
from costcalc.scenarios.kinds import Value
from costcalc.scenarios.return_fields import RETURN_BY_NAME, STAGES
from costcalc.secrets import without_key
from costcalc.wire.exact import DayField, Within, number

MOST_LINES = 50
MOST_STEPS = 12
MOST_RANGES = 20
Money = Annotated[Decimal, Within("0", "1000000000000000")]
Quantity = Annotated[Decimal, Within("0", "1000000000")]
Incidents = Annotated[Decimal, Within("0", "1000000")]
Hours = Annotated[Decimal, Within("0", "10000")]
Months = Annotated[Decimal, Within("0", str(LONGEST))]
Month = Annotated[Decimal, Within("1", str(LONGEST + 1))]
Discount = Annotated[Decimal, Within("-0.99", "10")]
Factor = Annotated[Decimal, Within("0", "101")]
PerDollar = Annotated[Decimal, Within("0.000001", "1000000000")]
Bound = Annotated[Decimal, Within("-1000000000", "1000000000000000")]
Horizon = Annotated[int, Field(strict=True, ge=1, le=LONGEST)]

EXAMPLE: Any = {
    "horizon_months": 12,
    "annual_discount_rate": "0.1",
    "one_off": [{"name": "Engineering hours", "quantity": 400, "price": "150"}],
    "people": {
        "before": {"incidents": 4, "hours": "2.5", "rate": "90"},
        "after": {"hours": "0.4167"},
    },
    "infrastructure": [{"name": "Gateway", "before": "0", "after": "250"}],
    "ramp": [{"from_month": 1, "share": "0.1"}, {"from_month": 2, "share": 1}],
    "price_changes": [{"side": "candidate", "from_month": 7, "factor": "1.1"}],
    "ranges": [
        {"input": "workloads.0.requests_per_day", "low": 40000, "high": 70000},
        {"input": "workloads.0.candidate.prices", "low": "0.9", "high": "1.2"},
        {"input": "return.one_off.0.quantity", "low": 300, "high": 600},
    ],
}


class SinceIn(Strict):
    """A moment: the number of a month, 1 being the beginning of month 1, or a day."""

    from_month: Month | None = None
    from_date: DayField | None = None

    @model_validator(mode="after")
    def is_one_moment(self) -> SinceIn:
        """A month or a day, exactly one of them."""
        if (self.from_month is None) == (self.from_date is None):
            raise ValueError("give from_month or from_date, and not both")
        return self


class OneOffIn(Strict):
    """A cost paid once, before month 1."""

    name: Text = ""
    quantity: Quantity | None = Field(None, description="How many; 1 where it is absent.")
    price: Money = Field(description="What one of them costs.")


class RunningIn(Strict):
    """Infrastructure, support or another cost a month, before and after the move."""

    name: Text = ""
    before: Money | None = None
    after: Money | None = None

    @model_validator(mode="after")
    def says_something(self) -> RunningIn:
        """A row of which nothing is said is none."""
        if not self.name.strip() and self.before is None and self.after is None:
            raise ValueError("give name, before or after")
        return self


class ToilIn(Strict):
    """The work of people: incidents a month, hours each, what an hour costs."""

    incidents: Incidents = Decimal(0)
    hours: Hours = Decimal(0)
    rate: Money = Decimal(0)


class ToilAfterIn(Strict):
    """The same after the move; what is absent is as before it."""

    incidents: Incidents | None = None
    hours: Hours | None = None
    rate: Money | None = None


class PeopleIn(Strict):
    """The work of people on either side of the move."""

    before: ToilIn = ToilIn()
    after: ToilAfterIn = ToilAfterIn()


class StageIn(SinceIn):
    """From a moment on, this share of the traffic is on the candidate."""

    share: Share


class OverlapIn(Strict):
    """What it costs a month to have both providers at once."""

    monthly: Money = Decimal(0)
    months: Months | None = Field(None, description="From the first stage on; absent: while traffic is split.")


class ReserveIn(Strict):
    """What a rollback is expected to cost: its probability × its cost, set aside before month 1."""

    probability: Share = Decimal(0)
    cost: Money = Decimal(0)


class PriceChangeIn(SinceIn):
    """From a moment on, all prices of a side are `factor` times what they were."""

    side: Literal["baseline", "candidate"] = "candidate"
    factor: Factor = Field(description="1.1 is ten percent more.")
    workload: Annotated[int, Field(strict=True, ge=0)] | None = Field(None, description="Absent: every workload's.")


class RangeIn(Strict):
    """An input that is uncertain: one time in ten it is below `low`, one in ten above `high`."""

    input: Annotated[str, Field(max_length=80), AfterValidator(without_key)] = Field(
        description="Its place in this body, such as workloads.0.requests_per_day or return.one_off.0.price; "
        "workloads.0.candidate.prices are all prices of that side, as a factor."
    )
    low: Bound
    high: Bound


def _lines(value: Any) -> Any:
    """A line alone is a list of one, and an amount alone is a line. Raises ValueError."""
    if isinstance(value, list) or value is None:
        return value
    return [value if isinstance(value, dict) else {"price": number(value)}]


def _overlap(value: Any) -> Any:
    """An amount alone is that of a month. Raises ValueError."""
    return value if isinstance(value, dict | OverlapIn) or value is None else {"monthly": number(value)}


OneOffs = Annotated[
    list[OneOffIn],
    Field(max_length=MOST_LINES),
    BeforeValidator(
        _lines, json_schema_input_type=Annotated[list[OneOffIn], Field(max_length=MOST_LINES)] | OneOffIn | Money
    ),
]
Runnings = Annotated[
    list[RunningIn],
    Field(max_length=MOST_LINES),
    BeforeValidator(
        lambda value: [value] if isinstance(value, dict) else value,
        json_schema_input_type=Annotated[list[RunningIn], Field(max_length=MOST_LINES)] | RunningIn,
    ),
]
Overlaps = Annotated[OverlapIn, BeforeValidator(_overlap, json_schema_input_type=OverlapIn | Money)]


def _default(name: str) -> Any:
    value: Value = RETURN_BY_NAME[name].default
    assert isinstance(value, Decimal)
    return value


def _stages() -> list[StageIn]:
    said = ((Decimal(share), Decimal(month)) for share, month in STAGES if share and month)
    return [StageIn(from_month=month, share=share / 100) for share, month in said]


class ReturnIn(Strict):
    """What is asked of the return. All of it may be absent: the calculator's defaults hold then."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    horizon_months: Horizon = int(_default("horizon"))
    annual_discount_rate: Discount = Field(_default("discount") / 100, description="0.1 is ten percent a year.")
    currency: Currency = Field(USD, description="In which the costs are; results are in US dollars.")
    one_off: OneOffs = Field([], description="Lines; or one amount.")
    people: PeopleIn = PeopleIn()
    infrastructure: Runnings = Field([], description="Lines; or one of them alone.")
    ramp: Annotated[list[StageIn], Field(min_length=1, max_length=MOST_STEPS)] = Field(
        default_factory=_stages, description="In order; absent: a month each at 10 % and 50 %, then all of it."
    )
    delay_months: Months = Field(Decimal(0), description="All stages later by so many months.")
    overlap: Overlaps = Field(OverlapIn(), description="What both providers at once cost; or the amount a month alone.")
    cold_cache_share: Share = Field(Decimal(0), description="Of the cache reads, lost while traffic is split.")
    rollback_reserve: ReserveIn = ReserveIn()
    price_changes: Annotated[list[PriceChangeIn], Field(max_length=MOST_STEPS)] = []
    ranges: Annotated[list[RangeIn], Field(max_length=MOST_RANGES, description="What is uncertain.")] = []
    correlation: Share = Field(_default("together") / 100, description="Of the traffic of different workloads.")


class TypedRateIn(Strict):
    """How many units of a currency one US dollar buys."""

    currency: Currency
    per_usd: PerDollar
