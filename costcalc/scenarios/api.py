"""The API of the calculator: `POST /estimate`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from costcalc.catalog.index import catalogue
from costcalc.scenarios import weights
from costcalc.scenarios.body_asked import scenario_of
from costcalc.scenarios.body_kinds import BodyError, invalid
from costcalc.scenarios.estimate_answer import EstimateOut, answered
from costcalc.scenarios.estimate_bodies import EstimateIn
from costcalc.wire.problem import problems
from costcalc.wire.rate_limit import charge

router = Router(tags=["calculator"], by_alias=True)


@router.post(
    "/estimate",
    response={200: EstimateOut, **problems(413, 415, 422, 429)},
    summary="What a move costs or saves",
    operation_id="estimate",
)
def estimate(request: HttpRequest, body: EstimateIn) -> dict[str, Any]:
    """Compute a move on the prices of a day, and its return where it is asked for.

    A missing price is unknown, never 0; what is uncertain is drawn 10,000 times, the same way every time.
    """
    held, today = catalogue(), timezone.now().date()
    try:
        scenario = scenario_of(body, held, today)
    except BodyError as error:
        raise invalid(error.faults) from None
    charge(request, weights.asked(body))
    return answered(scenario.computed(), held, today, with_return=body.returns is not None)
