"""What a plan is: its name, the move, what was forecast, its days. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from migrations_app.rules.commands import Guarded, Line, Name, Text
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.workdays import EARLIEST, LATEST

Day = Annotated[dt.date, Field(ge=EARLIEST, le=LATEST)]
Money = Annotated[Decimal, Field(max_digits=18, decimal_places=2, description="USD.")]
Count = Annotated[int, Field(ge=0, le=10**15)]


class Forecast(BaseModel):
    """What a scenario said when the plan was made; None where it could not say. A month is the scenario's own.

    `days_month` is how many days that month has; 365/12 where it is absent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    baseline_month: Money | None = None
    candidate_month: Money | None = None
    requests_month: Count | None = None
    tokens_request: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=3)] | None = None
    days_month: Annotated[Decimal, Field(ge=1, le=366, decimal_places=6)] | None = None

    @property
    def saving_month(self) -> Decimal | None:
        """USD a month, at full traffic on the target."""
        if self.baseline_month is None or self.candidate_month is None:
            return None
        return self.baseline_month - self.candidate_month

    @property
    def requests_day(self) -> Decimal | None:
        """Requests a day."""
        return None if self.requests_month is None else Decimal(self.requests_month) / self._days

    @property
    def saving_hour(self) -> Decimal | None:
        """USD an hour, at full traffic on the target."""
        month = self.saving_month
        return None if month is None else month / self._days / 24

    @property
    def _days(self) -> Decimal:
        return self.days_month or Decimal(365) / 12

    def cost_per_thousand(self, side: Literal["baseline", "candidate"]) -> Decimal | None:
        """USD for 1,000 requests."""
        month = self.baseline_month if side == "baseline" else self.candidate_month
        return month * 1000 / self.requests_month if month is not None and self.requests_month else None


@dataclass(frozen=True, slots=True)
class About:
    """`baseline` and `candidate` are names (`openai/gpt-4.1`), "" for a rotation of keys alone.

    `scenario` is the scenario's public id and revision, "" without one; `template` the playbook's key.
    """

    name: str
    note: str = ""
    baseline: str = ""
    candidate: str = ""
    scenario: str = ""
    template: str = ""
    start_on: dt.date | None = None
    made_at: dt.datetime | None = None
    made_by: str = ""
    archived: bool = False
    # How much of what has happened is what a file said, in the order of its events.
    imported: int = 0
    forecast: Forecast = field(default_factory=Forecast)


class Rename(Guarded):
    """Another name or note."""

    command: Literal["rename"]
    name: Name
    note: Text = ""


class Archive(Guarded):
    """Put the plan away."""

    command: Literal["archive"]
    reason: Line = ""


class Restore(Guarded):
    """Take it out again."""

    command: Literal["restore"]


class Made(BaseModel):
    """What `plan.made` may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    note: Text = ""
    baseline: Line = ""
    candidate: Line = ""
    scenario: Annotated[str, Field(max_length=24, pattern=r"^([A-Za-z0-9]{1,12}\.[0-9]{1,9})?$")] = ""
    template: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    start_on: Day | None = None
    forecast: Forecast = Field(default_factory=Forecast)


def rename(_now: About, command: Rename, moment: Moment) -> Happening:
    """Decide on another name."""
    return moment.happening("plan.renamed", name=command.name, note=command.note)


def archive(now: About, command: Archive, moment: Moment) -> Happening:
    """Decide to put it away. Raises Refused."""
    if now.archived:
        raise Refused("archived")
    return moment.happening("plan.archived", reason=command.reason)


def restore(now: About, _command: Restore, moment: Moment) -> Happening:
    """Decide to take it out. Raises Refused."""
    if not now.archived:
        raise Refused("not-archived")
    return moment.happening("plan.restored")


def made(told: Happening) -> About:
    """The plan at its beginning."""
    data: Mapping[str, Any] = told.data
    return About(
        name=data["name"],
        note=data.get("note", ""),
        baseline=data.get("baseline", ""),
        candidate=data.get("candidate", ""),
        scenario=data.get("scenario", ""),
        template=data.get("template", ""),
        start_on=dt.date.fromisoformat(data["start_on"]) if data.get("start_on") else None,
        made_at=told.at,
        made_by=told.who,
        forecast=Forecast.model_validate(data.get("forecast") or {}),
    )


def evolved(now: About, told: Happening) -> About:
    """The plan after what has happened."""
    if told.kind == "plan.renamed":
        return replace(now, name=str(told.data["name"]), note=str(told.data["note"]))
    if told.kind == "plan.imported":
        return replace(now, imported=int(told.data["events"]))
    if told.kind == "plan.rescheduled":
        return replace(now, start_on=dt.date.fromisoformat(told.data["start_on"]))
    return replace(now, archived={"plan.archived": True, "plan.restored": False}[told.kind])
