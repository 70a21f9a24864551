"""Who may look at a plan, and how plans stand: asked of the database, in a thread and never on the event loop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import close_old_connections
from django.http import Http404

from costcalc.accounts.cookies import signed_in
from costcalc.wire.raw import Refused
from migrations_app.carrying import plan_for
from migrations_app.plans import Plan

# SQLite before 3.32 takes no more parameters than 999.
AT_ONCE: Final = 900


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who may look at a plan, and its revision."""

    user: str
    plan: int
    revision: int


def seen(cookies: str, public_id: str) -> Seen:
    """Who comes with these cookies to look at this plan. Raises Refused, and DatabaseError."""
    try:
        user = signed_in(cookies)
        if user is None:
            raise Refused(401, "Sign in first.")
        _came, plan = plan_for(user, public_id)
        return Seen(user.public_id, plan.pk, plan.revision)
    except Http404:
        raise Refused(404, "There is no such plan.") from None
    finally:
        close_old_connections()


def revisions(plans: Collection[int]) -> Mapping[int, int]:
    """How these plans stand, by their keys in the database; without those that are gone. Raises DatabaseError."""
    wanted = list(plans)
    try:
        found: dict[int, int] = {}
        for begin in range(0, len(wanted), AT_ONCE):
            rows = Plan.objects.filter(pk__in=wanted[begin : begin + AT_ONCE])
            found.update(rows.values_list("pk", "revision"))
        return found
    finally:
        close_old_connections()
