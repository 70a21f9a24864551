"""Types for API schemas: exact numbers, days and moments. What is not exactly one of them is refused."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from costcalc.figures import FigureError, read_canonical
from costcalc.secrets import without_key

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
MOST_PLACES = 18
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


def number(value: Any) -> Decimal:
    """A JSON number or its decimal text. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float | str):
        raise ValueError('must be a number, or a decimal string such as "0.5"')
    try:
        return read_canonical(_text(value), places=MOST_PLACES)
    except FigureError as error:
        raise _in_a_body(error) from None


def _in_a_body(error: FigureError) -> FigureError:
    """The same where no address is: a body holds numbers in the same form."""
    if error.code == "address":
        return FigureError("not_a_number", text=error.params["text"], example=error.params["right"])
    if error.code == "address_too_long":
        return FigureError("too_long", limit=error.params["limit"], example="1000.5")
    return error


def _text(value: Decimal | float | str) -> str:
    if isinstance(value, str):
        return value
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: Any) -> dt.date | dt.datetime:
    """A day (2026-11-22) or a moment (2026-11-22T10:00:00Z), in UTC where it names no offset. Raises ValueError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _in_range(dt.date.fromisoformat(value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        read = dt.datetime.fromisoformat(value)
        if not FIRST.year - 1 <= read.year <= LAST.year + 1:
            _in_range(read.date())
        read = read.astimezone(dt.UTC) if read.tzinfo else read.replace(tzinfo=dt.UTC)
        _in_range(read.date())
        return read
    raise ValueError("must be a day such as 2026-11-22, or a UTC date-time such as 2026-11-22T10:00:00Z")


def _in_range(day: dt.date) -> dt.date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"must be a day from {FIRST} to {LAST}")
    return day


def day(value: Any) -> dt.date:
    """A day (2026-11-22). Raises ValueError."""
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _in_range(dt.date.fromisoformat(value))
    raise ValueError("must be a day such as 2026-11-22")


def line(value: str) -> str:
    """A text of one line that can be shown, without space around it and without keys. Raises ValueError."""
    text = value.strip()
    if not text.isprintable():
        raise ValueError("holds characters that cannot be shown")
    return without_key(text)


def text(value: str) -> str:
    """A text that is not empty, of lines that can be shown, without keys or space around it. Raises ValueError."""
    found = value.strip()
    if not all(part.isprintable() for part in found.replace("\r\n", "\n").replace("\t", " ").split("\n")):
        raise ValueError("holds characters that cannot be shown")
    if not found:
        raise ValueError("must not be empty")
    return without_key(found)


def name(value: str) -> str:
    """A line that is not empty. Raises ValueError."""
    text = line(value)
    if not text:
        raise ValueError("must not be empty")
    return text


@dataclass(frozen=True)
class Within:
    """An exact number between two bounds, both included; travels as a JSON number or as decimal text.

    `Annotated[Decimal, Within("0", "1")]` in a schema.
    """

    low: str
    high: str

    def read(self, value: Any) -> Decimal:
        """The number. Raises ValueError, saying what would be right."""
        found = number(value)
        if found < Decimal(self.low):
            raise FigureError("at_least", low=self.low)
        if found > Decimal(self.high):
            raise FigureError("at_most", high=self.high)
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Our own reading in place of pydantic's, which takes underscores, exponents and booleans."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Either form."""
        numeric = {"type": "number", "minimum": float(self.low), "maximum": float(self.high)}
        return {"anyOf": [numeric, {"type": "string", "pattern": _NUMBER}]}


def iso(at: dt.date | dt.datetime) -> str:
    """A day or a UTC moment as it is written in an answer: `2026-11-22`, `2026-11-22T10:00:00Z`."""
    return at.isoformat().replace("+00:00", "Z")


MomentField = Annotated[
    dt.date | dt.datetime,
    BeforeValidator(moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ],
            "description": "A UTC day, or a date-time; without an offset it is UTC.",
        }
    ),
]

DayField = Annotated[dt.date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
