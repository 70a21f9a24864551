"""Making a plan: of a scenario's revision, of a template alone, or empty."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from costcalc.accounts.access import Visit
from costcalc.catalog.index import catalogue
from costcalc.digits import canonical
from costcalc.engine import GRADUAL, dollars, stages
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.models import Revision
from costcalc.scenarios.saved import UnreadableError
from costcalc.scenarios.scenario import Result
from migrations_app.carrying import begin
from migrations_app.plans import Plan
from migrations_app.playbook.ramps import fitted, ladder_of
from migrations_app.playbook.template import Template
from migrations_app.rules.canary_commands import PlanStages, Stage
from migrations_app.rules.happening import Happening, Moment
from migrations_app.rules.rollout import plan_stages
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
    result = _result(wish.scenario) if wish.scenario else None
    if wish.scenario:
        said["scenario"] = f"{wish.scenario.scenario.public_id}.{wish.scenario.number}"
    said |= foreseen(result) if result else {}
    made = Happening(MADE, now, who, said)
    return [made, *_to_do(wish, ramp(result) if result else (), start_on, made)]


def _result(revision: Revision) -> Result | None:
    """What a scenario comes to; None where it is no longer read."""
    try:
        return revision.computed(catalogue())
    except UnreadableError:
        return None


def _to_do(wish: Wish, own: tuple[Stage, ...], start_on: dt.date, made: Happening) -> list[Happening]:
    """The stages (the scenario's `own` before the template's), and the steps. Raises Refused for what is no ladder."""
    state, moment, found = replayed([made]), Moment(made.at, made.who), list[Happening]()
    to_do = fitted(wish.to_do, own) if wish.to_do else None
    ladder = own or (to_do.stages if to_do else ())
    if ladder:
        planned = PlanStages(command="plan_stages", revision=1, stages=ladder)
        found.append(plan_stages(state.rollout, planned, moment))
    if to_do:
        found.append(added(state.steps, to_do.steps_from(start_on, frozenset(wish.days_off)), moment))
    return found


def ramp(result: Result) -> tuple[Stage, ...]:
    """The stages of a scenario's own ramp; () where nobody has chosen one, or it does not rise to 100 % by stages."""
    terms = result.scenario.wanted.terms
    return () if terms.ramp == GRADUAL else ladder_of(stages(terms.ramp, result.scenario.at))


def foreseen(result: Result) -> dict[str, Any]:
    """The sides of a scenario and what it forecasts, as `plan.made` keeps them."""
    baseline, candidate = (_names(result, side) for side in (0, 1))
    return {"baseline": baseline, "candidate": candidate, "forecast": _forecast(result)}


def _names(result: Result, side: int) -> str:
    """The models of one side, each once."""
    offers = (offers[side] for offers in result.offers)
    return ", ".join(dict.fromkeys(full_name(offer.entry) if offer.entry else offer.seller for offer in offers))


def _forecast(result: Result) -> dict[str, Any]:
    totals, requests = result.estimate.monthly, sum(result.requests("baseline"))
    days = result.scenario.day_count.days_in(1)
    said: dict[str, Any] = {
        "requests_month": int(requests),
        "days_month": canonical(round(Decimal(days.numerator) / days.denominator, 6)),
    }
    if requests:
        said["tokens_request"] = str(round(Decimal(float(result.tokens() / requests)), 1))
    if result.estimate.complete:
        said["baseline_month"] = str(dollars(totals.baseline_cents))
        said["candidate_month"] = str(dollars(totals.candidate_cents))
    return said
