"""Sending what webhooks wait for: a few at once, a slow receiver keeping no other one waiting for long."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from costcalc.wire.loops import finished
from costcalc.wire.upstream import Limits, UpstreamError, connected, pinned
from migrations_app.hooks import hosts as hook_hosts
from migrations_app.hooks import signing as hook_signing
from migrations_app.hooks.webhooks import Delivery, forget_old
from migrations_app.rules.happening import Refused

AT_ONCE: Final = 20
# Of one receiver, so that one that is away does not fill each round.
OF_ONE: Final = 5
LOOKED_AT: Final = 400
PATIENCE: Final = Limits(connect=5, first_byte=10, silence=5)
LONGEST_S: Final = 20.0
# Longer than any attempt takes: a process that died in the middle of one is followed then.
CLAIMED: Final = dt.timedelta(minutes=2)
# Spreads what failed at one moment; nothing is kept secret by it.
DICE: Final = random.SystemRandom()


@dataclass(frozen=True)
class Call:
    """One attempt."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """The receiver's status, or None with why there is none, in a word."""

    status: int | None
    fault: str = ""


def go(clock: Callable[[], dt.datetime]) -> list[str]:
    """Send what is due, and say what became of it."""
    now = clock()
    rows = [row for row in due(now) if Delivery.objects.claim(row, now + CLAIMED)]
    if not rows:
        return []
    outcomes = finished(lambda: _all(rows, now))
    return [settle(row, outcome, clock()) for row, outcome in zip(rows, outcomes, strict=True)]


def due(now: dt.datetime) -> list[Delivery]:
    """What is sent in one round: a few of each receiver."""
    seen, chosen = Counter[int](), list[Delivery]()
    for row in Delivery.objects.due(now)[:LOOKED_AT]:
        seen[row.webhook_id] += 1
        if seen[row.webhook_id] <= OF_ONE and len(chosen) < AT_ONCE:
            chosen.append(row)
    return chosen


async def _all(rows: list[Delivery], now: dt.datetime) -> list[Outcome]:
    return await asyncio.gather(*(sent(row, now) for row in rows))


async def sent(row: Delivery, now: dt.datetime) -> Outcome:
    """One attempt. Whether its host is allowed is asked each time: the operator may have thought better of it."""
    url, body = row.webhook.url, row.body.encode()
    try:
        private = hook_hosts.is_private(url, settings.WEBHOOK_HOSTS)
        async with asyncio.timeout(LONGEST_S):
            route = await pinned(url, private=private, seconds=PATIENCE.connect)
            call = Call(url, hook_signing.headers(row.webhook.secret, row.message, now, body), body)
            # Its status is all that is wanted: no redirect is followed, and its body is not read.
            async with connected(call, route, PATIENCE) as up:
                return Outcome(up.status)
    except Refused as refused:
        return Outcome(None, refused.code)
    except TimeoutError:
        return Outcome(None, "TooSlow")
    except UpstreamError as error:
        return Outcome(None, type(error).__name__)


def settle(row: Delivery, outcome: Outcome, now: dt.datetime) -> str:
    """Note what became of an attempt, unless another one has begun since; in words for the operator."""
    attempts = row.attempts + 1
    taken = hook_signing.taken(outcome.status)
    wait = None if taken else hook_signing.wait_after(attempts, outcome.status, DICE.random())
    Delivery.objects.filter(pk=row.pk, attempts=attempts).update(
        status=outcome.status,
        fault=outcome.fault,
        tried_at=now,
        taken_at=now if taken else None,
        next_at=now + wait if wait else None,
    )
    return f"{row.message}: {outcome.status or outcome.fault}"


def forget(clock: Callable[[], dt.datetime]) -> list[str]:
    """Let go of what is kept long enough."""
    count = forget_old(clock())
    return [f"{count} old messages forgotten"] if count else []
