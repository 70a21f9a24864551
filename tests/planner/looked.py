"""Looking at plans over the raw route, as a browser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from costcalc.accounts.access import Visit, visit
from costcalc.accounts.models import User
from migrations_app import beginning, carrying
from migrations_app.plans import Plan
from migrations_app.rules.canary_commands import RollBack, Start
from migrations_app.rules.commands import Command
from tests.factories import Cast, signed_in


def cookie(user: User) -> dict[str, str]:
    """The header of somebody who is signed in."""
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}


def by(cast: Cast, name: str = "bob") -> Visit:
    """Somebody's visit to the team's workspace."""
    return visit(getattr(cast, name), cast.workspace)


def a_plan(cast: Cast, name: str = "To Gemini") -> Plan:
    """A plan of Bob's."""
    return beginning.make(by(cast), beginning.Wish(name), timezone.now())


def does(cast: Cast, plan: Plan, command: Command, name: str = "bob") -> Plan:
    """Somebody carries a command out, now."""
    return carrying.carry_out(by(cast, name), plan, command, timezone.now())


def started(cast: Cast, plan: Plan) -> Plan:
    """Bob starts the canary."""
    return does(cast, plan, Start(command="start", revision=Plan.objects.get(pk=plan.pk).revision))


def rolled_back(cast: Cast, plan: Plan, name: str = "alice") -> Plan:
    """Somebody rolls everything back."""
    return does(cast, plan, RollBack(command="roll_back", reason="errors"), name)


Event = tuple[str, dict[str, Any]]


@contextmanager
def looking(site: str, plan: Plan, headers: dict[str, str]) -> Iterator[Iterator[Event]]:
    """The events of a plan's stream."""
    wanted = {"accept": "text/event-stream", **headers}
    with httpx.stream(
        "GET", f"{site}/live/plans/{plan.public_id}", headers=wanted, timeout=10, trust_env=False
    ) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Each event's name and data."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
