"""The old side's key, tried for the way back: typed for one call, and forgotten; what came of it is kept."""

from __future__ import annotations

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from costcalc.accounts.access import Visit
from costcalc.streaming.doctor.probing import Target
from costcalc.streaming.key_test import KeyTest, try_key
from costcalc.wire.loops import finished
from migrations_app import carrying
from migrations_app.keys.trying import place
from migrations_app.plans import Plan
from migrations_app.rules.safety import RecordTest


@sensitive_variables("target")
def try_old_key(came: Visit, plan: Plan, target: Target) -> tuple[Plan, KeyTest]:
    """Make the call and note what came of it. Raises Refused where too many are being made, or it may not be noted."""
    with place():
        tried = finished(lambda: try_key(target.endpoint, target.model, target.key))
    noted = RecordTest(
        command="record_test", outcome=tried.outcome.value, endpoint=target.endpoint.name, model=target.model
    )
    return carrying.carry_out(came, plan, noted, timezone.now()), tried
