"""The server's start and end, as ASGI tells them: drain and watchdog live between the two."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from django.db import DatabaseError, connections

from costcalc.wire.drain import Drain
from costcalc.wire.raw import App, Receive, Scope, Send
from costcalc.wire.watchdog import Watchdog

logger = logging.getLogger(__name__)
_warm_ups: list[Callable[[], object]] = []
Beside = Callable[[], AbstractAsyncContextManager[None]]


def register_warm_up(prepare: Callable[[], object]) -> None:
    """Have something made ready while the server already serves, so that the first visitor need not wait for it."""
    _warm_ups.append(prepare)


def warm_up() -> None:
    """Run what was registered. A database that is away now is the first request's affair, not a failed start."""
    for prepare in _warm_ups:
        try:
            prepare()
        except DatabaseError:
            logger.warning("Not warmed up: %s", prepare.__name__, exc_info=True)
    connections.close_all()
    # What is loaded by now stays: the collector need not walk through the whole catalogue time and again.
    gc.freeze()


class Lifespan:
    """Answers the lifespan protocol itself, and everything else with the application.

    Without a watchdog (None) a stuck loop stays stuck: for a debugger, whose loop stands still.
    `beside` is served as long as the application is, and ends after it.
    """

    def __init__(self, app: App, drain: Drain, watchdog: Watchdog | None, beside: Beside = nullcontext) -> None:
        self.app = app
        self.drain = drain
        self.watchdog = watchdog
        self.beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        else:
            await self.app(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """Start what watches over the server, and stop it with the server."""
        await receive()
        self.drain.arm()
        watching = self.watch()
        warming = asyncio.create_task(asyncio.to_thread(warm_up))
        async with self.beside():
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.drain.begin()
        warming.cancel()
        if watching:
            watching.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    def watch(self) -> asyncio.Task[None] | None:
        """Watch the loop of a server process; not one that runs in a thread of something else."""
        alone = threading.current_thread() is threading.main_thread()
        return self.watchdog.start() if self.watchdog and alone else None
