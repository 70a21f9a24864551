"""The API of the way back: the old key, tried. Statements are the command `vouch`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT
from costcalc.streaming.doctor.probing import Target
from costcalc.wire.rate_limit import charge
from migrations_app import carrying, shown
from migrations_app.api import answered, impossible
from migrations_app.keys.api import KeyTestIn, endpoint_of
from migrations_app.keys.trying import WEIGHT
from migrations_app.rules.happening import Refused
from migrations_app.way_back.old_key import try_old_key

router = Router(tags=["plans"], auth=Bearer(), by_alias=True)


@router.post(
    "/plans/{plan_id}/way-back/tests",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT},
    operation_id="test_old_key_of_plan",
    auth=EDITORS,
)
def test_old_key_of_plan(request: HttpRequest, plan_id: str, body: KeyTestIn) -> dict[str, Any]:
    """Make one real call with the old side's key. What came of it is in `way_back`."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    target = Target(endpoint_of(body), body.model, body.secret.get_secret_value().strip())
    if not target.can_be_asked:
        raise impossible(Refused("key-no-header"))
    charge(request, WEIGHT)
    return answered(lambda _now: try_old_key(visit, plan, target)[0])
