"""What a move costs and saves besides tokens, when it happens, and how long it is looked at.

Money is in US dollars, shares are between 0 and 1 (0.1, not 10). A moment is a day, or a number of months since
the first day of month 1: 0 is that day, 1 the first day of month 2, 1.5 the middle of it. Month 1 is the
calendar month of the day count's start.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from costcalc.engine.errors import TermsError
from costcalc.engine.savings import SideName

Since = dt.date | Decimal
NOTHING, ONE = Decimal(0), Decimal(1)
LONGEST = 120


def _check_share(name: str, value: Decimal) -> None:
    if not (value.is_finite() and 0 <= value <= 1):
        raise TermsError(name, "not_a_share")


def _check_amounts(owner: object, names: Iterable[str]) -> None:
    for name in names:
        value = getattr(owner, name)
        if not (value.is_finite() and value >= 0):
            raise TermsError(name, "negative")


@dataclass(frozen=True, slots=True)
class Toil:
    """What people do by hand on one side: incidents a month × hours each × US dollars an hour."""

    incidents: Decimal = NOTHING
    hours: Decimal = NOTHING
    rate: Decimal = NOTHING

    def __post_init__(self) -> None:
        _check_amounts(self, ("incidents", "hours", "rate"))


@dataclass(frozen=True, slots=True)
class People:
    """The work of people on either side (the article's: 2.5 hours an incident before, 25 minutes after)."""

    before: Toil = field(default_factory=Toil)
    after: Toil = field(default_factory=Toil)


@dataclass(frozen=True, slots=True)
class Running:
    """Infrastructure, support or another cost in US dollars a month, before and after the move."""

    name: str
    before: Decimal = NOTHING
    after: Decimal = NOTHING

    def __post_init__(self) -> None:
        _check_amounts(self, ("before", "after"))


@dataclass(frozen=True, slots=True)
class OneOff:
    """A cost paid once, before month 1: so many (engineering hours, tests, or 1) at so many US dollars each."""

    name: str
    quantity: Decimal
    price: Decimal

    def __post_init__(self) -> None:
        _check_amounts(self, ("quantity", "price"))


@dataclass(frozen=True, slots=True)
class Stage:
    """From `starts` on, this share of the traffic is on the candidate."""

    starts: Since
    share: Decimal

    def __post_init__(self) -> None:
        _check_share("share", self.share)


@dataclass(frozen=True, slots=True)
class Ramp:
    """The stages in order of their starts, all of them `delay` months later than they say; before them: nothing."""

    stages: tuple[Stage, ...]
    delay: Decimal = NOTHING

    def __post_init__(self) -> None:
        _check_amounts(self, ("delay",))
        if not self.stages:
            raise TermsError("stages", "missing")


AT_ONCE = Ramp((Stage(NOTHING, ONE),))
# A month each at a tenth and at half of the traffic, then all of it.
GRADUAL = Ramp((Stage(NOTHING, Decimal("0.1")), Stage(ONE, Decimal("0.5")), Stage(Decimal(2), ONE)))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Minimum commitments and idle infrastructure, in US dollars a month, while both providers run.

    That is for so many months from the first stage on; None: while the traffic is split.
    """

    monthly: Decimal = NOTHING
    months: Decimal | None = None

    def __post_init__(self) -> None:
        _check_amounts(self, ("monthly", "months") if self.months is not None else ("monthly",))


@dataclass(frozen=True, slots=True)
class Reserve:
    """What a rollback is expected to cost: its probability × its cost in US dollars, set aside before month 1."""

    probability: Decimal = NOTHING
    cost: Decimal = NOTHING

    def __post_init__(self) -> None:
        _check_share("probability", self.probability)
        _check_amounts(self, ("cost",))


@dataclass(frozen=True, slots=True)
class PriceChange:
    """From a moment on every price of one side is `factor` times what it was (1.1: ten percent more).

    Several changes multiply. `move` is the position of the one workload it concerns; None: all of them.
    """

    side: SideName
    starts: Since
    factor: Decimal
    move: int | None = None

    def __post_init__(self) -> None:
        _check_amounts(self, ("factor",))


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The day on which a model in use ends, and the model that takes over, if one is named."""

    model: str
    day: dt.date
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything about a return that is not tokens. `cold_cache_share`: the share of cache reads that miss, at
    either provider, while traffic is split; `annual_discount_rate`: 0.1 is ten percent a year.
    """

    horizon_months: int = 12
    annual_discount_rate: Decimal = NOTHING
    people: People = field(default_factory=People)
    running: tuple[Running, ...] = ()
    one_off: tuple[OneOff, ...] = ()
    ramp: Ramp = GRADUAL
    overlap: Overlap = field(default_factory=Overlap)
    cold_cache_share: Decimal = NOTHING
    reserve: Reserve = field(default_factory=Reserve)
    changes: tuple[PriceChange, ...] = ()
    shutdowns: tuple[Shutdown, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.horizon_months <= LONGEST:
            raise TermsError("horizon_months", "horizon_out_of_range")
        _check_share("cold_cache_share", self.cold_cache_share)
        if not (self.annual_discount_rate.is_finite() and self.annual_discount_rate > -1):
            raise TermsError("annual_discount_rate", "rate_too_low")

    @property
    def ends_on(self) -> dt.date | None:
        """The first day on which a model in use is gone and nothing takes over."""
        return min((shutdown.day for shutdown in self.shutdowns if not shutdown.successor), default=None)
