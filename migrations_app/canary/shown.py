"""The canary as the API shows it: where it stands, its gates, what its stages can detect, and the way back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from migrations_app.rules import planning, verdicts
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.readings import Limit, Side
from migrations_app.rules.state import State


class GateOut(Schema):
    """A limit, and what it comes to in the stage that holds."""

    limit: Limit
    outcome: str = Field(description="pass, fail or not-yet.")
    why: str = Field(description="no-figures, no-comparison, sample or at-the-limit; empty where it is decided.")
    baseline: Decimal | None = Field(description="The old side's value; rates are in per cent.")
    candidate: Decimal | None
    statistical: bool = Field(description="Whether chance was reckoned with: rates with counts on both sides.")
    worse_by_low: float | None = Field(description="Percentage points; 95 % on its side, for one look.")
    worse_by_high: float | None
    needs: int | None = Field(description="About how many more requests on the target decide it.")


class StageReadingOut(Schema):
    """The figures of the stage that holds."""

    at: dt.datetime
    who: str
    source: str
    baseline: Side
    candidate: Side


class DetectsOut(Schema):
    """What one stage sees of one rate by its least hold. Rises are percentage points."""

    metric: str
    percent: Decimal
    base: float = Field(description="The base rate that is assumed, in per cent.")
    target_requests: int
    baseline_requests: int
    rise_one_look: float | None = Field(description="Fixed sample, one-sided 5 %, power 80 %.")
    rise_many_looks: float | None = Field(description="Asymptotic confidence sequence, 95 %, and the same power.")
    hours_to_limit: float | None = Field(description="Until the limit is seen, however often it is looked at.")
    sample_to_limit: int | None = Field(description="Requests on the target by then.")
    hours_to_limit_one_look: float | None
    sample_to_limit_one_look: int | None


class CanaryOut(Schema):
    """How the canary stands. `weight` is the percentage of traffic on the target now."""

    standing: str = Field(description="planned, running, held, paused, rolled_back or finished.")
    weight: Decimal
    stage: int | None = Field(description="The place of the stage that holds now, from 0; null where none does.")
    stages: list[Stage]
    entered_at: dt.datetime | None
    held_hours: Decimal
    hold_left_hours: Decimal
    reason: str
    can_roll_back_to: list[Decimal]
    drills: int
    requests_day: int | None = Field(description="What planning counts with, where somebody said it.")
    gates: list[GateOut]
    split_is_off: bool = Field(description="The requests are split otherwise than the stage says.")
    reading: StageReadingOut | None
    detects: list[DetectsOut]
    suggested_stages: list[Stage]


class NeedOut(Schema):
    """What a roll-back stands on, and how it was shown last."""

    need: str = Field(description="old_key, old_quota or old_code.")
    age: str = Field(description="missing, fresh, ageing, lapsed or broken.")
    tested: bool | None = Field(description="By a call with the key; else by a statement. Null where there is none.")
    at: dt.datetime | None
    words: str


def canary(state: State, now: dt.datetime) -> dict[str, Any]:
    """How the canary stands."""
    rollout, reading = state.rollout, state.readings.of(state.rollout.entry)
    found = verdicts.verdicts(state.readings, rollout, state.about.forecast) if rollout.stage else []
    return {
        "standing": rollout.standing,
        "weight": rollout.weight,
        "stage": rollout.place,
        "stages": rollout.stages,
        "entered_at": rollout.entered_at,
        "held_hours": hours(rollout.held_for(now)),
        "hold_left_hours": hours(rollout.hold_left(now)),
        "reason": rollout.reason,
        "can_roll_back_to": rollout.earlier(),
        "drills": rollout.drills,
        "requests_day": state.readings.requests_day,
        "gates": [_gate(verdict) for verdict in found],
        "split_is_off": verdicts.split_is_off(reading, rollout),
        "reading": reading if rollout.stage else None,
        "detects": [_detects(plan, sight) for plan in planning.plans(state) for sight in plan.sights],
        "suggested_stages": planning.suggestion(state),
    }


def hours(time: dt.timedelta) -> Decimal:
    """To the hundredth of an hour."""
    return Decimal(round(time.total_seconds() / 36)) / 100


def _gate(verdict: verdicts.Verdict) -> dict[str, Any]:
    sides = {side: getattr(verdict, side) for side in ("baseline", "candidate")}
    return {
        **{name: getattr(verdict, name) for name in ("limit", "outcome", "why", "statistical", "needs")},
        **{side: round(figure.value, 6) if figure else None for side, figure in sides.items()},
        "worse_by_low": verdict.low,
        "worse_by_high": verdict.high,
    }


def _detects(plan: planning.Planned, seen: tuple[Stage, planning.Sight]) -> dict[str, Any]:
    stage, sight = seen
    return {
        "metric": plan.metric,
        "percent": stage.percent,
        "base": plan.base * 100,
        "target_requests": round(sight.target),
        "baseline_requests": round(sight.baseline),
        "rise_one_look": None if sight.fixed is None else sight.fixed * 100,
        "rise_many_looks": None if sight.sequential is None else sight.sequential * 100,
        "hours_to_limit": sight.sequential_hours,
        "sample_to_limit": sight.sequential_sample,
        "hours_to_limit_one_look": sight.fixed_hours,
        "sample_to_limit_one_look": sight.fixed_sample,
    }


def way_back(state: State, now: dt.datetime) -> list[dict[str, Any]]:
    """What a roll-back stands on."""
    rows = [(need, age, state.safety.of(need)) for need, age in state.safety.ages(now).items()]
    return [
        {
            "need": need,
            "age": age,
            "tested": proof.tested if proof else None,
            "at": proof.at if proof else None,
            "words": proof.words if proof else "",
        }
        for need, age, proof in rows
    ]
