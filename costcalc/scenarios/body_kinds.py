"""What bodies of the API are made of: strict objects, exact numbers with their bounds, and faults with their place."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from ninja.errors import ValidationError
from pydantic import AfterValidator, BaseModel, Field

from costcalc.catalog.rates import STRICT
from costcalc.scenarios.typed_values import currencies
from costcalc.secrets import without_key
from costcalc.wire.exact import Within

# Where a fault is in the body, and what is wrong there.
Fault = tuple[tuple[str | int, ...], str]

Share = Annotated[Decimal, Within("0", "1")]
Text = Annotated[str, Field(max_length=60), AfterValidator(without_key)]


class Strict(BaseModel):
    """What comes in: a key that nobody knows is an error.

    Pydantic's own: ninja's Schema wraps each value and reads it twice at every level.
    """

    model_config = STRICT


def _currency(code: str) -> str:
    if code not in currencies():
        raise ValueError("not a currency of ISO 4217, such as USD, EUR or VND")
    return code


Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]


class BodyError(ValueError):
    """What a body says cannot be: every fault with its place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(message for _place, message in self.faults))


def invalid(faults: Iterable[Fault]) -> ValidationError:
    """422, naming the place of each fault."""
    return ValidationError(
        [{"type": "value_error", "loc": ("body", "body", *place), "msg": message} for place, message in faults]
    )
