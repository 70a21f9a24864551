"""What people may do to steps, and why not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from costcalc.digits import canonical
from migrations_app.rules.about import Day
from migrations_app.rules.commands import Command, Guarded, Id, Line, Name, Reason, Text
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.steps import MOVED, Doing, EvidenceKind, Phase, Step, Steps
from migrations_app.rules.workdays import MOST_OFF, WorkDays

MOST_STEPS: Final = 200
MOST_COMMENTS: Final = 200
MOST_EVIDENCE: Final = 50
LARGEST_FILE: Final = 10 * 1024 * 1024
_SHARE: Final = r"(?:stage-started|stage-held|gate-passed):[0-9]{1,3}(?:\.[0-9]{1,2})?"
_KEYS: Final = "key-created|key-set|key-tested|key-finished|key-revoked"
_EVENTS: Final = rf"{_KEYS}|canary-started|cut-over|drill-done|rolled-back"


def _if_any(said: Any) -> Any:
    """A form's empty field is no value."""
    return None if said == "" else said


def _listed(said: Any) -> Any:
    """A form's field has ids in one text."""
    return said.replace(",", " ").split() if isinstance(said, str) else said


def _one_spelling(automatic: str) -> str:
    """A stage's share as stages have it: `stage-held:10`, and not `stage-held:010.0`, which no stage is called."""
    what, colon, share = automatic.partition(":")
    return f"{what}:{canonical(Decimal(share))}" if colon else automatic


def _web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("An address begins with https:// or http://.")
    return url


Due = Annotated[Day | None, BeforeValidator(_if_any)]
Owner = Annotated[str, Field(max_length=12, description="A member's id; empty for nobody.")]
Automatic = Annotated[
    str,
    Field(pattern=rf"^(?:|{_EVENTS}|{_SHARE})$", description="What ticks it by itself."),
    AfterValidator(_one_spelling),
]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_listed), Field(max_length=MOST_STEPS)]
SomeIds = Annotated[tuple[Id, ...], BeforeValidator(_listed), Field(min_length=1, max_length=MOST_STEPS)]
Url = Annotated[Line, AfterValidator(_web)]
Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=24, decimal_places=9)]


class AddStep(Guarded):
    """One more step."""

    command: Literal["add_step"]
    phase: Phase
    title: Name
    details: Text = ""
    owner: Owner = ""
    due: Due = None
    automatic: Automatic = ""
    after: Ids = ()


class EditStep(Guarded):
    """What a step says, all of it anew."""

    command: Literal["edit_step"]
    step: Id
    phase: Phase
    title: Name
    details: Text = ""
    owner: Owner = ""
    due: Due = None
    after: Ids = ()


class SetSteps(Guarded):
    """The same for several steps at once; what is absent stays as it is."""

    command: Literal["set_steps"]
    steps: SomeIds
    owner: Owner | None = None
    due: Due = None
    days: Annotated[int, Field(ge=-366, le=366, description="Working days later (or earlier) than now.")] | None = None
    phase: Phase | None = None

    @model_validator(mode="after")
    def _one_way_of_dating(self) -> SetSteps:
        if self.due is not None and self.days is not None:
            raise ValueError("Give a day, or by how many days it moves: not both.")
        return self


class MoveSteps(Guarded):
    """Begin, block, settle or reopen steps."""

    command: Literal["move_steps"]
    steps: SomeIds
    to: Doing
    reason: Line = ""


class RemoveSteps(Guarded):
    """Take steps out of the plan; the log keeps that they were there."""

    command: Literal["remove_steps"]
    steps: SomeIds
    reason: Reason


class CommentStep(Command):
    """Say something about a step."""

    command: Literal["comment_step"]
    step: Id
    text: Annotated[Text, Field(min_length=1)]


class ShowStep(Command):
    """Evidence of a step: a link, a note, or a number. (Files have an address of their own.)"""

    command: Literal["show_step"]
    step: Id
    kind: Literal[EvidenceKind.LINK, EvidenceKind.NOTE, EvidenceKind.NUMBER]
    text: Annotated[Text, Field(min_length=1, description="The note, or what the link or the number is called.")]
    url: Url | Literal[""] = ""
    number: Annotated[Number | None, BeforeValidator(_if_any)] = None
    unit: Annotated[Line, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _whole(self) -> ShowStep:
        if self.kind is EvidenceKind.LINK and not self.url:
            raise ValueError("A link needs its address.")
        if self.kind is EvidenceKind.NUMBER and self.number is None:
            raise ValueError("A number is missing.")
        return self


class ShowFile(Command):
    """A file as evidence, whose bytes are stored with it: made by the product, and never sent."""

    command: Literal["show_file"]
    step: Id
    text: Name
    file: Id
    size: Annotated[int, Field(ge=1, le=LARGEST_FILE)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class WithdrawEvidence(Guarded):
    """Evidence that was wrong."""

    command: Literal["withdraw_evidence"]
    step: Id
    evidence: Id
    reason: Reason


class Reschedule(Guarded):
    """Another start day: what is open and has a place among the working days moves along."""

    command: Literal["reschedule"]
    start_on: Day
    days_off: Annotated[tuple[Day, ...], BeforeValidator(_listed), Field(max_length=MOST_OFF)] = ()


def add(now: Steps, command: AddStep, moment: Moment) -> Happening:
    """Decide on one more. Raises Refused."""
    return added(now, [command.model_dump(mode="json", exclude={"command", "revision"})], moment)


def added(now: Steps, said: list[dict[str, Any]], moment: Moment) -> Happening:
    """Steps with their ids; `after` names ids. Raises Refused where they are too many, or name what is not there."""
    if len(now.each) + len(said) > MOST_STEPS:
        raise Refused("too-many-steps", most=MOST_STEPS)
    new = [{"id": f"s{number}", **one, "due": one.get("due") or ""} for number, one in enumerate(said, now.added + 1)]
    known = {step.id for step in now.each} | {one["id"] for one in new}
    _refuse_unknown([one for each in new for one in each.get("after", ())], known)
    return moment.happening("steps.added", steps=new)


def edit(now: Steps, command: EditStep, moment: Moment) -> Happening:
    """Decide on what a step says. Raises Refused."""
    step = there(now, command.step)
    _refuse_unknown(command.after, {each.id for each in now.each})
    _refuse_circles({each.id: each.after for each in now.each} | {step.id: command.after}, step.id)
    said = command.model_dump(mode="json", exclude={"command", "revision", "step"})
    # A day that somebody has set is theirs: another start of the plan does not move it.
    by_hand = {} if command.due == step.due else {"day": None}
    return moment.happening("steps.changed", changes={step.id: {**said, "due": said["due"] or "", **by_hand}})


def assign(now: Steps, command: SetSteps, moment: Moment) -> Happening:
    """Decide on the same for several. Raises Refused."""
    changes = {step.id: _set(step, command) for step in _all(now, command.steps)}
    if not any(changes.values()):
        raise Refused("nothing-to-change")
    return moment.happening("steps.changed", changes={each: change for each, change in changes.items() if change})


def _set(step: Step, command: SetSteps) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if command.owner is not None:
        found["owner"] = command.owner
    if command.phase is not None:
        found["phase"] = command.phase
    if command.due is not None:
        found |= {"due": command.due.isoformat(), "day": None}
    elif command.days and step.due is not None:
        found |= {"due": WorkDays().moved(step.due, command.days).isoformat(), "day": None}
    return found


def move(now: Steps, command: MoveSteps, moment: Moment) -> Happening:
    """Decide where steps stand. Raises Refused with the first that may not."""
    steps = _all(now, command.steps)
    together = frozenset(command.steps if command.to is Doing.DONE else ())
    for step in steps:
        _check_move(now, step, command, together)
    return moment.happening(MOVED[command.to], ids=[step.id for step in steps], reason=command.reason)


def _check_move(now: Steps, step: Step, command: MoveSteps, together: Collection[str]) -> None:
    if step.doing is command.to:
        raise Refused("step-stands-there", title=step.title)
    if command.to in {Doing.BLOCKED, Doing.SKIPPED} and not command.reason:
        raise Refused("step-needs-reason", title=step.title)
    if command.to is Doing.DONE and step.automatic and not command.reason:
        raise Refused("step-ticks-itself", title=step.title)
    waits = now.waits_for(step, together) if command.to in {Doing.DOING, Doing.DONE} else ()
    if waits:
        raise Refused("step-waits", title=step.title, titles=[one.title for one in waits])


def remove(now: Steps, command: RemoveSteps, moment: Moment) -> Happening:
    """Decide to take them out. Raises Refused."""
    steps = _all(now, command.steps)
    titles = {step.id: step.title for step in steps}
    return moment.happening("steps.removed", ids=list(titles), titles=titles, reason=command.reason)


def comment(now: Steps, command: CommentStep, moment: Moment) -> Happening:
    """Decide to keep what was said. Raises Refused."""
    step = there(now, command.step)
    if len(step.comments) >= MOST_COMMENTS:
        raise Refused("too-many-comments", most=MOST_COMMENTS)
    return moment.happening("steps.commented", id=step.id, text=command.text)


def show(now: Steps, command: ShowStep, moment: Moment) -> Happening:
    """Decide to keep evidence. Raises Refused."""
    said = command.model_dump(mode="json", include={"kind", "text", "url", "number", "unit"})
    return shown(now, command.step, said, moment)


def show_file(now: Steps, command: ShowFile, moment: Moment) -> Happening:
    """Decide to keep a file. Raises Refused."""
    said = command.model_dump(mode="json", include={"text", "file", "size", "sha256"})
    return shown(now, command.step, {"kind": EvidenceKind.FILE, **said}, moment)


def shown(now: Steps, step_id: str, said: Mapping[str, Any], moment: Moment) -> Happening:
    """Evidence with its id. Raises Refused."""
    step = there(now, step_id)
    if len(step.evidence) >= MOST_EVIDENCE:
        raise Refused("too-much-evidence", most=MOST_EVIDENCE)
    return moment.happening("steps.shown", id=step.id, evidence={"id": f"e{now.shown + 1}", **said})


def withdraw(now: Steps, command: WithdrawEvidence, moment: Moment) -> Happening:
    """Decide that evidence shows nothing. Raises Refused."""
    step = there(now, command.step)
    if command.evidence not in {one.id for one in step.evidence}:
        raise Refused("no-evidence")
    return moment.happening("steps.withdrawn", id=step.id, evidence=command.evidence, reason=command.reason)


def reschedule(now: Steps, command: Reschedule, moment: Moment) -> list[Happening]:
    """Decide on another start day."""
    days = WorkDays(frozenset(command.days_off))
    placed = ((step, step.day) for step in now.each if not step.settled)
    dues = {step.id: {"due": days.nth(command.start_on, day).isoformat()} for step, day in placed if day is not None}
    begun = moment.happening("plan.rescheduled", start_on=command.start_on.isoformat())
    return [begun, moment.happening("steps.changed", changes=dues)] if dues else [begun]


def there(now: Steps, step_id: str) -> Step:
    """The step. Raises Refused where there is none."""
    step = now.found(step_id)
    if step is None:
        raise Refused("no-step", id=step_id)
    return step


def _all(now: Steps, ids: tuple[str, ...]) -> list[Step]:
    return [there(now, one) for one in dict.fromkeys(ids)]


def _refuse_unknown(ids: Collection[str], known: Collection[str]) -> None:
    for one in ids:
        if one not in known:
            raise Refused("no-step", id=one)


def _refuse_circles(after: Mapping[str, tuple[str, ...]], begin: str) -> None:
    """Raises Refused where `begin` comes after itself."""
    seen: set[str] = set()
    ahead = list(after[begin])
    while ahead:
        one = ahead.pop()
        if one == begin:
            raise Refused("steps-in-a-circle")
        if one not in seen:
            seen.add(one)
            ahead += after.get(one, ())
