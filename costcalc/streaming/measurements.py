"""What was measured of one stream, kept: figures only, never what was asked or answered."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models, transaction

from costcalc.accounts import capability
from costcalc.accounts.people import User
from costcalc.catalog.models import Price
from costcalc.streaming.completion import End

# Of one owner; what is older makes room.
MOST: Final = 1000
# A visitor without an account keeps theirs as long as a session lives.
VISITORS_DAYS: Final = 30
SECOND: Final = 1_000_000
TRANSPORTS: Final = {"sse": "SSE", "websocket": "WebSocket"}
Owner = User | str


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    """Measurements as their owner sees them."""

    def of(self, owner: Owner) -> MeasurementQuerySet:
        """All of a user's, or of the visitor with this secret, latest first; none of "", which is nobody."""
        if isinstance(owner, User):
            return self.filter(user=owner)
        return self.filter(user=None, visitor=capability.hashed(owner)) if owner else self.none()

    def adopt(self, visitor: str, user: User) -> int:
        """What a visitor measured is the user's from now on: they have signed in."""
        return self.of(visitor).update(user=user, visitor="")

    def priced(self) -> MeasurementQuerySet:
        """With what a receipt reads of their prices."""
        return self.select_related("price__model__provider", "price__source")

    def forget(self, now: dt.datetime) -> None:
        """Delete what visitors measured whose sessions have ended by now."""
        self.filter(user=None, at__lt=now - dt.timedelta(days=VISITORS_DAYS)).delete()


class Measurement(models.Model):
    """The figures of one stream. Times are whole microseconds since it was asked for, null where unknown.

    Whose it is: a user's, else the visitor's whose session holds the secret that `visitor` is the hash of.
    """

    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    visitor = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField()
    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=200)
    transport = models.CharField(max_length=9, choices=list(TRANSPORTS.items()))
    end = models.CharField(max_length=9, choices=[(end.value, end.value) for end in End])
    status = models.PositiveSmallIntegerField(null=True)
    connect_us = models.PositiveBigIntegerField(null=True)
    upstream_us = models.PositiveBigIntegerField(null=True)
    ttft_us = models.PositiveBigIntegerField(null=True)
    reasoning_us = models.PositiveBigIntegerField(null=True)
    between_p50_us = models.PositiveBigIntegerField(null=True)
    between_p95_us = models.PositiveBigIntegerField(null=True)
    between_p99_us = models.PositiveBigIntegerField(null=True)
    # From the first chunk to the last one: what rates are rates of.
    span_us = models.PositiveBigIntegerField(null=True)
    total_us = models.PositiveBigIntegerField()
    chunks = models.PositiveIntegerField()
    tokens = models.PositiveBigIntegerField(null=True)
    received = models.PositiveBigIntegerField()
    resumed = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=1)
    # Whether another row, over the other transport, was fed by the same call of the provider, and bears its cost.
    shares_call = models.BooleanField(default=False)
    # What was asked for together: a token of chance that the browser drew, and which stream of it this is. Each is
    # kept once, however often it is sent. Empty for what came without.
    batch = models.CharField(max_length=32, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    # By genai-prices' names; empty where none was reported.
    usage = models.JSONField(default=dict)
    # The catalogue's model and the price of that day; a price never changes, so that the cost does not either.
    priced_as = models.CharField(max_length=300, blank=True)
    price = models.ForeignKey(Price, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("user", "-at")),)
        # By no owner: whoever signs in between two tries is still the same reader.
        constraints = (
            models.UniqueConstraint(fields=("batch", "place"), condition=~models.Q(batch=""), name="measured_once"),
        )

    def __str__(self) -> str:
        return f"{self.provider}/{self.model} {self.public_id}"

    @property
    def chunks_per_second(self) -> float | None:
        """Chunks a second while they came (`measures.figures`)."""
        return _rate(self.chunks, self.span_us)

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens a second while they came, where they were reported."""
        return _rate(self.tokens, self.span_us)

    @property
    def bytes_per_token(self) -> float | None:
        """Bytes of the body, or of the messages, for each token that was streamed."""
        return self.received / self.tokens if self.tokens else None


def _rate(count: int | None, span: int | None) -> float | None:
    return (count - 1) * SECOND / span if count and span else None


def share_calls(rows: Sequence[Measurement]) -> None:
    """Mark what came over a WebSocket beside the same over SSE: one call fed both, and is paid once.

    They were measured together, and are sent together: a WebSocket has no runs of its own in the lab.
    """
    over_sse = Counter((row.provider, row.model) for row in rows if row.transport == "sse")
    for row in rows:
        if row.transport == "websocket" and over_sse[row.provider, row.model] > 0:
            over_sse[row.provider, row.model] -= 1
            row.shares_call = True


def keep(rows: Sequence[Measurement], owner: Owner, now: dt.datetime) -> list[Measurement]:
    """Store measurements for their owner; what was stored before is not stored again, the oldest ones over MOST go.

    `owner` is a user, or a visitor's secret. Answers what is theirs of these, and of what was asked for together with
    them, in the order of the streams and with what a receipt reads.
    """
    whose: dict[str, Any] = {"user": owner} if isinstance(owner, User) else {"visitor": capability.hashed(owner)}
    for row in rows:
        row.at = now
        for name, value in whose.items():
            setattr(row, name, value)
    with transaction.atomic():
        Measurement.objects.forget(now)
        Measurement.objects.bulk_create(rows, ignore_conflicts=True)
        over = Measurement.objects.of(owner).values_list("pk", flat=True)[MOST:]
        Measurement.objects.filter(pk__in=list(over)).delete()
    these = models.Q(public_id__in=[row.public_id for row in rows])
    together = models.Q(batch__in={row.batch for row in rows} - {""})
    return list(Measurement.objects.of(owner).filter(these | together).priced().order_by("place", "pk"))
