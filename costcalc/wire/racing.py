"""Whichever of several things comes first: a stream's work, its reader's leaving, the server's going down."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from costcalc.wire.raw import Receive


async def first_of(*things: Awaitable[Any]) -> tuple[int, Any]:
    """Do all of these until one is done, and stop the others: its place, and what came of it. Raises what it raised.

    Of several at the same moment it is the one named first. Each is a task of its own: a wake-up walks through
    every coroutine of its task, and between the server and a stream's work there are a dozen, for each event.
    """
    tasks = [asyncio.ensure_future(thing) for thing in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        place = next(place for place, task in enumerate(tasks) if task.done())
        return place, tasks[place].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def gone(receive: Receive) -> None:
    """Return when the reader of an HTTP answer has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
