"""The API of webhooks: made, listed, deleted; what was sent to one, and sending it again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AfterValidator, Field

from costcalc.accounts.credentials import OWNERS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from costcalc.secrets import without_key
from costcalc.wire import exact
from costcalc.wire.paging import Page, Paging, paged, refuse_strangers
from costcalc.wire.problem import ConflictError, problems
from migrations_app.hooks import webhooks
from migrations_app.hooks.webhooks import LONGEST_URL, Delivery, Webhook, delivery_of, hook_of
from migrations_app.refusal_words import in_words
from migrations_app.rules.commands import Line
from migrations_app.rules.happening import Refused

router = Router(tags=["webhooks"], auth=Bearer())
Url = Annotated[
    str, AfterValidator(exact.line), Field(min_length=1, max_length=LONGEST_URL), AfterValidator(without_key)
]


class WebhookIn(Schema):
    """Where happenings of the workspace's plans are to be sent."""

    model_config = with_example({"url": "https://hooks.example.org/costcalc", "note": "To our chat"})
    url: Url = Field(description="At a host that the operator allows.")
    note: Line = ""


class WebhookOut(Schema):
    """A webhook, without its secret."""

    id: str
    url: str
    note: str
    created_at: dt.datetime


class NewWebhookOut(WebhookOut):
    """A webhook as it is shown once."""

    secret: str | None = Field(
        description="What its messages are signed with, as Standard Webhooks has it: `whsec_` and base64. Shown this "
        "once; null where the answer is given again."
    )


class WebhooksOut(Page):
    """A page of webhooks."""

    items: list[WebhookOut]


class DeliveryOut(Schema):
    """A message, and what became of it."""

    id: str = Field(description="What its receiver finds as `webhook-id`: the same, however often it is sent.")
    kind: str
    plan: str | None
    state: Literal["waiting", "taken", "given-up"]
    created_at: dt.datetime
    attempts: int
    tried_at: dt.datetime | None
    next_at: dt.datetime | None
    status: int | None = Field(description="Of the last attempt.")
    fault: str = Field(description="Why the last attempt had no answer; empty where it had one.")


class DeliveriesOut(Page):
    """A page of messages."""

    items: list[DeliveryOut]


@router.get("/webhooks", response={200: WebhooksOut, **GUARDED}, operation_id="list_webhooks", auth=OWNERS)
def list_webhooks(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The workspace's webhooks, the oldest first."""
    visit = visit_of(request, Role.OWNER)
    refuse_strangers(request, Paging)
    return paged(Webhook.objects.filter(workspace=visit.workspace), paging, _hook)


@router.post(
    "/webhooks",
    response={201: NewWebhookOut, **GUARDED, **SENT, **problems(409)},
    operation_id="create_webhook",
    auth=OWNERS,
)
@sendable_again(Role.OWNER, secrets=["secret"])
def create_webhook(request: HttpRequest, body: WebhookIn) -> tuple[int, dict[str, Any]]:
    """Have what happens to plans sent to an address. 422 for a host that the operator does not allow."""
    visit = visit_of(request, Role.OWNER)
    try:
        hook, secret = webhooks.add(visit, body.url, body.note, timezone.now())
    except Refused as refused:
        with override("en"):
            raise HttpError(422, in_words(refused)) from None
    except webhooks.TooManyHooksError:
        raise ConflictError("The workspace has as many webhooks as it may.") from None
    return 201, {**_hook(hook), "secret": secret}


@router.delete(
    "/webhooks/{webhook_id}", response={204: None, **GUARDED, **ABSENT}, operation_id="delete_webhook", auth=OWNERS
)
def delete_webhook(request: HttpRequest, webhook_id: str) -> Status[None]:
    """Send nothing there any more, and forget what was sent."""
    visit = visit_of(request, Role.OWNER)
    webhooks.remove(visit, hook_of(visit, webhook_id))
    return Status(204, None)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    response={200: DeliveriesOut, **GUARDED, **ABSENT},
    operation_id="list_webhook_deliveries",
    auth=OWNERS,
)
def list_webhook_deliveries(request: HttpRequest, webhook_id: str, paging: Query[Paging]) -> dict[str, Any]:
    """The messages of the last 30 days, and those that still wait, the latest first."""
    found = hook_of(visit_of(request, Role.OWNER), webhook_id)
    refuse_strangers(request, Paging)
    return paged(found.deliveries.select_related("plan"), paging, _delivery)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    response={200: DeliveryOut, **GUARDED, **ABSENT, **problems(409)},
    operation_id="resend_webhook_delivery",
    auth=OWNERS,
)
def resend_webhook_delivery(request: HttpRequest, webhook_id: str, delivery_id: str) -> dict[str, Any]:
    """Have a message sent once more, under the same id. 409 where it is still to be sent by itself."""
    visit = visit_of(request, Role.OWNER)
    row = delivery_of(hook_of(visit, webhook_id), delivery_id)
    try:
        webhooks.send_again(visit, row, timezone.now())
    except webhooks.StillWaitingError:
        raise ConflictError("That message is still to be sent.") from None
    row.refresh_from_db()
    return _delivery(row)


@router.post(
    "/webhooks/{webhook_id}/test",
    response={200: DeliveryOut, **GUARDED, **ABSENT},
    operation_id="test_webhook",
    auth=OWNERS,
)
def test_webhook(request: HttpRequest, webhook_id: str) -> dict[str, Any]:
    """Have a message sent that says nothing: its kind is `webhook.tested`."""
    visit = visit_of(request, Role.OWNER)
    return _delivery(webhooks.test(visit, hook_of(visit, webhook_id), timezone.now()))


def _hook(hook: Webhook) -> dict[str, Any]:
    return {"id": hook.public_id, "url": hook.url, "note": hook.note, "created_at": hook.created_at}


def _delivery(row: Delivery) -> dict[str, Any]:
    names = ("kind", "state", "created_at", "attempts", "tried_at", "next_at", "status", "fault")
    plan = row.plan.public_id if row.plan else None
    return {"id": row.message, "plan": plan, **{name: getattr(row, name) for name in names}}
