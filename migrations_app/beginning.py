"""Making a plan: of a scenario's revision, of a template alone, or empty."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from costcalc.accounts.access import Visit
from costcalc.catalog.index import catalogue
from costcalc.engine import dollars
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.models import Revision
from costcalc.scenarios.saved import UnreadableError
from costcalc.scenarios.scenario import Result
from migrations_app.carrying import begin
from migrations_app.plans import Plan
from migrations_app.playbook.template import Template
from migrations_app.rules.happening import Happening, Moment
from migrations_app.rules.rollout import PlanStages, plan_stages
from migrations_app.rules.state import MADE, replayed
from migrations_app.rules.stepping import added


@dataclass(frozen=True)
class Wish:
    """What somebody wants a plan for."""

    name: str
    note: str = ""
    scenario: Revision | None = None
    # The key of a template, and what it says.
    template: str = ""
    to_do: Template | None = None
    days_off: tuple[dt.date, ...] = ()
    start_on: dt.date | None = None
    baseline: str = ""
    candidate: str = ""


def make(came: Visit, wish: Wish, now: dt.datetime) -> Plan:
    """A plan as wished, stored."""
    plan = Plan(scenario=wish.scenario)
    return begin(came, plan, first(wish, came.user.public_id, now), now)


def first(wish: Wish, who: str, now: dt.datetime) -> list[Happening]:
    """What happens first."""
    said: dict[str, Any] = {"name": wish.name, "note": wish.note, "template": wish.template}
    said |= {"baseline": wish.baseline, "candidate": wish.candidate}
    start_on = wish.start_on or now.date()
    said["start_on"] = start_on.isoformat()
    if wish.scenario:
        said |= {"scenario": f"{wish.scenario.scenario.public_id}.{wish.scenario.number}", **foreseen(wish.scenario)}
    made = Happening(MADE, now, who, said)
    return [made, *_to_do(wish, start_on, made)]


def _to_do(wish: Wish, start_on: dt.date, made: Happening) -> list[Happening]:
    """The template's stages and steps. Raises Refused where the stages are no ladder."""
    if wish.to_do is None:
        return []
    state, moment = replayed([made]), Moment(made.at, made.who)
    steps = added(state.steps, wish.to_do.steps_from(start_on, frozenset(wish.days_off)), moment)
    if not wish.to_do.stages:
        return [steps]
    stages = PlanStages(command="plan_stages", revision=1, stages=wish.to_do.stages)
    return [plan_stages(state.rollout, stages, moment), steps]


def foreseen(revision: Revision) -> dict[str, Any]:
    """The sides of a scenario and what it forecasts, as `plan.made` keeps them; less where it is no longer read."""
    try:
        result = revision.computed(catalogue())
    except UnreadableError:
        return {}
    baseline, candidate = (_names(result, side) for side in (0, 1))
    return {"baseline": baseline, "candidate": candidate, "forecast": _forecast(result)}


def _names(result: Result, side: int) -> str:
    """The models of one side, each once."""
    offers = (offers[side] for offers in result.offers)
    return ", ".join(dict.fromkeys(full_name(offer.entry) if offer.entry else offer.seller for offer in offers))


def _forecast(result: Result) -> dict[str, Any]:
    totals, requests = result.estimate.monthly, sum(result.requests("baseline"))
    said: dict[str, Any] = {"requests_month": int(requests)}
    if requests:
        said["tokens_request"] = str(round(Decimal(float(result.tokens() / requests)), 1))
    if result.estimate.complete:
        said["baseline_month"] = str(dollars(totals.baseline_cents))
        said["candidate_month"] = str(dollars(totals.candidate_cents))
    return said
