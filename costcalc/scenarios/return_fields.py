"""The fields of a scenario's return: what the move costs and saves besides tokens, when, and how sure that is.

They are fixed places, so that an address names each one: of a list (`once.1.price`, `once.2.price`) as many places
as are ever needed, of which an empty one says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from costcalc.catalog.labels import Words
from costcalc.engine import LONGEST, USD
from costcalc.scenarios.kinds import Field, Value, cost, number, percent

ONE_OFF = (_("Engineering hours"), _("Tests"), _("Fees"), _("Training"), _("Other"), _("Other"))
RUNNING = (_("Infrastructure"), _("Support"), _("Other"), _("Other"))
# A month each at a tenth and at half of the traffic, then all of it; a month's number is its beginning.
STAGES = (("10", "1"), ("50", "2"), ("100", "3"), (None, None), (None, None))
CHANGES, RANGES, RATES = 4, 10, 3
MOST_INCIDENTS, MOST_HOURS = Decimal(10) ** 6, Decimal(10_000)
AS_BEFORE = _("the same")
CHANGED_SIDES = (("to", _("the candidate")), ("from", _("the baseline")))


# Each is declared once and is only ever itself: to compare or hash one by its labels would translate them all.
@dataclass(frozen=True, eq=False)
class Part:
    """One part of the form: its fields, and the rows of its list. `least` rows are drawn, however few are filled."""

    name: str
    title: Words
    fields: tuple[Field, ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()
    least: int = 1


def _optional(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _once(place: int, name: Words) -> tuple[Field, ...]:
    start = f"once.{place}"
    return (
        Field(f"{start}.name", "text", _("Cost"), "", instead=name),
        number(f"{start}.quantity", _("How many"), None, "×", high=Decimal(10) ** 9, counts=True),
        cost(f"{start}.price", _("Each"), None),
    )


def _running(place: int, name: Words) -> tuple[Field, ...]:
    start = f"run.{place}"
    return (
        Field(f"{start}.name", "text", _("Cost"), "", instead=name),
        cost(f"{start}.before", _("A month before"), None),
        cost(f"{start}.after", _("A month after"), None),
    )


def _since(name: str, default: Decimal | None = None) -> Field:
    """A month's number, 1 being the beginning of month 1, or a day."""
    latest = Decimal(LONGEST + 1)
    return Field(name, "since", _("From month or day"), default, low=Decimal(1), high=latest, places=3, blank=True)


def _stage(place: int, share: str | None, month: str | None) -> tuple[Field, ...]:
    return (
        percent(f"ramp.{place}.share", _("Share"), default=_optional(share), blank=True),
        _since(f"ramp.{place}.from", _optional(month)),
    )


def _change(place: int) -> tuple[Field, ...]:
    start = f"change.{place}"
    return (
        Field(f"{start}.side", "choice", _("Whose prices"), "to", choices=CHANGED_SIDES),
        percent(f"{start}.percent", _("Change by"), default=None, blank=True, low=Decimal(-100), high=Decimal(10_000)),
        _since(f"{start}.from"),
    )


def _range(place: int) -> tuple[Field, ...]:
    start = f"range.{place}"
    return (
        Field(f"{start}.of", "input", _("What is uncertain"), "", blank=True),
        number(f"{start}.low", _("Low"), None, "", low=Decimal(-(10**9)), high=Decimal(10) ** 15, counts=True),
        number(f"{start}.high", _("High"), None, "", low=Decimal(-(10**9)), high=Decimal(10) ** 15, counts=True),
    )


def _rate(place: int) -> tuple[Field, ...]:
    start = f"rate.{place}"
    low = Decimal("0.000001")
    return (
        Field(f"{start}.currency", "currency", _("Currency"), "", blank=True),
        number(f"{start}.per_usd", _("Units per US dollar"), None, "", low=low, high=Decimal(10) ** 9, places=9),
    )


HORIZON = Part(
    "horizon",
    _("Horizon and discount"),
    (
        number("horizon", _("Horizon"), "12", _("months"), low=Decimal(1), high=Decimal(LONGEST), places=0),
        percent(
            "discount",
            _("Discount rate"),
            default=Decimal(10),
            unit=_("% / year"),
            low=Decimal(-99),
            high=Decimal(1000),
        ),
    ),
)
ONCE = Part("once", _("Paid once"), (), tuple(_once(at + 1, name) for at, name in enumerate(ONE_OFF)), 2)
PEOPLE = Part(
    "people",
    _("Work by hand"),
    (
        number("people.incidents", _("Incidents before"), "0", _("a month"), high=MOST_INCIDENTS, counts=True),
        number("people.hours", _("Hours each, before"), "0", _("h"), high=MOST_HOURS),
        cost("people.rate", _("An hour, before")),
        number(
            "people.to.incidents",
            _("Incidents after"),
            None,
            _("a month"),
            high=MOST_INCIDENTS,
            counts=True,
            instead=AS_BEFORE,
        ),
        number("people.to.hours", _("Hours each, after"), None, _("h"), high=MOST_HOURS, instead=AS_BEFORE),
        cost("people.to.rate", _("An hour, after"), None, instead=AS_BEFORE),
    ),
)
RUN = Part("run", _("Other running costs"), (), tuple(_running(at + 1, name) for at, name in enumerate(RUNNING)))
RAMP = Part(
    "ramp",
    _("Traffic moves in stages"),
    (number("ramp.delay", _("Every stage later by"), "0", _("months"), high=Decimal(LONGEST)),),
    tuple(_stage(at + 1, *stage) for at, stage in enumerate(STAGES)),
)
SPLIT = Part(
    "split",
    _("While traffic is split"),
    (
        cost("overlap", _("Running both, a month")),
        number("overlap.months", _("for"), None, _("months"), high=Decimal(LONGEST), instead=_("while split")),
        percent("cold", _("Cache reads lost")),
        percent("reserve.probability", _("Chance of a rollback")),
        cost("reserve.cost", _("A rollback costs")),
    ),
)
CHANGE = Part("change", _("Prices that change"), (), tuple(_change(at + 1) for at in range(CHANGES)))
RANGE = Part(
    "range",
    _("How sure is that?"),
    (percent("together", _("Traffic of workloads moves together by"), default=Decimal(60)),),
    tuple(_range(at + 1) for at in range(RANGES)),
)
CURRENCY = Part(
    "currency",
    _("Currency of the costs"),
    (Field("currency", "currency", _("Costs are typed in"), USD),),
    tuple(_rate(at + 1) for at in range(RATES)),
)
PARTS = (HORIZON, ONCE, PEOPLE, RUN, RAMP, SPLIT, CHANGE, RANGE, CURRENCY)
RETURN = tuple(field for part in PARTS for field in (*part.fields, *(field for row in part.rows for field in row)))
RETURN_BY_NAME = {field.name: field for field in RETURN}


def filled(part: Part, values: Mapping[str, Value]) -> list[int]:
    """Which rows of a part say anything, by their position."""
    return [at for at, row in enumerate(part.rows) if any(_says(field, values[field.name]) for field in row)]


def _says(field: Field, value: Value) -> bool:
    # A choice always has a value: it says nothing of its own.
    return field.kind != "choice" and value not in {None, ""}
