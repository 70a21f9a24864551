"""Steps that several kinds of move share, by the working day on which they begin."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

from migrations_app.playbook.template import TemplateStep
from migrations_app.rules.steps import Phase

_KEYS: Final = (
    TemplateStep(
        key="create-key",
        phase=Phase.KEYS,
        day=0,
        title=_("Create a key at the target for this move alone"),
        details=_("With the least rights and a spending limit. Its last four characters name it here, never more."),
        automatic="key-created",
    ),
    TemplateStep(
        key="set-key",
        phase=Phase.KEYS,
        day=1,
        title=_("Put the new key into the secret store of every environment"),
        automatic="key-set",
        after=("create-key",),
    ),
    TemplateStep(
        key="test-key",
        phase=Phase.KEYS,
        day=1,
        title=_("Test the new key with a real call"),
        automatic="key-tested",
        after=("set-key",),
    ),
    TemplateStep(
        key="keep-old-key",
        phase=Phase.KEYS,
        day=1,
        title=_("Settle until when the old key stays alive"),
        details=_(
            "It outlasts the canary and the time in which you may still roll back: "
            "the way back needs the old provider's key and quota, not the new one's."
        ),
    ),
)


def keys(day: int) -> tuple[TemplateStep, ...]:
    """A new key, tested, beside the old one."""
    return _from_day(day, _KEYS)


_CANARY: Final = (
    TemplateStep(
        key="route",
        phase=Phase.CANARY,
        day=0,
        title=_("Route by a stable hash of the user's id"),
        details=_(
            "Each user stays on one side, at every stage and in every process: "
            "no coin toss per request, and not Python's hash(), which is salted anew in each process."
        ),
    ),
    TemplateStep(
        key="limits",
        phase=Phase.CANARY,
        day=0,
        title=_("Agree on the limits of errors, latency and cost before the start"),
        details=_("With the traffic that each stage has: what it cannot detect, it cannot prove."),
    ),
    TemplateStep(
        key="start",
        phase=Phase.CANARY,
        day=0,
        title=_("Start the canary at 10 %"),
        automatic="canary-started",
        after=("route", "limits"),
    ),
    TemplateStep(
        key="drill",
        phase=Phase.CANARY,
        day=1,
        title=_("Rehearse the roll-back once"),
        automatic="drill-done",
        after=("start",),
    ),
    TemplateStep(
        key="held-10",
        phase=Phase.CANARY,
        day=1,
        title=_("Hold 10 % for 24 hours, all limits kept"),
        automatic="stage-held:10",
        after=("start",),
    ),
    TemplateStep(
        key="held-50",
        phase=Phase.CANARY,
        day=3,
        title=_("Hold 50 % for 48 hours, all limits kept"),
        automatic="stage-held:50",
        after=("held-10",),
    ),
)


def canary(day: int) -> tuple[TemplateStep, ...]:
    """10 % for a day, 50 % for two, 100 % for three, with a drill on the way."""
    return _from_day(day, _CANARY)


_CUT_OVER: Final = (
    TemplateStep(
        key="all",
        phase=Phase.CUT_OVER,
        day=0,
        title=_("Send all traffic to the target"),
        automatic="cut-over",
        after=("held-50",),
    ),
    TemplateStep(
        key="tell",
        phase=Phase.CUT_OVER,
        day=0,
        title=_("Tell support and finance that the move is made"),
        after=("all",),
    ),
    TemplateStep(
        key="held-100",
        phase=Phase.CUT_OVER,
        day=3,
        title=_("Hold 100 % for 72 hours, all limits kept"),
        automatic="stage-held:100",
        after=("all",),
    ),
)


def cut_over(day: int) -> tuple[TemplateStep, ...]:
    """All traffic, held for three days."""
    return _from_day(day, _CUT_OVER)


_VERIFY: Final = (
    TemplateStep(
        key="bill",
        phase=Phase.VERIFY,
        day=5,
        title=_("Compare the target's first bill with the forecast"),
        after=("all",),
    ),
    TemplateStep(
        key="review-30",
        phase=Phase.VERIFY,
        day=22,
        title=_("Review 30 days after the cut-over: before, forecast and after"),
        after=("all",),
    ),
    TemplateStep(
        key="revoke",
        phase=Phase.VERIFY,
        day=22,
        title=_("Revoke the old key once it is shown to be out of use"),
        automatic="key-revoked",
    ),
    TemplateStep(
        key="old-code",
        phase=Phase.VERIFY,
        day=23,
        title=_("Remove the old code path and its flag"),
        after=("revoke",),
    ),
)


def verify(day: int) -> tuple[TemplateStep, ...]:
    """The bill, the old key, the old code, and the review: 30 days are 22 working days."""
    return _from_day(day, _VERIFY)


def prepare(day: int, key: str, title: str, details: str = "", *after: str) -> TemplateStep:
    """A step of the first phase."""
    return TemplateStep(key=key, phase=Phase.PREPARE, day=day, title=title, details=details, after=after)


def _from_day(day: int, steps: tuple[TemplateStep, ...]) -> tuple[TemplateStep, ...]:
    """The same steps, so many working days later."""
    return tuple(step.model_copy(update={"day": day + (step.day or 0)}) for step in steps)
