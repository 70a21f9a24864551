"""What people tell the canary to do, as the API takes it and pages send it. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from migrations_app.rules.commands import BOTH_WAYS, Command, Guarded, Line, Reason, Remark

NONE: Final = Decimal(0)
MOST_STAGES: Final = 10
# Hours: ninety days.
MOST_HOLD: Final = 24 * 90
Percent = Annotated[Decimal, Field(gt=0, le=100, decimal_places=2, max_digits=5)]
Back = Annotated[Decimal, Field(ge=0, lt=100, decimal_places=2, max_digits=5)]


class Stage(BaseModel):
    """One share of the traffic: `percent` of it, for `hold_hours` at least and until `sample` requests were seen."""

    model_config = BOTH_WAYS

    percent: Percent
    hold_hours: Annotated[int, Field(ge=0, le=MOST_HOLD)] = 24
    sample: Annotated[int, Field(ge=0, le=10**10, description="Requests on the target, at least.")] = 0
    automatic: bool = Field(False, description="Promoted by itself once its time, sample and limits allow it.")
    watch: Line = ""


class Move(Guarded):
    """What leads to a share that the canary knows: a caller may say which one it expects."""

    percent: Annotated[
        Decimal | None,
        Field(
            ge=0,
            le=100,
            decimal_places=2,
            max_digits=5,
            description="The share on the target that this leads to; refused where it would be another.",
        ),
    ] = None


class Remarked(Move):
    """One that may be given without a reason."""

    reason: Remark = ""


class PlanStages(Guarded):
    """Other stages; those that were entered already stay as they are."""

    command: Literal["plan_stages"]
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=MOST_STAGES)]


class Start(Remarked):
    """Begin with the first stage; also after everything was rolled back."""

    command: Literal["start"]


class Promote(Remarked):
    """On to the next stage, since this one is passed; from the last one, the canary is finished."""

    command: Literal["promote"]


class Skip(Move):
    """On to the next stage although this one is not passed, for a reason."""

    command: Literal["skip"]
    reason: Reason


class Hold(Remarked):
    """Stay at this stage until somebody resumes."""

    command: Literal["hold"]


class Pause(Remarked):
    """Stay, and let the time not count."""

    command: Literal["pause"]


class Resume(Remarked):
    """Go on after a hold, a pause, or a roll-back to an earlier stage."""

    command: Literal["resume"]


class RollBack(Command):
    """Back to an earlier stage's share, or 0 %: at once, whoever was quicker with something else meanwhile."""

    command: Literal["roll_back"]
    percent: Back = NONE
    reason: Reason


class Rehearse(Guarded):
    """The same as a drill: it leaves the same evidence, and no traffic moves."""

    command: Literal["rehearse"]
    percent: Back = NONE
    reason: Reason
