"""Who may start a run now: asked of the database in one short hop to a thread, and never needed to stream.

A database that is away, or slow, stops nobody: visitors are then counted in this worker's memory.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import DatabaseError

logger = logging.getLogger(__name__)
MINUTE: Final = 60
DATABASE_S: Final = 1.0
# For so long a database that did not answer is not asked again.
PAUSE_S: Final = 10.0


class Unknown(Exception):
    """Nobody can say now who is signed in."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Seconds to wait, 0 to come in; and whether this is somebody who is signed in, where that was asked."""

    wait: int = 0
    signed_in: bool = False


class Gate:
    """Admits visitors by their addresses (`visitors.subscriber`)."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._asked_again_at = 0.0
        self._counted: Counter[str] = Counter()
        self._window = 0

    async def admit(self, visitor: str, cookies: str | None) -> Admission:
        """Count one run. `cookies` are given where it matters who asks. Raises Unknown when nobody can say."""
        if settings.RATE_LIMIT is None and cookies is None:
            return Admission()
        # Tables can be imported only once Django is set up, which this application is imported before.
        from costcalc.streaming.relay.counting import in_database

        if time.monotonic() < self._asked_again_at:
            return self._alone(visitor, cookies)
        self._threads = self._threads or ThreadPoolExecutor(2, "admission")
        loop = asyncio.get_running_loop()
        asking = loop.run_in_executor(self._threads, in_database, visitor, cookies)
        try:
            async with asyncio.timeout(DATABASE_S):
                return await asking
        except (DatabaseError, TimeoutError):
            logger.warning("The database does not answer; for %d s runs are counted without it.", PAUSE_S)
            self._asked_again_at = time.monotonic() + PAUSE_S
            return self._alone(visitor, cookies)

    def _alone(self, visitor: str, cookies: str | None) -> Admission:
        """What this worker knows by itself."""
        from costcalc.streaming.relay.counting import seconds_until

        if cookies is not None:
            raise Unknown
        now = int(time.time())
        if now - self._window >= MINUTE:
            self._window = now
            self._counted.clear()
        self._counted[visitor] += 1
        return Admission(seconds_until(self._window, self._counted[visitor], now))


def cookies_of(headers: Mapping[str, str]) -> str:
    """The cookies of a request."""
    return headers.get("cookie", "")
