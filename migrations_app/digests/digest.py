"""Who wants a digest of what is due, when, and until when that is done.

Nothing is sent twice for a day: whoever sends one moves it to its next time first. A process that dies between the two,
or a mail server that breaks off in the middle, costs that day's digest; what a server refused is tried again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models import F
from django.http import Http404

from costcalc.accounts.capability import new_id
from costcalc.accounts.models import User
from costcalc.accounts.preferences import zone_named
from migrations_app.digests.times import Rhythm, Times

SALT = "costcalc.digest"


class DigestQuerySet(models.QuerySet["Digest"]):
    """Digests, as they are looked for."""

    def due(self, now: dt.datetime) -> DigestQuerySet:
        """Those to be sent now, what has waited longest first."""
        return self.filter(next_at__lte=now, user__is_active=True).select_related("user").order_by("next_at", "pk")

    def elsewhere(self) -> DigestQuerySet:
        """Those whose person has another time zone by now than they were reckoned in."""
        waiting = self.filter(next_at__isnull=False).exclude(user__time_zone="")
        return waiting.exclude(zone=F("user__time_zone")).select_related("user")

    def claim(self, row: Digest, now: dt.datetime) -> dt.datetime | None:
        """The digest's next time, if this process is to send it now: nobody else has begun since it was looked at."""
        following = row.times.after(now, row.times.day_of(now))
        mine = self.filter(pk=row.pk, next_at=row.next_at, rhythm=row.rhythm)
        return following if mine.update(next_at=following, last_on=row.times.day_of(now)) else None


class Digest(models.Model):
    """Somebody's digest. `next_at` is null while none is sent; `last_on` is the day there on which one was due last."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=6, default=Rhythm.NEVER.value)
    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(default=0)
    # Of the person's account; where that says none, of the visit in which the digest was chosen. So is the language.
    zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, blank=True)
    # Under which address the product was visited then: links need one, and PUBLIC_URL may not be set.
    site = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField(null=True, db_index=True)
    last_on = models.DateField(null=True)
    # Since the last that was sent: attempts that were refused, and in a word why the last one was.
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=40, blank=True)
    failed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # By the link in a digest.
    stopped_at = models.DateTimeField(null=True)

    objects: ClassVar = DigestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"digest {self.public_id}"

    @property
    def tz(self) -> dt.tzinfo:
        """Where its person is."""
        return zone_named(self.zone) or dt.UTC

    @property
    def times(self) -> Times:
        """When it is sent."""
        return Times(Rhythm(self.rhythm), self.hour, self.weekday, self.tz)

    @property
    def speaks(self) -> str:
        """The language that it is written in."""
        return str(self.user.language or self.language or settings.LANGUAGE_CODE)

    @property
    def link(self) -> str:
        """The secret part of the address that stops it."""
        return _signer().sign(self.public_id)


@dataclass(frozen=True)
class Choice:
    """What somebody asks for, and what the visit says of them."""

    rhythm: Rhythm
    hour: int
    weekday: int
    zone: str
    language: str
    site: str


def of(user: User) -> Digest:
    """A person's digest, as stored or as it would be."""
    return Digest.objects.filter(user=user).first() or Digest(user=user)


def choose(user: User, choice: Choice, now: dt.datetime) -> Digest:
    """Have it sent so from now on; not once more today."""
    Digest.objects.get_or_create(user=user)
    with transaction.atomic():
        row: Digest = Digest.objects.select_for_update().get(user=user)
        _visited(row, user, choice)
        row.rhythm, row.hour, row.weekday = choice.rhythm, choice.hour, choice.weekday
        row.next_at = row.times.after(now, row.last_on)
        row.attempts, row.fault, row.failed_at, row.stopped_at = 0, "", None, None
        row.save()
    return row


def _visited(row: Digest, user: User, choice: Choice) -> None:
    row.user, row.zone = user, user.time_zone or choice.zone
    row.language, row.site = choice.language, choice.site


def to_be_sent_now(user: User, choice: Choice) -> Digest:
    """The digest that somebody asks for at once; how it is sent otherwise stays as it is."""
    row: Digest = Digest.objects.get_or_create(user=user, defaults={"zone": user.time_zone or choice.zone})[0]
    row.user = user
    if row.rhythm == Rhythm.NEVER:
        _visited(row, user, choice)
    return row


def by_link(link: str) -> Digest:
    """The digest that a link stops. Raises Http404."""
    try:
        found = Digest.objects.filter(public_id=_signer().unsign(link)).select_related("user").first()
    except BadSignature:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def stop(row: Digest, now: dt.datetime) -> None:
    """Send it no more, as asked by the link in it."""
    sent = Digest.objects.filter(pk=row.pk).exclude(rhythm=Rhythm.NEVER)
    sent.update(rhythm=Rhythm.NEVER, next_at=None, stopped_at=now, fault="", failed_at=None)


def own_data(user: User) -> dict[str, Any]:
    """What is stored of a person's digest."""
    names = ("rhythm", "hour", "weekday", "zone", "language", "next_at", "sent_at", "stopped_at")
    row = of(user)
    return {name: getattr(row, name) for name in names}


def _signer() -> Signer:
    # A point needs no quoting in an address, so that the link is masked in logs wherever it stands.
    return Signer(salt=SALT, sep=".")
