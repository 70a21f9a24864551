"""The server's start and end, as ASGI tells them: drain and watchdog live between the two."""

import asyncio
import threading

from costcalc.wire.drain import Drain
from costcalc.wire.raw import App, Receive, Scope, Send
from costcalc.wire.watchdog import Watchdog


class Lifespan:
    """Answers the lifespan protocol itself, and everything else with the application.

    Without a watchdog (None) a stuck loop stays stuck: for a debugger, whose loop stands still.
    """

    def __init__(self, app: App, drain: Drain, watchdog: Watchdog | None) -> None:
        self.app = app
        self.drain = drain
        self.watchdog = watchdog

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
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.drain.begin()
        if watching:
            watching.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    def watch(self) -> asyncio.Task[None] | None:
        """Watch the loop of a server process; not one that runs in a thread of something else."""
        alone = threading.current_thread() is threading.main_thread()
        return self.watchdog.start() if self.watchdog and alone else None
