"""The review: what was so before the move, what was forecast, what came of it, and what was learnt. Pure.

The article's result table has five figures; people add their own. A change is (after − before) / before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from costcalc.digits import canonical
from migrations_app.rules.about import About, Day
from migrations_app.rules.commands import BOTH_WAYS, Guarded, Line, Reason, Text
from migrations_app.rules.happening import Happening, Moment, Refused

DAYS_AFTER: Final = 30
MOST: Final = 20


class Metric(StrEnum):
    """What the table compares; everything but one's own is better when it is less."""

    COST = "cost"
    LATENCY = "latency"
    ERRORS = "errors"
    DEBUGGING = "debugging"
    LINES = "lines"
    OWN = "own"


def _bounded(figure: Decimal) -> Decimal:
    """In one spelling, so that what was typed and what was stored are the same."""
    return Decimal(canonical(figure))


Value = Annotated[Decimal, Field(ge=-(10**13), le=10**13, max_digits=18, decimal_places=4), AfterValidator(_bounded)]


class Figure(BaseModel):
    """One line: USD a month (cost), ms (latency), % (errors), minutes an incident (debugging), lines; or one's own."""

    model_config = BOTH_WAYS

    metric: Metric
    name: Line = Field("", description="Of a metric of one's own.")
    unit: Annotated[Line, Field(max_length=30)] = ""
    better: Literal["lower", "higher"] = "lower"
    before: Value | None = None
    forecast: Value | None = None
    after: Value | None = None
    source: Line = Field("", description="How it was measured, over which time.")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if (self.metric is Metric.OWN) != bool(self.name):
            raise ValueError("a metric of your own has a name, and no other has")
        if self.metric is not Metric.OWN and (self.unit or self.better != "lower"):
            raise ValueError("only a metric of your own has a unit, and may be better when it is higher")
        if self.metric is not Metric.OWN and any(value is not None and value < 0 for value in self.values):
            raise ValueError("this cannot be less than 0")
        if self.metric is Metric.ERRORS and any(value is not None and value > 100 for value in self.values):
            raise ValueError("a rate is at most 100 %")
        return self

    @property
    def values(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Before, forecast, after."""
        return self.before, self.forecast, self.after

    @property
    def key(self) -> tuple[str, str]:
        """What there is one of in a table."""
        return self.metric, self.name.casefold()

    @property
    def change(self) -> Decimal | None:
        """As a share of what it was before; None where that is not known, or nothing."""
        if self.before is None or self.after is None or not self.before:
            return None
        return (self.after - self.before) / abs(self.before)

    @property
    def outcome(self) -> Literal["better", "worse", "same", "unknown"]:
        """After against before."""
        if self.before is None or self.after is None:
            return "unknown"
        if self.after == self.before:
            return "same"
        return "better" if (self.after < self.before) == (self.better == "lower") else "worse"

    @property
    def kept(self) -> bool | None:
        """Whether what was forecast came true, or something better; None where one of the two is not known."""
        if self.forecast is None or self.after is None:
            return None
        return self.after <= self.forecast if self.better == "lower" else self.after >= self.forecast


class Verdict(StrEnum):
    """What people say of the move as a whole."""

    WORTH_IT = "worth_it"
    PARTLY = "partly"
    NOT_WORTH_IT = "not_worth_it"


@dataclass(frozen=True, slots=True)
class Review:
    """What is known of the review. `figures` is None until somebody has written the table."""

    figures: tuple[Figure, ...] | None = None
    due_on: dt.date | None = None
    verdict: Verdict | None = None
    learnt: str = ""
    concluded_at: dt.datetime | None = None
    concluded_by: str = ""
    reopened: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many figures were compared, are better and worse; how many had a forecast, and kept it."""

    compared: int
    better: int
    worse: int
    foreseen: int
    kept: int


class ReviewFigures(Guarded):
    """The whole table, in place of what stands."""

    command: Literal["review_figures"]
    figures: Annotated[tuple[Figure, ...], Field(max_length=MOST)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [figure.key for figure in self.figures]
        if len(set(keys)) < len(keys):
            raise ValueError("each metric stands in the table once")
        return self


class ReviewConclude(Guarded):
    """The verdict, and what was learnt."""

    command: Literal["review_conclude"]
    verdict: Verdict
    learnt: Text = ""


class ReviewReopen(Guarded):
    """Take the verdict back, for a reason."""

    command: Literal["review_reopen"]
    reason: Reason


class ReviewDate(Guarded):
    """Another day than 30 days after the cut-over; null for that one again."""

    command: Literal["review_date"]
    due_on: Day | None = None


def figures(now: Review, command: ReviewFigures, moment: Moment) -> Happening:
    """Decide on the table. Raises Refused."""
    _must(now.concluded_at is None, "review-concluded")
    said = [figure.model_dump(mode="json", exclude_defaults=True) for figure in command.figures]
    return moment.happening("review.measured", figures=said)


def conclude(now: Review, command: ReviewConclude, moment: Moment) -> Happening:
    """Decide on the verdict. Raises Refused without anything that was compared."""
    _must(now.concluded_at is None, "review-concluded")
    _must(tally(now.figures or ()).compared > 0, "review-empty")
    return moment.happening("review.concluded", verdict=command.verdict.value, learnt=command.learnt)


def reopen(now: Review, command: ReviewReopen, moment: Moment) -> Happening:
    """Decide to take the verdict back. Raises Refused."""
    _must(now.concluded_at is not None, "review-open")
    return moment.happening("review.reopened", reason=command.reason)


def set_date(now: Review, command: ReviewDate, moment: Moment) -> Happening:
    """Decide on its day. Raises Refused."""
    _must(now.concluded_at is None, "review-concluded")
    return moment.happening("review.dated", due_on=command.due_on.isoformat() if command.due_on else None)


def _must(holds: bool, code: str) -> None:
    if not holds:
        raise Refused(code)


def evolved(now: Review, told: Happening) -> Review:
    """The review after what has happened; raises nothing for whatever was once decided."""
    return _EVOLVE[told.kind](now, told)


def _measured(now: Review, told: Happening) -> Review:
    return replace(now, figures=tuple(Figure.model_validate(each) for each in told.data["figures"]))


def _concluded(now: Review, told: Happening) -> Review:
    verdict, learnt = Verdict(told.data["verdict"]), str(told.data["learnt"])
    return replace(now, verdict=verdict, learnt=learnt, concluded_at=told.at, concluded_by=told.who, reopened="")


def _reopened(now: Review, told: Happening) -> Review:
    # The words stay where they are written on; the verdict is given anew.
    return replace(now, verdict=None, concluded_at=None, concluded_by="", reopened=str(told.data["reason"]))


def _dated(now: Review, told: Happening) -> Review:
    due = told.data["due_on"]
    return replace(now, due_on=dt.date.fromisoformat(due) if due else None)


_EVOLVE: Final[Mapping[str, Callable[[Review, Happening], Review]]] = {
    "review.measured": _measured,
    "review.concluded": _concluded,
    "review.reopened": _reopened,
    "review.dated": _dated,
}


def table(about: About, review: Review) -> tuple[Figure, ...]:
    """The table as it stands; before somebody has written it, the article's, with what the scenario foresees."""
    if review.figures is not None:
        return review.figures
    cost = {"before": about.forecast.baseline_month, "forecast": about.forecast.candidate_month}
    first = Figure.model_validate(
        {"metric": Metric.COST, **{k: v for k, v in cost.items() if v is not None and v >= 0}}
    )
    return first, *(Figure(metric=metric) for metric in Metric if metric not in (Metric.COST, Metric.OWN))


def tally(figures: Sequence[Figure]) -> Tally:
    """The table in numbers."""
    compared = [figure for figure in figures if figure.outcome != "unknown"]
    foreseen = [figure for figure in figures if figure.kept is not None]
    return Tally(
        compared=len(compared),
        better=sum(figure.outcome == "better" for figure in compared),
        worse=sum(figure.outcome == "worse" for figure in compared),
        foreseen=len(foreseen),
        kept=sum(figure.kept is True for figure in foreseen),
    )
