from typing import NamedTuple

from django.db import connection, models

SECONDS = 60


class Standing(NamedTuple):
    """How often an address has come since `started` (seconds since 1970)."""

    started: int
    requests: int


class RequestWindowQuerySet(models.QuerySet["RequestWindow"]):
    """Counts requests; one statement each, so that workers on either database never miss one."""

    def count_request(self, address: str, now: int, weight: int = 1) -> Standing:
        """Count a request from this address at `now`, in seconds since 1970, as one or as several.

        A window opens with its first request and holds a minute: no boundary to burst across.
        """
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"address": address, "now": now, "expired": now - SECONDS, "weight": weight})
            standing = Standing(*cursor.fetchone())
        if standing.requests == weight:
            self.filter(started__lte=now - SECONDS).delete()
        return standing


class RequestWindow(models.Model):
    """The minute in which an address's requests are counted. Rows older than that are swept."""

    address = models.CharField(primary_key=True, max_length=45)
    started = models.BigIntegerField(db_index=True)
    requests = models.PositiveIntegerField()

    objects = RequestWindowQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.address}: {self.requests}"


class Answer(models.Model):
    """What a request with an Idempotency-Key was answered, for a day; written with what it did, or not at all."""

    owner = models.CharField(max_length=80)
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        # Of two requests at the same moment one waits here for the other to end.
        constraints = (models.UniqueConstraint(fields=("owner", "route", "key"), name="one_answer_a_key"),)

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


COUNT = """
INSERT INTO wire_requestwindow AS seen (address, started, requests) VALUES (%(address)s, %(now)s, %(weight)s)
ON CONFLICT (address) DO UPDATE SET
  requests = CASE WHEN seen.started <= %(expired)s THEN excluded.requests ELSE seen.requests + excluded.requests END,
  started = CASE WHEN seen.started <= %(expired)s THEN excluded.started ELSE seen.started END
RETURNING started, requests
"""
