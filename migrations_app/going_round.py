"""The rounds of a server: a task beside what it serves, which does in a thread what is due."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Final

from django.conf import settings
from django.db import Error, close_old_connections, connections
from django.utils import timezone

from costcalc.wire.drain import drain

logger = logging.getLogger(__name__)
EVERY_S: Final = 5.0
# Spreads what several servers ask; nothing is kept secret by it.
DICE: Final = random.SystemRandom()


@asynccontextmanager
async def going_round() -> AsyncIterator[None]:
    """Go rounds for the length of a block, unless the operator has another process do so (`manage.py rounds`)."""
    if not settings.ROUNDS:
        yield
        return
    with ThreadPoolExecutor(1, "rounds") as thread:
        task = asyncio.create_task(_forever(thread))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            # Else nobody goes a round until the lease has run out: what a restart finds due would wait for a minute.
            await asyncio.get_running_loop().run_in_executor(thread, leave)


async def _forever(thread: ThreadPoolExecutor) -> None:
    while True:
        await asyncio.sleep(EVERY_S * DICE.uniform(0.75, 1.25))
        await asyncio.get_running_loop().run_in_executor(thread, one)


def one() -> None:
    """One round. A database that is away is looked for again in the next."""
    # Tables can be imported only once Django is set up, which this module is imported before.
    from migrations_app import rounds

    try:
        rounds.go(timezone.now, lambda: drain.begun)
    except Error:
        logger.warning("A round was not finished: the database does not answer.", exc_info=True)
    finally:
        close_old_connections()


def leave() -> None:
    """Let another server go the next round at once."""
    from migrations_app import rounds

    try:
        rounds.rest()
    except Error:
        logger.warning("The rounds were not left: the database does not answer.", exc_info=True)
    finally:
        # The thread ends with this: what it held open would stay open.
        connections.close_all()
