"""A plan on one page, for people who decide about it: where it is, what is late, what it has saved, its risks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.formatting import formatter_for
from migrations_app import date_words
from migrations_app.canary import metric_words
from migrations_app.canary import page as canary_page
from migrations_app.keys import shown as keys_shown
from migrations_app.playbook.words import titled
from migrations_app.report import forecast as forecast_page
from migrations_app.report.forecast import Shown
from migrations_app.rules import dates, verdicts
from migrations_app.rules.progress import Where
from migrations_app.rules.rollout import Standing
from migrations_app.rules.saved_so_far import so_far
from migrations_app.rules.state import State
from migrations_app.rules.steps import Doing
from migrations_app.steps.page import Part, rail
from migrations_app.way_back import page as safety_page


@dataclass(frozen=True)
class Line:
    """Something that has a day. `owner` is a public id, "" for nobody's."""

    what: str
    on: dt.date
    owner: str


@dataclass(frozen=True)
class Report:
    """What the page says."""

    standing: str
    phases: list[Part]
    late: list[Line]
    ahead: list[Line]
    forecast: Shown
    risks: list[str]


NEXT = 5


def report(state: State, now: dt.datetime) -> Report:
    """A plan as it stands now."""
    named = dates.of(state, now)
    return Report(
        standing=canary_page.standing(state.rollout),
        phases=rail(state),
        late=[_line(each) for each in named if each.late(now)],
        ahead=[_line(each) for each in named if not each.done and each.day >= now.date()][:NEXT],
        forecast=forecast_page.shown(state, now),
        risks=list(risks(state, now)),
    )


def _line(named: dates.Named) -> Line:
    return Line(date_words.in_words(named), named.day, named.owner)


def risks(state: State, now: dt.datetime) -> Iterator[str]:
    """What may go wrong, or already does, in sentences."""
    yield from _of_canary(state)
    yield from _of_phases(state)
    yield from _of_money(state, now)
    for step in state.steps.each:
        if step.doing is Doing.BLOCKED:
            yield _("A step is blocked: %(title)s") % {"title": titled(step.title)}
    if state.rollout.weight and _may_go_back(state, now):
        yield from safety_page.doubts(state.safety, now)
        if not state.rollout.drills:
            yield canary_page.drills_in_words(0)
    yield from keys_shown.reminders(state, now)


def _may_go_back(state: State, now: dt.datetime) -> bool:
    """Whether the way back is still meant to be open: until its last day after the cut-over."""
    if state.rollout.standing is not Standing.FINISHED:
        return True
    last = dates.last_day_back(state, now)
    return last is not None and now.date() <= last


def _of_canary(state: State) -> Iterator[str]:
    rollout = state.rollout
    if rollout.standing in {Standing.HELD, Standing.PAUSED, Standing.ROLLED_BACK} and rollout.reason:
        reason = _("Reason: %(reason)s") % {"reason": rollout.reason}
        yield f"{canary_page.standing(rollout)} {reason}"
    for verdict in verdicts.verdicts(state.readings, rollout, state.about.forecast) if rollout.stage else ():
        if verdict.outcome is verdicts.Outcome.FAIL:
            yield _("A limit is not kept: %(metric)s") % {"metric": metric_words.metric_name(verdict.limit.metric)}
    if verdicts.split_is_off(state.readings.of(rollout.entry), rollout):
        yield _("The requests are split otherwise than the stage says: its figures compare different people.")


def _of_phases(state: State) -> Iterator[str]:
    """What was to be done before what is being done."""
    for part in rail(state):
        if part.progress.where is Where.BEHIND:
            yield _("Not finished, though later phases have begun: %(phase)s (%(told)s).") % {
                "phase": part.name,
                "told": part.told,
            }


def _of_money(state: State, now: dt.datetime) -> Iterator[str]:
    found, write = so_far(state, now), formatter_for()
    if found.actual is None or found.forecast_measured is None or found.actual >= found.forecast_measured:
        return
    words = {"actual": write.money(found.actual), "forecast": write.money(found.forecast_measured)}
    yield _("Less is saved than was forecast: %(actual)s, not %(forecast)s.") % words
