"""A key of a plan, tried: the typed key is recognised, called with, and forgotten; what came of it is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import Http404
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from costcalc.accounts.access import Visit
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.key_test import KeyTest, try_key
from costcalc.wire.loops import finished
from migrations_app.carrying import carry_out
from migrations_app.keys.fingerprints import Known, recognised
from migrations_app.plans import Plan
from migrations_app.rules.happening import Refused
from migrations_app.rules.key_commands import Tried
from migrations_app.rules.keys import Key

# Each waits for a provider, in two threads of this worker.
AT_ONCE: Final = 4
# Of the requests that an address has in a minute: ten such calls.
WEIGHT: Final = 60
_places = threading.BoundedSemaphore(AT_ONCE)


def key_of(plan: Plan, key_id: str) -> Key:
    """A key that an address names. Raises Http404."""
    try:
        return plan.state.keys.key(key_id)
    except Refused:
        raise Http404 from None


@contextmanager
def place() -> Iterator[None]:
    """While a key is tried. Raises Refused where too many are."""
    if not _places.acquire(blocking=False):
        raise Refused("tests-busy")
    try:
        yield
    finally:
        _places.release()


@sensitive_variables("secret")
def try_out(came: Visit, plan: Plan, key_id: str, endpoint: Endpoint, model: str, secret: str) -> Plan:
    """Make the call and note what came of it. Raises Refused, before any call, for another key, and Http404."""
    known = _recognised(plan, key_id, secret)
    with place():
        try:
            tried = finished(lambda: try_key(endpoint, model, secret))
        except ValueError:
            raise Refused("key-no-header") from None
    return carry_out(came, plan, _noted(key_id, endpoint, model, known, tried), timezone.now())


@sensitive_variables("secret")
def _recognised(plan: Plan, key_id: str, secret: str) -> Known:
    known = key_of(plan, key_id).print
    found = recognised(secret, known)
    if found is None:
        raise Refused("other-key", last=known.last)
    return found


def _noted(key_id: str, endpoint: Endpoint, model: str, known: Known, tried: KeyTest) -> Tried:
    return Tried(
        key=key_id,
        outcome=tried.outcome,
        status=tried.status,
        seconds=None if tried.seconds is None else round(tried.seconds, 3),
        said=tried.said,
        endpoint=endpoint.name,
        model=model,
        known=known,
    )
