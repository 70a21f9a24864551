"""Webhooks of a workspace: where its plans' happenings are sent, and what is sent or has been.

A message is written in the transaction of the happening itself, so that none is lost and none is of what never was.
It is sent by `hook_sending`, at least once, each time with the same id.

The secret that signs must be known again, so that its hash would not do. It is made by HMAC from SECRET_KEY, the hook's
id and its salt: nothing is stored that would sign, so that who has a copy of the database alone can forge nothing. With
another SECRET_KEY every hook has another secret, and has to be made anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F
from django.http import Http404
from django.utils.crypto import salted_hmac

from costcalc.accounts import capability
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import acting
from costcalc.accounts.workspaces import Workspace
from migrations_app.hooks import hosts as hook_hosts
from migrations_app.hooks import signing as hook_signing
from migrations_app.plans import Plan, PlanEvent

MOST: Final = 20
LONGEST_URL: Final = 500
KEPT: Final = dt.timedelta(days=30)
TEST: Final = "webhook.tested"
DELETED: Final = "plan.deleted"


class TooManyHooksError(ValueError):
    """A workspace has as many webhooks as it may."""


class StillWaitingError(ValueError):
    """A message that is still to be sent by itself."""


class Webhook(models.Model):
    """One receiver. Its address may hold a secret of its receiver's: owners alone see it, and the log its host only."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=LONGEST_URL)
    note = models.CharField(max_length=200, blank=True)
    salt = models.CharField(max_length=32, default=capability.new_link, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return hook_hosts.host_of(self.url)

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"webhook:{self.public_id}"

    @property
    def secret(self) -> bytes:
        """What its messages are signed with."""
        return salted_hmac("costcalc.webhook", f"{self.public_id}.{self.salt}", algorithm="sha256").digest()


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Messages, as they are looked for."""

    def due(self, now: dt.datetime) -> DeliveryQuerySet:
        """Those to be sent now, what has waited longest first."""
        return self.filter(next_at__lte=now).select_related("webhook").order_by("next_at", "pk")

    def claim(self, row: Delivery, until: dt.datetime) -> bool:
        """Whether this process is to send it: nobody else has begun since it was looked at."""
        mine = self.filter(pk=row.pk, next_at=row.next_at, attempts=row.attempts)
        return bool(mine.update(next_at=until, attempts=F("attempts") + 1))


class Delivery(models.Model):
    """A message to one webhook. `next_at` is null once it was taken or given up; `status` is that of the last try."""

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    # A plan that is deleted takes along what was said of it.
    plan = models.ForeignKey(Plan, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)
    next_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    # In a word, why there was no answer.
    fault = models.CharField(max_length=40, blank=True)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """The id by which its receiver knows it again."""
        return f"msg_{self.public_id}"

    @property
    def state(self) -> str:
        """`waiting`, `taken` or `given-up`."""
        if self.taken_at is not None:
            return "taken"
        return "given-up" if self.next_at is None else "waiting"


def queue(plan: Plan, rows: Iterable[tuple[PlanEvent, Mapping[str, Any]]], now: dt.datetime) -> None:
    """Have happenings sent, with what may be told of each; in the transaction that stores them."""
    hooks = list(Webhook.objects.filter(workspace=plan.workspace_id))
    if not hooks:
        return
    for row, said in rows:
        told = {"plan": plan.public_id, "kind": row.kind, "at": row.at.isoformat(), "revision": row.number}
        for hook in hooks:
            _message(hook, plan, row.kind, {**told, "data": dict(said)}, now).save(force_insert=True)


def queue_deletion(plan: Plan, now: dt.datetime) -> None:
    """Have it sent that a plan is about to be deleted, in that transaction; the message outlives the plan."""
    told = {"plan": plan.public_id, "kind": DELETED, "at": now.isoformat(), "revision": plan.revision}
    for hook in Webhook.objects.filter(workspace=plan.workspace_id):
        _message(hook, None, DELETED, {**told, "data": {"name": plan.name}}, now).save(force_insert=True)


def test(came: Visit, hook: Webhook, now: dt.datetime) -> Delivery:
    """Have a message sent that says nothing."""
    with acting(came.workspace, came.actor) as act:
        told: dict[str, Any] = {"plan": None, "kind": TEST, "at": now.isoformat(), "revision": None, "data": {}}
        row = _message(hook, None, TEST, told, now)
        row.save(force_insert=True)
        act.note(TEST, hook.target)
    return row


def _message(hook: Webhook, plan: Plan | None, kind: str, told: Mapping[str, Any], now: dt.datetime) -> Delivery:
    row = Delivery(webhook=hook, plan=plan, kind=kind, created_at=now, next_at=now)
    row.body = json.dumps({"id": row.message, **told}, ensure_ascii=False, separators=(",", ":"))
    return row


def add(came: Visit, url: str, note: str, now: dt.datetime) -> tuple[Webhook, str]:
    """A new webhook, and its secret, which nobody is shown again. Raises Refused and TooManyHooksError."""
    hook_hosts.is_private(url, settings.WEBHOOK_HOSTS)
    with acting(came.workspace, came.actor) as act:
        if Webhook.objects.filter(workspace=came.workspace).count() >= MOST:
            raise TooManyHooksError(came.workspace.public_id)
        hook = Webhook(workspace=came.workspace, url=url, note=note, created_by=came.user, created_at=now)
        hook.save(force_insert=True)
        act.note("webhook.made", hook.target, None, {"host": str(hook), "note": note})
    return hook, hook_signing.written(hook.secret)


def hook_of(came: Visit, webhook: str) -> Webhook:
    """A webhook of the workspace. Raises Http404."""
    found = Webhook.objects.filter(workspace=came.workspace, public_id=webhook).first()
    if found is None:
        raise Http404
    return found


def delivery_of(found: Webhook, delivery: str) -> Delivery:
    """A message to a webhook, by its own id or that which its receiver sees. Raises Http404."""
    row: Delivery | None = found.deliveries.filter(public_id=delivery.removeprefix("msg_")).first()
    if row is None:
        raise Http404
    return row


def remove(came: Visit, hook: Webhook) -> None:
    """Send it nothing any more; what was sent is forgotten."""
    with acting(came.workspace, came.actor) as act:
        if hook.delete()[0]:
            target = f"webhook:{hook.public_id}"
            act.note("webhook.removed", target, {"host": str(hook), "note": hook.note})


def send_again(came: Visit, row: Delivery, now: dt.datetime) -> None:
    """Have a message sent once more, under its id. Raises StillWaitingError where it is to be sent anyway."""
    with acting(came.workspace, came.actor) as act:
        done = Delivery.objects.filter(pk=row.pk, next_at=None)
        if not done.update(next_at=now, attempts=0, taken_at=None):
            raise StillWaitingError(row.message)
        act.note("webhook.sent_again", row.webhook.target, None, {"message": row.message, "kind": row.kind})


def forget_old(now: dt.datetime) -> int:
    """Delete what was sent, or given up, long ago; how many there were."""
    old = Delivery.objects.filter(created_at__lt=now - KEPT, next_at=None)
    return int(old.delete()[0])
