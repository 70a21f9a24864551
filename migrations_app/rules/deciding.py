"""What a command does to a plan, or why it is refused; and what follows from it by itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import Field

from migrations_app.rules import (
    about,
    canary_commands,
    key_commands,
    overlap,
    phases,
    readings,
    review,
    rollout,
    safety,
    stepping,
)
from migrations_app.rules.commands import Command
from migrations_app.rules.following import consequences
from migrations_app.rules.gates import obstacles
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.state import State, evolved

AnyCommand = Annotated[
    canary_commands.Start
    | canary_commands.Promote
    | canary_commands.Skip
    | canary_commands.Hold
    | canary_commands.Pause
    | canary_commands.Resume
    | canary_commands.RollBack
    | canary_commands.Rehearse
    | canary_commands.PlanStages
    | readings.SetLimits
    | readings.TakeReading
    | safety.Vouch
    | about.Rename
    | about.Archive
    | about.Restore
    | review.ReviewConclude
    | review.ReviewDate
    | review.ReviewFigures
    | review.ReviewReopen
    | phases.SignOff
    | phases.ReopenPhase
    | stepping.AddStep
    | stepping.EditStep
    | stepping.SetSteps
    | stepping.MoveSteps
    | stepping.RemoveSteps
    | stepping.CommentStep
    | stepping.ShowStep
    | stepping.WithdrawEvidence
    | stepping.Reschedule
    | key_commands.AddKey
    | key_commands.CreateKey
    | key_commands.DescribeKey
    | key_commands.DropKey
    | key_commands.FinishKey
    | key_commands.KeepKey
    | key_commands.KeyUsed
    | key_commands.LeakedKey
    | key_commands.ReinstateKey
    | key_commands.RevokeKey
    | key_commands.RollbackWindow
    | key_commands.SetKey,
    Field(discriminator="command"),
]
Decide = Callable[[Any, Any, Moment], Happening | list[Happening]]


def decided(state: State, command: Command, moment: Moment) -> list[Happening]:
    """Everything that happens by this command, what follows from it included. Raises Refused."""
    moment = replace(moment, at=max(moment.at, state.last_at))
    if state.about.archived and not isinstance(command, UNGATED):
        raise Refused("archived")
    field, decide = DECIDE[type(command)]
    found = decide(state if not field else getattr(state, field), command, moment)
    told = [found] if isinstance(found, Happening) else list(found)
    return told + following(state, told, moment)


def following(state: State, told: list[Happening], moment: Moment) -> list[Happening]:
    """What the product does by itself after that."""
    queue, own = list(told), list[Happening]()
    # What follows may have consequences, too: the queue grows while it is gone through.
    for happening in queue:
        before, state = state, evolved(state, happening)
        found = [*consequences(before, state, happening, moment)]
        if happening.kind == "readings.taken":
            found += promoted(state, moment)
        queue += found
        own += found
    return own


def promoted(state: State, moment: Moment) -> list[Happening]:
    """The next stage, where the present one is automatic and passed."""
    now = state.rollout
    ready = now.standing is rollout.Standing.RUNNING and now.stage is not None and now.stage.automatic
    if not ready or obstacles(state, moment.at):
        return []
    return [Happening("canary.promoted", moment.at, data={"reason": ""})]


def promote(state: State, command: canary_commands.Promote, moment: Moment) -> Happening:
    """On to the next stage, if this one is passed. Raises Refused with everything that is missing."""
    told = rollout.promote(state.rollout, command, moment)
    missing = obstacles(state, moment.at)
    if missing:
        raise Refused("stage-not-passed", missing=[{"code": each.code, **each.parts} for each in missing])
    return told


def take_reading(state: State, command: readings.TakeReading, moment: Moment) -> Happening:
    """What was measured in the stage that holds. Raises Refused."""
    now = state.rollout
    holds = now.stage is not None and now.standing is not rollout.Standing.FINISHED
    return readings.take(command, moment, now.entry, holds=holds)


def roll_back(state: State, command: canary_commands.RollBack, moment: Moment) -> list[Happening]:
    """Back, with what was known of the way; nothing happens where it is so already. Raises Refused."""
    return [_evident(state, told) for told in rollout.roll_back(state.rollout, command, moment)]


def rehearse(state: State, command: canary_commands.Rehearse, moment: Moment) -> Happening:
    """A drill, with the same evidence. Raises Refused."""
    return _evident(state, rollout.rehearse(state.rollout, command, moment))


def _evident(state: State, told: Happening) -> Happening:
    ages = {need.value: age.value for need, age in state.safety.ages(told.at).items()}
    return replace(told, data={**told.data, "safety": ages, "weight": str(state.rollout.weight)})


def sign_off(state: State, command: phases.SignOff, moment: Moment) -> Happening:
    """A phase is finished, if it is. Raises Refused."""
    return phases.sign_off(state.phases, state.steps, state.rollout.standing, command, moment)


# Never gated by anything; and what takes a plan out of the archive.
UNGATED: Final = (canary_commands.RollBack, about.Restore, key_commands.LeakedKey)
# A command → the part of the state that decides ("" for the whole), and how.
DECIDE: Final[Mapping[type[Command], tuple[str, Decide]]] = {
    canary_commands.Start: ("rollout", rollout.start),
    canary_commands.Promote: ("", promote),
    canary_commands.Skip: ("rollout", rollout.skip),
    canary_commands.Hold: ("rollout", rollout.hold),
    canary_commands.Pause: ("rollout", rollout.pause),
    canary_commands.Resume: ("rollout", rollout.resume),
    canary_commands.RollBack: ("", roll_back),
    canary_commands.Rehearse: ("", rehearse),
    canary_commands.PlanStages: ("rollout", rollout.plan_stages),
    readings.SetLimits: ("readings", readings.set_limits),
    readings.TakeReading: ("", take_reading),
    safety.Vouch: ("safety", safety.vouch),
    safety.RecordTest: ("safety", safety.record_test),
    about.Rename: ("about", about.rename),
    about.Archive: ("about", about.archive),
    about.Restore: ("about", about.restore),
    review.ReviewConclude: ("review", review.conclude),
    review.ReviewDate: ("review", review.set_date),
    review.ReviewFigures: ("review", review.figures),
    review.ReviewReopen: ("review", review.reopen),
    phases.SignOff: ("", sign_off),
    phases.ReopenPhase: ("phases", phases.reopen),
    stepping.AddStep: ("steps", stepping.add),
    stepping.EditStep: ("steps", stepping.edit),
    stepping.SetSteps: ("steps", stepping.assign),
    stepping.MoveSteps: ("steps", stepping.move),
    stepping.RemoveSteps: ("steps", stepping.remove),
    stepping.CommentStep: ("steps", stepping.comment),
    stepping.ShowFile: ("steps", stepping.show_file),
    stepping.ShowStep: ("steps", stepping.show),
    stepping.WithdrawEvidence: ("steps", stepping.withdraw),
    stepping.Reschedule: ("steps", stepping.reschedule),
    key_commands.AddKey: ("keys", key_commands.add),
    key_commands.CreateKey: ("keys", key_commands.create),
    key_commands.DescribeKey: ("keys", key_commands.describe),
    key_commands.DropKey: ("keys", key_commands.drop),
    key_commands.FinishKey: ("", overlap.finish),
    key_commands.KeepKey: ("", overlap.keep),
    key_commands.KeyUsed: ("keys", key_commands.used),
    key_commands.LeakedKey: ("keys", key_commands.leaked),
    key_commands.ReinstateKey: ("keys", key_commands.reinstate),
    key_commands.RevokeKey: ("", overlap.revoke),
    key_commands.RollbackWindow: ("keys", key_commands.window),
    key_commands.SetKey: ("keys", key_commands.put),
    key_commands.Tried: ("keys", key_commands.tested),
}
