"""A command that a page of its own sends: carried out, or what went wrong for that page to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from pydantic import TypeAdapter, ValidationError

from costcalc.accounts.access import Visit
from migrations_app import carrying
from migrations_app.late import late
from migrations_app.plans import Plan, StaleError
from migrations_app.refusal_words import in_words
from migrations_app.rules.commands import Command
from migrations_app.rules.deciding import AnyCommand
from migrations_app.rules.happening import Refused

COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)


@dataclass(frozen=True)
class Told:
    """The plan as it stands then, with the status and what `planner/_trouble.html` says; 200 where all went well."""

    plan: Plan
    status: int = 200
    context: dict[str, Any] = field(default_factory=dict)


def told(request: HttpRequest, came: Visit, plan: Plan, said: Mapping[str, Any], now: dt.datetime) -> Told:
    """Carry a command out."""
    try:
        asked = COMMANDS.validate_python(said)
    except ValidationError as error:
        return Told(plan, 422, {"faults": error.errors(include_url=False)})
    try:
        return Told(carrying.carry_out(came, plan, asked, now))
    except StaleError as stale:
        return Told(stale.plan, 409, {"late": late(request, came, stale, asked, now, below=True)})
    except Refused as refused:
        return Told(plan, 422, {"refused": in_words(refused)})
