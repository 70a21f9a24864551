"""The canary as a plan's page shows it: where it stands, what is missing, what can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.formatting import formatter_for
from migrations_app.canary import metric_words, sampling
from migrations_app.mistake_words import field_mistakes
from migrations_app.refusal_words import in_words
from migrations_app.rules import acts, planning, verdicts
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.gates import obstacles
from migrations_app.rules.progress import before_the_canary
from migrations_app.rules.rollout import ALL, Rollout, Standing
from migrations_app.rules.state import State
from migrations_app.steps.words import PHASES, told_of

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Form:
    """One command as the page offers it: `opens` is its button, `does` what sends it; and what was typed before."""

    command: str
    opens: str
    does: str
    hint: str
    reasoned: bool
    needs_reason: bool
    primary: bool
    shares: list[tuple[str, str]]
    share: str
    reason: str
    mistakes: Mapping[str, str]

    @property
    def open(self) -> bool:
        """Whether what was typed here was refused."""
        return bool(self.mistakes)


def percentage(share: Decimal) -> str:
    """`50 %`, as the reader's language writes it."""
    return f"{formatter_for().number(share)}\u00a0%"


def canary(state: State, now: dt.datetime, more: Mapping[str, Any]) -> dict[str, Any]:
    """The section; `more` is what came of a command that could not be done."""
    rollout = state.rollout
    missing = [in_words(one) for one in obstacles(state, now)] if rollout.stage else []
    return {
        "weight": percentage(rollout.weight),
        "rest": percentage(ALL - rollout.weight),
        "width": str(rollout.weight),
        "marks": [str(stage.percent) for stage in rollout.stages[:-1]],
        "baseline": state.about.baseline or _("the old side"),
        "candidate": state.about.candidate or _("the target"),
        "standing": standing(rollout),
        "held": held(rollout, now),
        "reason": rollout.reason,
        "before": before(state),
        "missing": missing if rollout.standing is not Standing.FINISHED else [],
        "gates": gates(state),
        "read": read(state),
        "detects": sampling.detection(state),
        "stages": [stage_row(rollout, place) for place in range(len(rollout.stages))],
        "planned": rollout.standing is Standing.PLANNED,
        "ladder": stages_in_words(rollout.stages),
        "suggested": stages_in_words(planning.suggestion(state)),
        "watched": any(stage.watch for stage in rollout.stages),
        "drilled": drills_in_words(rollout.drills),
        "finished": rollout.standing is Standing.FINISHED,
        "forms": [form(one, state, more, passed=not missing) for one in acts.offered(rollout)],
    }


def standing(rollout: Rollout) -> str:
    """Where it stands, in words."""
    words = {
        Standing.PLANNED: _("The canary has not started."),
        Standing.RUNNING: _("Stage %(stage)s of %(stages)s is running."),
        Standing.HELD: _("Stage %(stage)s of %(stages)s is held."),
        Standing.PAUSED: _("Stage %(stage)s of %(stages)s is paused: its time does not count."),
        Standing.ROLLED_BACK: _("Everything was rolled back."),
        Standing.FINISHED: _("The canary is finished."),
    }
    return words[rollout.standing] % {"stage": (rollout.place or 0) + 1, "stages": len(rollout.stages)}


def before(state: State) -> str:
    """What is still to be done before a canary that has not started; "" where that is nothing."""
    if state.rollout.standing is not Standing.PLANNED:
        return ""
    open_phases = before_the_canary(state)
    words = ", ".join(f"{PHASES[one.phase]} ({told_of(one, state.rollout)})" for one in open_phases)
    return _("Still open before it: %(phases)s.") % {"phases": words} if words else ""


def held(rollout: Rollout, now: dt.datetime) -> str:
    """How long this stage has been held, of how long."""
    if not rollout.stage or rollout.standing is Standing.FINISHED:
        return ""
    hours = Decimal(rollout.held_for(now) // (HOUR / 10)) / 10
    return _("Held %(hours)s h of %(least)s h.") % {
        "hours": formatter_for().number(hours),
        "least": formatter_for().number(rollout.stage.hold_hours),
    }


def stage_row(rollout: Rollout, place: int) -> dict[str, Any]:
    """A stage as a row of the table."""
    stage = rollout.stages[place]
    return {
        "share": percentage(stage.percent),
        "hold": _("%(hours)s h") % {"hours": formatter_for().number(stage.hold_hours)},
        "sample": formatter_for().number(stage.sample) if stage.sample else _("none"),
        "by": _("by itself") if stage.automatic else _("by a person"),
        "watch": stage.watch,
        "here": rollout.place == place and rollout.standing is not Standing.FINISHED,
        "passed": rollout.standing is Standing.FINISHED or (rollout.place is not None and place < rollout.place),
    }


def gates(state: State) -> list[dict[str, Any]]:
    """The limits of the stage that holds, and what each comes to."""
    found = verdicts.verdicts(state.readings, state.rollout, state.about.forecast) if state.rollout.stage else []
    return [gate_row(verdict) for verdict in found]


def gate_row(verdict: verdicts.Verdict) -> dict[str, Any]:
    """A verdict as a row of the table."""
    metric = verdict.limit.metric
    return {
        "metric": metric_words.metric_name(metric),
        "baseline": metric_words.written(metric, verdict.baseline),
        "candidate": metric_words.written(metric, verdict.candidate),
        "limit": metric_words.limit_written(verdict.limit),
        "verdict": metric_words.verdict_written(verdict),
        "sure": metric_words.how_sure(verdict),
        "look": {"pass": "saves", "fail": "costs"}.get(verdict.outcome, "now" if verdict.needs else "muted"),
    }


def read(state: State) -> dict[str, Any] | None:
    """The reading of the stage that holds, in a sentence."""
    reading = state.readings.of(state.rollout.entry) if state.rollout.stage else None
    if reading is None:
        return None
    form = formatter_for()
    target, old = (form.number(side.requests or 0) for side in (reading.candidate, reading.baseline))
    said = _("%(target)s requests on the target, %(old)s on the old side.") % {"target": target, "old": old}
    return {"said": said, "at": reading.at, "source": reading.source}


def stages_in_words(stages: tuple[Stage, ...]) -> str:
    """`10 % for 24 h, 50 % for 48 h`."""
    one = _("%(share)s for %(hours)s h")
    said = [one % {"share": percentage(each.percent), "hours": each.hold_hours} for each in stages]
    return ", ".join(said)


def way_back(state: State, more: Mapping[str, Any]) -> Form:
    """The roll-back, in the head of every page of a plan."""
    return form(acts.roll_back(state.rollout), state, more, passed=True)


def form(act: acts.Act, state: State, more: Mapping[str, Any], *, passed: bool) -> Form:
    """An act in words, with what was typed for it if it was just refused."""
    said: Mapping[str, Any] = more.get("said") or {}
    said = said if said.get("command") == act.command else {}
    opens, does, hint = _words(act, state.rollout)
    return Form(
        command=act.command,
        opens=opens,
        does=does,
        hint=hint,
        reasoned=act.reasoned,
        needs_reason=act.needs_reason,
        primary=_is_next(act.command, state, passed),
        shares=[(str(share), percentage(share)) for share in act.shares],
        share=str(said.get("percent", "" if act.share is None else act.share)),
        reason=str(said.get("reason", "")),
        mistakes=field_mistakes(more.get("faults", ())) if said else {},
    )


def _is_next(command: str, state: State, passed: bool) -> bool:
    """Whether it is what comes next."""
    if command == "promote":
        return passed
    return command == "resume" or (command == "start" and not before(state))


def _words(act: acts.Act, rollout: Rollout) -> tuple[str, str, str]:
    """What opens it, what does it, and what it does in a sentence."""
    share = {"share": percentage(act.share) if act.share is not None else ""}
    onward = act.share is not None
    words = {
        "start": (_("Start at %(share)s"), "", ""),
        "promote": (_("On to %(share)s") if onward else _("Finish the canary"), "", ""),
        "resume": (_("Resume"), "", ""),
        "hold": (_("Hold"), _("Hold here"), _("It stays at this share, and its time counts, until somebody resumes.")),
        "pause": (_("Pause"), _("Pause here"), _("It stays at this share, and its time does not count.")),
        "skip": (
            _("Skip"),
            _("Skip to %(share)s") if onward else _("Finish without passing"),
            _("On to the next stage although this one is not passed. The log keeps why."),
        ),
        "rehearse": (
            _("Rehearse"),
            _("Record the drill"),
            _("A drill leaves the same evidence as a roll-back; no traffic moves."),
        ),
        "roll_back": (
            _("Roll back to %(share)s") if onward else _("Roll back"),
            _("Roll back now"),
            _("Effective at once. Nothing is asked but the reason."),
        ),
    }
    opens, does, hint = words[act.command]
    return opens % share, does % share, hint


def drills_in_words(drills: int) -> str:
    """How often the way back was rehearsed."""
    if not drills:
        return _("The roll-back has not been rehearsed.")
    return ngettext("Rehearsed once.", "Rehearsed %(count)s times.", drills) % {"count": drills}
