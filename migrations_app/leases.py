"""Work that one process does for all of them: whoever holds its lease, until that runs out or is renewed."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q


class LeaseQuerySet(models.QuerySet["Lease"]):
    """Leases, one a name."""

    def take(self, name: str, holder: str, now: dt.datetime, length: dt.timedelta) -> bool:
        """Whether `holder` has it from now on; renewed once half of its time is over. One of many gets it."""
        row = self.filter(name=name).first()
        if row is None:
            return bool(self.get_or_create(name=name, defaults={"holder": holder, "until": now + length})[1])
        if row.holder != holder and row.until > now:
            return False
        if row.holder == holder and row.until > now + length / 2:
            return True
        free = self.filter(Q(holder=holder) | Q(until__lte=now), name=name)
        return bool(free.update(holder=holder, until=now + length))

    def leave(self, name: str, holder: str) -> None:
        """Let others have it at once."""
        self.filter(name=name, holder=holder).delete()


class Lease(models.Model):
    """Who does something, and until when nobody else does it."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=40)
    until = models.DateTimeField()

    objects: ClassVar = LeaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
