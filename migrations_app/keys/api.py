"""The API of a plan's keys. A key is in a request's body alone: it is never stored, logged or answered."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field, SecretStr

from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.providers import allowed_providers, provider
from costcalc.wire.rate_limit import charge
from migrations_app import carrying, shown
from migrations_app.api import answered
from migrations_app.keys.fingerprints import print_of, salt_for
from migrations_app.keys.trying import WEIGHT, try_out
from migrations_app.rules.commands import Line, Name, Revision
from migrations_app.rules.key_commands import AddKey, CreateKey, OptionalDay

router = Router(tags=["plans"], auth=Bearer(), by_alias=True)
Secret = Annotated[SecretStr, Field(min_length=1, max_length=500, description="Forgotten with this request.")]


class KeyIn(Schema):
    """A key to list by its print. Who would rather not send it gives the print with the command `create_key`."""

    model_config = with_example(
        {"revision": 1, "provider": "DeepSeek", "environment": "production", "secret": "an-example-of-a-key-w7Lk"}
    )
    revision: Revision
    provider: Annotated[Name, Field(max_length=60)]
    environment: Annotated[Name, Field(max_length=60)]
    note: Line = ""
    expires_on: OptionalDay = None
    in_use: bool = Field(False, description="In use already, in place of new.")
    replaces: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    secret: Secret


class KeyTestIn(Schema):
    """A key of the list, typed for one call."""

    model_config = with_example({"provider": "sample", "model": "sample-plain", "secret": "an-example-of-a-key-w7Lk"})
    provider: Line = Field(description="The name of a provider that the operator allows.")
    model: Annotated[Name, Field(max_length=200)]
    secret: Secret


@router.post(
    "/plans/{plan_id}/keys",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT, 409: shown.StalePlan},
    operation_id="list_key_of_plan",
    auth=EDITORS,
)
def list_key_of_plan(request: HttpRequest, plan_id: str, body: KeyIn) -> dict[str, Any]:
    """List a key. Of the key itself, its last four characters and a salted print are kept."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    said = {name: getattr(body, name) for name in ("revision", "provider", "environment", "note", "expires_on")}
    said["print"] = print_of(body.secret.get_secret_value(), salt_for(plan.state.keys))
    command: AddKey | CreateKey = (
        AddKey(command="add_key", **said)
        if body.in_use
        else CreateKey(command="create_key", replaces=body.replaces, **said)
    )
    return answered(lambda now: carrying.carry_out(visit, plan, command, now))


@router.post(
    "/plans/{plan_id}/keys/{key_id}/tests",
    response={200: shown.PlanOut, **GUARDED, **SENT, **ABSENT},
    operation_id="test_key_of_plan",
    auth=EDITORS,
)
def test_key_of_plan(request: HttpRequest, plan_id: str, key_id: str, body: KeyTestIn) -> dict[str, Any]:
    """Make one real call with a key of the list; 422, and no call, for another key. See `keys.rows[].trial`."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    endpoint = endpoint_of(body)
    charge(request, WEIGHT)
    return answered(lambda _now: try_out(visit, plan, key_id, endpoint, body.model, body.secret.get_secret_value()))


def endpoint_of(body: KeyTestIn) -> Endpoint:
    """The provider that a test names. Raises HttpError where it is none that may be called."""
    found = provider(body.provider)
    if found is None:
        names = ", ".join(one.name for one in allowed_providers())
        raise HttpError(422, f"No such provider is allowed here: {names}.")
    return found
