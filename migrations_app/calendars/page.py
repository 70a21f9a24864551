"""The days of a plan as its page lists them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from costcalc.accounts.models import User
from costcalc.formatting import Formatter, formatter_for
from migrations_app.calendars.entries import DONE, is_foreseen, page_of
from migrations_app.date_words import in_words
from migrations_app.plans import Plan
from migrations_app.rules import dates
from migrations_app.rules.dates import Named
from migrations_app.rules.state import State


@dataclass(frozen=True)
class Day:
    """One of them. `page` is the path of the page that it is about; `stands` is "" where nothing is to be said."""

    words: str
    page: str
    when: str
    owner: User | None
    stands: str
    late: bool


def days(plan: Plan, now: dt.datetime) -> list[Day]:
    """All of them, the earliest first."""
    state, write = plan.state, formatter_for()
    found = dates.of(state, now)
    owners = {each.owner for each in found} - {""}
    people = {user.public_id: user for user in User.objects.filter(public_id__in=owners)}
    return [
        Day(
            in_words(each),
            page_of(plan, each),
            _when(each, write),
            people.get(each.owner),
            _stands(state, each, now),
            each.late(now),
        )
        for each in found
    ]


def _when(named: Named, write: Formatter) -> str:
    if not isinstance(named.on, dt.datetime):
        return write.day(named.on)
    if named.until and named.until > named.on:
        return f"{write.date_time(named.on)} – {write.date_time(named.until)}"
    return write.date_time(named.on)


def _stands(state: State, named: Named, now: dt.datetime) -> str:
    if named.late(now):
        return _("late")
    if named.parts.get("skipped"):
        return _("skipped")
    if is_foreseen(state, named):
        return _("foreseen")
    if named.kind == "stage":
        return _("done") if named.until and named.until <= state.last_at else _("under way")
    return _("done") if named.done and named.kind in DONE else ""
