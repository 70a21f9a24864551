"""An application that only streams, inside the product's own wrappers, for tests on real servers.

`python -m tests.wire.streams PORT WORKERS` serves it as `manage.py serve` serves the product;
`uvicorn tests.wire.streams:application` serves it plainly.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from costcalc.management.commands.serve import Gunicorn, bind
from costcalc.wire import sse
from costcalc.wire.bounds import Bounds
from costcalc.wire.dispatch import Dispatch
from costcalc.wire.drain import drain
from costcalc.wire.lifespan import Lifespan
from costcalc.wire.raw import answer, healthz
from costcalc.wire.watchdog import Watchdog
from tests.wire.asgi import swallow


async def ticks() -> AsyncIterator[int]:
    """A number every 20 ms, for ever."""
    for number in range(10**9):
        yield number
        await asyncio.sleep(0.02)


async def stream(scope: Any, receive: Any, send: Any) -> None:
    """Ticks until the server goes down, then a last event and a proper end."""
    headers = [(name.encode(), value.encode()) for name, value in sse.HEADERS]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for number in drain.until(ticks()):
        await send({"type": "http.response.body", "body": sse.event(number), "more_body": True})
    await send({"type": "http.response.body", "body": sse.event("bye", "done")})


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    """A stream that does not listen to drain, as a careless author would write it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    async for number in ticks():
        await send({"type": "http.response.body", "body": sse.event(number), "more_body": True})


async def pid(scope: Any, receive: Any, send: Any) -> None:
    """Which process answers."""
    await answer(send, 200, str(os.getpid()).encode(), "text/plain")


async def stuck(scope: Any, receive: Any, send: Any) -> None:
    """Stop the event loop for a minute."""
    time.sleep(60)  # noqa: ASYNC251 (this is what the watchdog is for)


routes = {"/healthz": healthz, "/stream": stream, "/deaf": deaf, "/pid": pid, "/stuck": stuck}
application = Lifespan(
    Bounds(Dispatch(routes, default=swallow), limit=1024 * 1024), drain, Watchdog(patience=4, interval=0.25)
)


class Streams(Gunicorn):
    """The product's server, serving this application."""

    def load(self) -> Any:
        return application


if __name__ == "__main__":
    port, workers = int(sys.argv[1]), int(sys.argv[2])
    Streams(bind("127.0.0.1", port), workers, f"http://127.0.0.1:{port}/").run()
