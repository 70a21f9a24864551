"""A round: what is due is done, by one process at a time. Each thing done is an act of its own.

That only one process goes its rounds is for economy; that nothing happens twice is each act's own care.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from django.db import DatabaseError
from django.http import Http404

from migrations_app import carrying
from migrations_app.digests import sending as digest_sending
from migrations_app.hooks import sending as hook_sending
from migrations_app.leases import Lease
from migrations_app.plans import Plan, StaleError

logger = logging.getLogger(__name__)
NAME: Final = "rounds"
HOLDER: Final = secrets.token_hex(16)
# A process that has died is followed after so long.
LENGTH: Final = dt.timedelta(seconds=60)
MOST: Final = 500
Clock = Callable[[], dt.datetime]


def go(clock: Clock, stopping: Callable[[], bool] = lambda: False, holder: str = HOLDER) -> list[str]:
    """Go one round, unless another process does: what was done, in words for the operator."""
    if not Lease.objects.take(NAME, holder, clock(), LENGTH):
        return []
    done: list[str] = []
    for step in steps(clock):
        if stopping() or not Lease.objects.take(NAME, holder, clock(), LENGTH):
            break
        done += carefully(step)
    return done


def carefully(step: Callable[[], list[str]]) -> list[str]:
    """Do a piece of a round. What it stumbles over keeps no other piece waiting, nor the next round."""
    try:
        return step()
    except DatabaseError:
        raise
    except Exception:
        logger.exception("A piece of a round failed.")
        return []


def steps(clock: Clock) -> Iterator[Callable[[], list[str]]]:
    """Everything that may be due, piece by piece."""
    for plan in Plan.objects.due(clock())[:MOST]:
        yield partial(promoted, plan, clock())
    yield partial(hook_sending.go, clock)
    yield partial(hook_sending.forget, clock)
    yield from digest_sending.steps(clock)


def promoted(plan: Plan, now: dt.datetime) -> list[str]:
    """Have a plan go on by itself. One that cannot be carried on keeps no other one waiting."""
    try:
        told = carrying.by_itself(plan, now)
    except (StaleError, Http404):
        # Somebody has just done something to it, or deleted it.
        return []
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The plan %s could not go on by itself.", plan.public_id)
        return []
    return [f"{plan.public_id}: {happening.kind}" for happening in told]


def rest() -> None:
    """Let another process go the next round at once."""
    Lease.objects.leave(NAME, HOLDER)
