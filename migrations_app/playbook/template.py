"""What a template of a plan is: steps by working days, and the canary's stages. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from migrations_app.rules.canary_commands import MOST_STAGES, Stage
from migrations_app.rules.commands import Id, Name, Text
from migrations_app.rules.happening import Refused
from migrations_app.rules.rollout import check_ladder
from migrations_app.rules.stepping import MOST_STEPS, Automatic
from migrations_app.rules.steps import Phase
from migrations_app.rules.workdays import WorkDays

LAST_DAY: Final = 500
# Of a template as a file: bytes, and what it begins with.
LARGEST: Final = 512 * 1024
FORMAT: Final = "costcalc template 1"


class TemplateStep(BaseModel):
    """One step. `day` is the working day after the plan's first on which it is due; None for no date."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Id
    phase: Phase
    title: Name
    details: Text = ""
    day: Annotated[int, Field(ge=0, le=LAST_DAY)] | None = None
    automatic: Automatic = ""
    after: Annotated[tuple[Id, ...], Field(max_length=MOST_STEPS)] = ()


class Template(BaseModel):
    """What to do in one kind of move. Without stages the canary's own default holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    note: Text = ""
    steps: Annotated[tuple[TemplateStep, ...], Field(min_length=1, max_length=MOST_STEPS)]
    stages: Annotated[tuple[Stage, ...], Field(max_length=MOST_STAGES)] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Template:
        """Raises ValueError for keys that are there twice, and steps that come after none or later ones."""
        known: set[str] = set()
        for step in self.steps:
            if step.key in known:
                raise ValueError(f"The key {step.key} is there twice.")
            unknown = [one for one in step.after if one not in known]
            if unknown:
                raise ValueError(f"{step.key} comes after {unknown[0]}, which does not stand before it.")
            known.add(step.key)
        try:
            if self.stages:
                check_ladder(self.stages)
        except Refused:
            raise ValueError("The stages rise, each above the one before, up to 100 %.") from None
        return self

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that it has steps in."""
        found = {step.phase for step in self.steps}
        return tuple(phase for phase in Phase if phase in found)

    def steps_from(self, start: dt.date, off: frozenset[dt.date] = frozenset()) -> list[dict[str, Any]]:
        """The steps as `steps.added` has them, the first of them being `s1`, with dates."""
        days, ids = WorkDays(off), {step.key: f"s{number}" for number, step in enumerate(self.steps, 1)}
        return [_step(step, ids, start, days) for step in self.steps]


def _step(step: TemplateStep, ids: Mapping[str, str], start: dt.date, days: WorkDays) -> dict[str, Any]:
    said = step.model_dump(mode="json", include={"phase", "title", "details", "day", "automatic"})
    due = days.nth(start, step.day).isoformat() if step.day is not None else ""
    return {**said, "due": due, "after": [ids[one] for one in step.after]}
