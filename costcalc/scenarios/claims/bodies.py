"""What `POST /claims` takes, and the same in the words of a claim's address: one reading serves page and program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from django.http import QueryDict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from costcalc.digits import canonical
from costcalc.scenarios.body_kinds import Strict
from costcalc.scenarios.claims.fields import LONGEST_TEXT, MOST_ROWS
from costcalc.scenarios.estimate_bodies import Reference
from costcalc.scenarios.kinds import Value, input_name
from costcalc.secrets import without_key
from costcalc.wire.exact import DayField, Within

Price = Annotated[Decimal, Within("0", "1000000")]
Amount = Annotated[Decimal, Within("0", "1000000000000")]
Percent = Annotated[Decimal, Within("0", "100")]
# Where a value stands in a body: `traffic`, `requests`.
Place = tuple[str | int, ...]


class PriceIn(Strict):
    """US dollars per million tokens; without `output` one price for both directions."""

    input: Price
    output: Price | None = None


class ModelIn(Strict):
    """One model of the claim: the vendor's price, the one that it is compared with, and the list price's model."""

    model: Reference | None = Field(None, description="`provider/id` as the catalogue calls it, for its list price.")
    offer: PriceIn | None = None
    baseline: PriceIn | None = None
    stated_percent: Percent | None = None
    at: DayField | None = Field(None, description="The day of its list prices; today where it is absent.")


class TrafficIn(Strict):
    """What is sent: requests with their tokens, or millions of tokens."""

    requests: Amount | None = None
    mtok: Amount | None = None
    per: Literal["day", "month"] | None = None
    input_tokens: Amount | None = None
    output_tokens: Amount | None = None
    days_per_month: Literal["30", "365/12"] | None = None


class FiguresIn(Strict):
    """Stated costs of a month, and the stated savings of a month and a year, in US dollars."""

    before: Amount | None = None
    after: Amount | None = None
    saving: Amount | None = None
    year: Amount | None = None


class BillsIn(FiguresIn):
    """What is said to have been paid."""

    percent: Percent | None = None


class HeadlineIn(Strict):
    """“85 %+” is 85 with `least`, “up to 85 %” is 85 with `most`."""

    percent: Percent | None = None
    bound: Literal["exactly", "least", "most"] | None = None


class CreditsIn(Strict):
    """How credits that list at one US dollar are sold: their price in a currency, and what comes on top."""

    price: Amount | None = None
    currency: Literal["CNY", "USD", "EUR", "VND"] | None = None
    per_usd: Annotated[Decimal, Within("0.000001", "1000000000000")] | None = Field(
        None, description="Units of the currency for a US dollar; the table's newest rate where it is absent."
    )
    least: Amount | None = None
    fee_percent: Percent | None = None
    spread_percent: Percent | None = None
    free: Amount | None = None
    expires_days: Annotated[Decimal, Within("1", "36500")] | None = None


EXAMPLE: Any = {
    "models": [{"model": "openai/gpt-4.1", "offer": {"input": "8"}, "baseline": {"input": "60"}, "stated_percent": 87}],
    "traffic": {"requests": 50000, "per": "day", "input_tokens": 1000, "output_tokens": 500},
    "figures": {"before": 4500, "after": 600},
    "credits": {"price": 1, "currency": "CNY", "per_usd": "7.1"},
}


class ClaimIn(Strict):
    """A vendor's statement as a text or as numbers. Beside a text a number stands for what the text says of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    text: Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(without_key)] = ""
    models: Annotated[list[ModelIn], Field(max_length=MOST_ROWS)] = []
    traffic: TrafficIn = TrafficIn()
    figures: FiguresIn = FiguresIn()
    bills: BillsIn = BillsIn()
    headline: HeadlineIn = HeadlineIn()
    credits: CreditsIn = CreditsIn()

    @model_validator(mode="after")
    def has_one_list_of_models(self) -> ClaimIn:
        """The text's own models, or those that are listed."""
        if self.text.strip() and self.models:
            raise ValueError("give text or models, not both: the answer's claim can be changed and sent without a text")
        return self


# Every value of a body by its name in an address.
ROW: Final[Mapping[str, Place]] = {
    "model": ("model",),
    "offer": ("offer", "input"),
    "offer.out": ("offer", "output"),
    "baseline": ("baseline", "input"),
    "baseline.out": ("baseline", "output"),
    "stated": ("stated_percent",),
    "at": ("at",),
}
CLAIM: Final[dict[str, Place]] = {
    "requests": ("traffic", "requests"),
    "mtok": ("traffic", "mtok"),
    "per": ("traffic", "per"),
    "in": ("traffic", "input_tokens"),
    "out": ("traffic", "output_tokens"),
    "days": ("traffic", "days_per_month"),
    **{f"month.{name}": ("figures", name) for name in FiguresIn.model_fields},
    **{f"bill.{name}": ("bills", name) for name in BillsIn.model_fields},
    "percent": ("headline", "percent"),
    "bound": ("headline", "bound"),
    "credit": ("credits", "price"),
    "currency": ("credits", "currency"),
    "rate": ("credits", "per_usd"),
    "least": ("credits", "least"),
    "fee": ("credits", "fee_percent"),
    "spread": ("credits", "spread_percent"),
    "free": ("credits", "free"),
    "expires": ("credits", "expires_days"),
}
WORDS: Final[Mapping[str, str]] = {"exactly": ""}


def places(rows: int) -> dict[str, Place]:
    """Where each field of an address is in a body with so many models; the text too."""
    found: dict[str, Place] = {"said": ("text",)}
    for index in range(rows):
        found |= {input_name(index, name): ("models", index, *place) for name, place in ROW.items()}
    return found | CLAIM


def query_of(body: ClaimIn) -> QueryDict:
    """The address that says the same as a body. What it does not say is left to the text, or empty."""
    query = QueryDict(mutable=True)
    query.update({"said": body.text} if body.text.strip() else {"empty": "1"})
    if body.models:
        query["rows"] = str(len(body.models))
    for name, place in places(len(body.models)).items():
        value = _at(body, place)
        if value is not None and name != "said":
            query[name] = _written(value)
    return query


def body_of(rows: list[dict[str, Value]], fields: Mapping[str, Value]) -> dict[str, Any]:
    """What was understood, in the shape of a body: only what is said, numbers as text."""
    models = [_nested((ROW[name], value) for name, value in row.items()) for row in rows]
    return {"models": models} | _nested((CLAIM[name], value) for name, value in fields.items())


def _nested(pairs: Iterator[tuple[Place, Value]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, value in pairs:
        if value not in (None, ""):
            into = found
            for part in place[:-1]:
                into = into.setdefault(str(part), {})
            into[str(place[-1])] = canonical(value) if isinstance(value, Decimal) else value
    return found


def _at(body: BaseModel, place: Place) -> Any:
    found: Any = body
    for part in place:
        found = None if found is None else found[part] if isinstance(part, int) else getattr(found, part)
    return found


def _written(value: Decimal | dt.date | str) -> str:
    if isinstance(value, Decimal):
        return canonical(value)
    return value.isoformat() if isinstance(value, dt.date) else WORDS.get(value, value)
