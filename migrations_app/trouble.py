"""A command that a page of its own sends: carried out, or what went wrong for that page to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from costcalc.accounts.access import Visit
from costcalc.accounts.log_words import act_in_words
from migrations_app import carrying
from migrations_app.commands import Command
from migrations_app.deciding import AnyCommand
from migrations_app.happening import Refused
from migrations_app.plans import Plan, StaleError
from migrations_app.refusal_words import in_words

COMMANDS: TypeAdapter[Command] = TypeAdapter(AnyCommand)


@dataclass(frozen=True)
class Told:
    """The plan as it stands then, with the status and what `planner/_trouble.html` says; 200 where all went well."""

    plan: Plan
    status: int = 200
    context: dict[str, Any] = field(default_factory=dict)


def told(came: Visit, plan: Plan, said: Mapping[str, Any], now: dt.datetime) -> Told:
    """Carry a command out."""
    try:
        return Told(carrying.carry_out(came, plan, COMMANDS.validate_python(said), now))
    except ValidationError as error:
        return Told(plan, 422, {"faults": error.errors(include_url=False)})
    except StaleError as stale:
        changes = [(act_in_words(row.kind), row) for row in carrying.since(stale.plan, stale.seen)]
        return Told(stale.plan, 409, {"too_late": changes})
    except Refused as refused:
        return Told(plan, 422, {"refused": in_words(refused)})
