"""The days of plans as a calendar shows them, in the reader's language.

What lies ahead is foreseen as of the next full hour: within the hour a file stays the same. An event says that it was
changed when its plan was, or in the hour since which it is foreseen elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.accounts.people import User
from migrations_app.calendars import file as calendar_file
from migrations_app.calendars.file import Entry
from migrations_app.date_words import in_words
from migrations_app.plans import Plan
from migrations_app.rules import dates
from migrations_app.rules.dates import Named
from migrations_app.rules.state import State
from migrations_app.rules.steps import Phase
from migrations_app.steps.words import PHASES

HOUR: Final = dt.timedelta(hours=1)
# The plans of one person's calendar, what changed last first.
MOST_PLANS: Final = 100
# What somebody does; that it is done is said. A stage or a beginning only comes and goes.
DONE: Final = frozenset({"step", "review", "sign-off", "cut-over"})
FORESEEN: Final = frozenset({"stage", "cut-over", "window"})
# A path of the product → its whole address.
Address = Callable[[str], str]


def of_plan(plan: Plan, now: dt.datetime, language: str, address: Address) -> bytes:
    """The file of a plan's days. People are not named in it: whoever holds its address may read it."""
    entries = _entries(plan, now, address)
    return calendar_file.written(plan.name, _("The days of this plan."), language, entries)


def of_person(user: User, now: dt.datetime, language: str, address: Address) -> bytes:
    """The file of a person's days: those of each plan that they can read, and of its steps their own."""
    mine = (entry for plan in plans_of(user) for entry in _entries(plan, now, address, user))
    about = _("Your steps, and the days of the plans in your workspaces.")
    return calendar_file.written(_("Your plans"), about, language, mine)


def plans_of(user: User) -> list[Plan]:
    """The plans in a person's workspaces, those in the archive left out."""
    found = Plan.objects.filter(workspace__memberships__user=user, archived=False).select_related("workspace")
    return list(found.order_by("-changed_at", "-pk")[:MOST_PLANS])


def _entries(plan: Plan, now: dt.datetime, address: Address, user: User | None = None) -> Iterator[Entry]:
    state, hour = plan.state, now.replace(minute=0, second=0, microsecond=0)
    before = {named.key: _told(named) for named in dates.of(state, plan.changed_at)}
    for named in map(_told, dates.of(state, max(hour + HOUR, plan.changed_at))):
        if user and named.kind == "step" and named.owner != user.public_id:
            continue
        same = before.get(named.key) == named
        modified = plan.changed_at if same else max(hour, plan.changed_at)
        yield _entry(plan, named, modified, address, user)


def _told(named: Named) -> Named:
    """As it is shown: what comes and goes by itself is not done by anybody."""
    return named if named.kind in DONE else replace(named, done=False)


def _entry(plan: Plan, named: Named, modified: dt.datetime, address: Address, user: User | None) -> Entry:
    words, skipped = in_words(named), bool(named.parts.get("skipped"))
    ticked = f"✓ {words}" if named.done and not skipped else words
    # The time at which it was so only grows, as the revision does, and so does their sum.
    hours = max(modified - plan.created_at, dt.timedelta()) // HOUR
    return Entry(
        uid=f"{plan.public_id}-{named.key}@costcalc",
        summary=f"{ticked} · {plan.name}" if user else ticked,
        on=named.on,
        until=named.until,
        about="\n".join(_about(plan, named, user)),
        url=address(page_of(plan, named)),
        modified=modified,
        sequence=plan.revision + hours,
        cancelled=skipped,
    )


def _about(plan: Plan, named: Named, user: User | None) -> Iterator[str]:
    """The sentences under an event."""
    about = plan.state.about
    yield f"{plan.name} · {plan.workspace}" if user else plan.name
    if about.candidate:
        yield f"{about.baseline} → {about.candidate}" if about.baseline else about.candidate
    if named.kind == "step":
        yield _("Phase: %(phase)s") % {"phase": PHASES[Phase(named.parts["phase"])]}
    if named.parts.get("skipped"):
        yield _("This step was skipped.")
    if is_foreseen(plan.state, named):
        yield _("As it is foreseen now: it moves with the plan.")


def is_foreseen(state: State, named: Named) -> bool:
    """Whether its day is not set, but follows from what is left of the canary."""
    if named.kind == "review":
        return not (named.done or state.review.due_on or state.rollout.finished_at)
    return named.kind in FORESEEN and not _has_come(state, named)


def _has_come(state: State, named: Named) -> bool:
    """Whether what it follows from is known: a stage that was entered, a canary that is over."""
    rollout = state.rollout
    if rollout.finished_at:
        return True
    return named.kind == "stage" and any(turn.at == named.on for turn in rollout.course)


def page_of(plan: Plan, named: Named) -> str:
    """The path of the page that a day is about."""
    if named.kind == "step":
        return reverse("planner:step", args=[plan.public_id, named.key.removeprefix("step-")])
    name = {"key": "planner:keys", "review": "planner:review", "sign-off": "planner:steps"}.get(named.kind)
    return reverse(name or "planner:plan", args=[plan.public_id])
