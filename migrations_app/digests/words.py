"""What somebody is told in their digest, in words: of every plan that they may see now, what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Membership
from migrations_app.date_words import in_words
from migrations_app.digests.items import Item, Reader, When, items
from migrations_app.plans import Plan
from migrations_app.steps.words import PHASES
from migrations_app.way_back.page import AGES, NEEDS

# Of one plan, and plans in all: the rest is a number.
MOST_LINES: Final = 30
MOST_PLANS: Final = 50
HEADS: Final = {
    When.LATE: gettext_lazy("Late"),
    When.TODAY: gettext_lazy("Today"),
    When.SOON: gettext_lazy("Within a week"),
    When.WAITS: gettext_lazy("Waits for somebody"),
    When.AHEAD: gettext_lazy("Coming up"),
}
_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "promote": lambda parts: _("The stage of %(percent)s %% is passed: promote it, or hold it") % parts,
    "figures": lambda parts: _("The stage of %(percent)s %% was held, and waits for its figures") % parts,
    "sign-off": lambda parts: _("Sign off the phase “%(phase)s”") % {"phase": PHASES[parts["phase"]]},
    "proof": lambda parts: (
        _("Way back: %(need)s – %(age)s") % {"need": NEEDS[parts["need"]], "age": AGES[parts["age"]]}
    ),
}
# By kind, the page on which something is done about it; a step has its own.
_PAGES: Final = {"key": "keys", "review": "review", "proof": "way-back", "figures": "figures", "sign-off": "steps"}


@dataclass(frozen=True)
class Line:
    """One thing: `path` is the page on which something is done about it."""

    what: str
    path: str
    on: dt.date | None
    nobodys: bool


@dataclass(frozen=True)
class Section:
    """Lines under one head."""

    head: str
    lines: list[Line]


@dataclass(frozen=True)
class Part:
    """What is told of one plan; `more` things are not."""

    name: str
    workspace: str
    path: str
    sections: list[Section]
    more: int


@dataclass(frozen=True)
class Told:
    """A whole digest. `count` things are to be done, `late` of them are late; `more` plans are not told of."""

    parts: list[Part]
    count: int
    late: int
    more: int


def told(user: User, zone: dt.tzinfo, now: dt.datetime) -> Told:
    """What there is to tell somebody, in the language and the time zone that are active."""
    found = [(plan, mine) for plan, reader in _seen(user, zone) if (mine := items(plan.state, reader, now))]
    # Where somebody has something to do comes first.
    found.sort(key=lambda each: not any(item.counts for item in each[1]))
    all_items = [item for _plan, mine in found for item in mine]
    return Told(
        [_part(plan, mine) for plan, mine in found[:MOST_PLANS]],
        sum(item.counts for item in all_items),
        sum(item.when is When.LATE for item in all_items),
        max(len(found) - MOST_PLANS, 0),
    )


def _seen(user: User, zone: dt.tzinfo) -> list[tuple[Plan, Reader]]:
    """The plans that somebody may see at this moment, and as whom."""
    memberships = {
        one.workspace_id: one for one in Membership.objects.filter(user=user, user__is_active=True).order_by("pk")
    }
    plans = Plan.objects.filter(workspace__in=memberships.keys(), archived=False).select_related("workspace")
    return [
        (plan, Reader(user.public_id, Role(memberships[plan.workspace_id].role).covers(Role.EDITOR), zone))
        for plan in plans.order_by("workspace__name", "workspace", "name", "pk")
    ]


def _part(plan: Plan, mine: list[Item]) -> Part:
    shown = groupby(mine[:MOST_LINES], key=lambda item: item.when)
    sections = [Section(str(HEADS[when]), [_line(plan, item) for item in each]) for when, each in shown]
    path = reverse("planner:plan", args=(plan.public_id,))
    return Part(plan.name, plan.workspace.name, path, sections, max(len(mine) - MOST_LINES, 0))


def _line(plan: Plan, item: Item) -> Line:
    what = in_words(item.named) if item.named else _WORDS[item.kind](item.parts)
    nobodys = item.kind == "step" and item.named is not None and not item.named.owner
    return Line(what, _path(plan, item), item.on, nobodys)


def _path(plan: Plan, item: Item) -> str:
    if item.kind == "step" and item.named:
        return reverse("planner:step", args=(plan.public_id, item.named.key.removeprefix("step-")))
    return reverse(f"planner:{_PAGES.get(item.kind, 'plan')}", args=(plan.public_id,))
