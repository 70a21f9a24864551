"""Counting a visitor's runs in the database, and looking there who asks. In a thread, never on the event loop."""

import time
from typing import Final

from django.conf import settings
from django.db import connections

from costcalc.accounts.cookies import signed_in
from costcalc.streaming.relay.admission import Admission
from costcalc.wire.models import RequestWindow, Standing
from costcalc.wire.rate_limit import seconds_to_wait

# Of the requests that an address may make in a minute, one in so many may start a run: each keeps a provider busy.
SHARE: Final = 5


def in_database(visitor: str, cookies: str | None) -> Admission:
    """Count a run, and look who asks. The connection is not kept. Raises DatabaseError."""
    now = int(time.time())
    try:
        wait = 0
        if settings.RATE_LIMIT is not None:
            wait = seconds_until(*RequestWindow.objects.count_request(f"runs {visitor}", now), now)
        return Admission(wait, cookies is not None and signed_in(cookies) is not None)
    finally:
        connections.close_all()


def seconds_until(begun: int, runs: int, now: int) -> int:
    """Seconds until somebody with so many runs since `begun` (seconds since 1970) may start another; 0: at once."""
    if settings.RATE_LIMIT is None:
        return 0
    return seconds_to_wait(Standing(begun, runs), max(1, settings.RATE_LIMIT // SHARE), now)
