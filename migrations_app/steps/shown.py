"""Steps and phases as the API shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from migrations_app.rules.progress import Where, progress
from migrations_app.rules.state import State
from migrations_app.rules.steps import Doing, EvidenceKind, Phase, Step


class StepCommentOut(Schema):
    """Something said about a step."""

    text: str
    by: str
    at: dt.datetime


class EvidenceOut(Schema):
    """What shows that a step was done."""

    id: str
    kind: EvidenceKind
    text: str = Field(description="The note, or what the link, the number or the file is called.")
    url: str
    number: Decimal | None
    unit: str
    file: str = Field(description="A file's id.")
    size: int = Field(description="Bytes.")
    sha256: str
    by: str
    at: dt.datetime


class StepOut(Schema):
    """One step. People are named by their ids, the product itself by an empty one."""

    id: str
    phase: Phase
    title: str
    details: str
    owner: str
    due: dt.date | None
    late: bool
    automatic: str = Field(description="What ticks it by itself; empty where people do.")
    after: list[str] = Field(description="The steps that come before it.")
    state: Doing
    reason: str
    by: str
    at: dt.datetime | None
    evidence: list[EvidenceOut]
    comments: list[StepCommentOut]


class SignedOut(Schema):
    """A sign-off."""

    by: str
    at: dt.datetime
    note: str


class ReopenedOut(Schema):
    """Why a phase is no longer signed off; `because` is the kind of what happened, where the product reopened it."""

    by: str
    at: dt.datetime
    reason: str
    because: str


class PhaseOut(Schema):
    """How far a phase is."""

    phase: Phase
    where: Where
    settled: int
    total: int
    due: dt.date | None
    signed: SignedOut | None
    reopened: ReopenedOut | None


def steps_of(state: State, today: dt.date) -> list[dict[str, Any]]:
    """Every step."""
    return [step_of(step, today) for step in state.steps.each]


def step_of(step: Step, today: dt.date) -> dict[str, Any]:
    """One step."""
    said = asdict(step)
    return {**said, "state": said.pop("doing"), "late": step.late(today)}


def phases_of(state: State) -> list[dict[str, Any]]:
    """Every phase."""
    return [asdict(one) for one in progress(state)]
