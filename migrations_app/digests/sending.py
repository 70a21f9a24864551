"""The digests' part of a round: each that is due is sent, or left out because nothing is due.

What one person's digest meets with is no other's business, but for a mail server that is away: then the rest waits for
the next round. It comes last in a round, and takes part of it only.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from django.db import DatabaseError

from costcalc.accounts import address, mail
from migrations_app.digests.digest import Digest
from migrations_app.digests.mail import AwayError, NotTakenError, deliver, written
from migrations_app.digests.times import wait_after

logger = logging.getLogger(__name__)
MOST: Final = 200
LONGEST: Final = dt.timedelta(seconds=20)
Clock = Callable[[], dt.datetime]


class Post:
    """The mail server, as it was met with in this round."""

    away = False


def steps(clock: Clock) -> Iterator[Callable[[], list[str]]]:
    """What is due, digest by digest; nothing while there is no mail server."""
    if not mail.is_set_up():
        return
    began, post = clock(), Post()
    for row in Digest.objects.elsewhere()[:MOST]:
        yield partial(moved, row, began)
    for row in Digest.objects.due(began)[:MOST]:
        if post.away or clock() - began > LONGEST:
            return
        yield partial(one, row, clock, post)


def moved(row: Digest, now: dt.datetime) -> list[str]:
    """Reckon a digest's next time in the time zone that its person has now."""
    before = Digest.objects.filter(pk=row.pk, next_at=row.next_at, zone=row.zone)
    row.zone = row.user.time_zone
    before.update(zone=row.zone, next_at=row.times.after(now, row.last_on))
    return []


def one(row: Digest, clock: Clock, post: Post) -> list[str]:
    """Send a digest, unless another process does; in words for the operator."""
    now = clock()
    following = Digest.objects.claim(row, now)
    if following is None or not address.is_confirmed(row.user):
        return []
    try:
        message = written(row, now)
        if message is None:
            return []
        deliver(message)
    except NotTakenError as error:
        post.away = isinstance(error, AwayError)
        return [failed(row, following, error, clock())]
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The %s could not be written.", row)
        return []
    Digest.objects.filter(pk=row.pk).update(sent_at=clock(), attempts=0, fault="", failed_at=None)
    return [f"{row}: sent"]


def failed(row: Digest, following: dt.datetime, error: NotTakenError, now: dt.datetime) -> str:
    """Note that a digest was not taken, and have it tried again before its next time where that may help."""
    attempts = row.attempts + 1
    mine = Digest.objects.filter(pk=row.pk, next_at=following)
    again = now + wait_after(attempts)
    if error.again and again < following:
        mine.update(next_at=again, last_on=row.last_on, attempts=attempts, fault=error.fault, failed_at=now)
    else:
        mine.update(attempts=0, fault=error.fault, failed_at=now)
    return f"{row}: {error.fault}"
