"""Doing a happening again: its command, made of what it says. Pure.

What a document says is decided anew by the very rules that decided on it, so that nothing gets in by a file that would
not have got in by a form. A part that adds a kind adds how it is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from migrations_app.rules import about, canary_commands, key_commands, phases, readings, review, safety, stepping
from migrations_app.rules.about import Day
from migrations_app.rules.commands import Command, Id, Line, Name, Text
from migrations_app.rules.deciding import decided, following
from migrations_app.rules.happening import ITSELF, Happening, Moment, Refused
from migrations_app.rules.state import State
from migrations_app.rules.steps import MOVED, Doing, EvidenceKind, Phase
from migrations_app.rules.timely import due

Data = Mapping[str, Any]
Again = Callable[[State, Happening], list[Happening]]
WorkingDay = Annotated[int, Field(ge=0, le=1000)]


class Change(BaseModel):
    """What `steps.changed` may say of a step."""

    model_config = ConfigDict(extra="forbid")

    phase: Phase | None = None
    title: Name | None = None
    details: Text | None = None
    owner: stepping.Owner | None = None
    due: Day | Literal[""] | None = None
    day: WorkingDay | None = None
    after: tuple[Id, ...] | None = None


class File(BaseModel):
    """What `steps.shown` may say of a file: its contents are not in a document."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    kind: Literal[EvidenceKind.FILE]
    text: Line
    file: Id
    size: Annotated[int, Field(ge=0, le=10**9)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    url: Literal[""] = ""
    number: None = None
    unit: Literal[""] = ""


class Taken(BaseModel):
    """What `plan.imported` may say."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[int, Field(ge=1, le=10**6)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def again(state: State, told: Happening) -> list[Happening]:
    """What happens when this is done again on the state before it.

    Raises Refused; or KeyError, TypeError, ValueError for data that no command has.
    """
    if told.kind not in AGAIN:
        raise Refused("file-event-unknown")
    return AGAIN[told.kind](state, told)


def _command(kind: type[Command], **names: str) -> Again:
    """Decided by a command whose fields the data has, some under other names."""

    def redone(state: State, told: Happening) -> list[Happening]:
        (name,) = get_args(kind.model_fields["command"].annotation)
        said = {**told.data, **{field: told.data[other] for field, other in names.items()}}
        said = {**said, "command": name, "revision": state.revision}
        command = kind.model_validate({field: value for field, value in said.items() if field in kind.model_fields})
        return decided(state, command, _moment(told))

    return redone


def _moment(told: Happening) -> Moment:
    return Moment(told.at, told.who)


def _as_said(state: State, told: Happening) -> list[Happening]:
    """The happening itself, once it was checked, and what follows from it."""
    return [told, *following(state, [told], _moment(told))]


def _moved(to: Doing) -> Again:
    def redone(state: State, told: Happening) -> list[Happening]:
        if told.who == ITSELF:
            return _by_itself(state, told)
        said = {"command": "move_steps", "revision": state.revision, "steps": list(told.data["ids"]), "to": to}
        command = stepping.MoveSteps.model_validate({**said, "reason": told.data["reason"]})
        return decided(state, command, _moment(told))

    return redone


def _by_itself(state: State, told: Happening) -> list[Happening]:
    """Steps that were ticked as time went by."""
    found = due(state, _moment(told))
    if not found:
        raise Refused("file-event-differs")
    return found


def _added(state: State, told: Happening) -> list[Happening]:
    given = [{name: value for name, value in one.items() if name != "id"} for one in told.data["steps"]]
    for one in given:
        bare = {name: value for name, value in one.items() if name != "day"}
        stepping.AddStep.model_validate({"command": "add_step", "revision": 1, **bare})
        Change(day=one.get("day"))
    first = stepping.added(state.steps, given, _moment(told))
    return [first, *following(state, [first], _moment(told))]


def _changed(state: State, told: Happening) -> list[Happening]:
    for step_id, change in told.data["changes"].items():
        stepping.there(state.steps, step_id)
        for one in Change.model_validate(change).after or ():
            stepping.there(state.steps, one)
    return _as_said(state, told)


def _shown(state: State, told: Happening) -> list[Happening]:
    evidence = dict(told.data["evidence"])
    if evidence["kind"] == EvidenceKind.FILE:
        File.model_validate(evidence)
    else:
        said = {name: value for name, value in evidence.items() if name != "id"}
        command = {"command": "show_step", "revision": 1, "step": told.data["id"], **said}
        stepping.ShowStep.model_validate(command)
    first = stepping.shown(
        state.steps, told.data["id"], {name: value for name, value in evidence.items() if name != "id"}, _moment(told)
    )
    return [first, *following(state, [first], _moment(told))]


def _rescheduled(state: State, told: Happening) -> list[Happening]:
    stepping.Reschedule.model_validate({"command": "reschedule", "revision": 1, **told.data})
    return _as_said(state, told)


def _tested(state: State, told: Happening) -> list[Happening]:
    return decided(state, key_commands.Tried.model_validate(dict(told.data)), _moment(told))


def _imported(state: State, told: Happening) -> list[Happening]:
    Taken.model_validate(told.data)
    return _as_said(state, told)


AGAIN: Final[Mapping[str, Again]] = {
    "plan.archived": _command(about.Archive),
    "plan.imported": _imported,
    "plan.renamed": _command(about.Rename),
    "plan.rescheduled": _rescheduled,
    "plan.restored": _command(about.Restore),
    "canary.held": _command(canary_commands.Hold),
    "canary.paused": _command(canary_commands.Pause),
    "canary.planned": _command(canary_commands.PlanStages),
    "canary.promoted": _command(canary_commands.Promote),
    "canary.rehearsed": _command(canary_commands.Rehearse),
    "canary.resumed": _command(canary_commands.Resume),
    "canary.rolled_back": _command(canary_commands.RollBack),
    "canary.skipped": _command(canary_commands.Skip),
    "canary.started": _command(canary_commands.Start),
    "key.added": _command(key_commands.AddKey),
    "key.created": _command(key_commands.CreateKey),
    "key.described": _command(key_commands.DescribeKey),
    "key.dropped": _command(key_commands.DropKey),
    "key.finished": _command(key_commands.FinishKey),
    "key.kept": _command(key_commands.KeepKey),
    "key.leaked": _command(key_commands.LeakedKey),
    "key.reinstated": _command(key_commands.ReinstateKey),
    "key.revoked": _command(key_commands.RevokeKey),
    "key.set": _command(key_commands.SetKey),
    "key.tested": _tested,
    "key.used": _command(key_commands.KeyUsed),
    "key.window": _command(key_commands.RollbackWindow),
    "phases.reopened": _command(phases.ReopenPhase),
    "phases.signed_off": _command(phases.SignOff),
    "readings.limited": _command(readings.SetLimits),
    "readings.taken": _command(readings.TakeReading),
    "review.concluded": _command(review.ReviewConclude),
    "review.dated": _command(review.ReviewDate),
    "review.measured": _command(review.ReviewFigures),
    "review.reopened": _command(review.ReviewReopen),
    "safety.stated": _command(safety.Vouch),
    "safety.tested": _command(safety.RecordTest),
    "steps.added": _added,
    "steps.changed": _changed,
    "steps.commented": _command(stepping.CommentStep, step="id"),
    "steps.removed": _command(stepping.RemoveSteps, steps="ids"),
    "steps.shown": _shown,
    "steps.withdrawn": _command(stepping.WithdrawEvidence, step="id"),
    **{kind: _moved(to) for to, kind in MOVED.items()},
}
