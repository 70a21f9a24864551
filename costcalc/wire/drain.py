"""Telling open streams that the server is going down, so that each ends cleanly.

On TERM with open streams uvicorn waits for ever, or cuts them. So a handler is chained before
uvicorn's own when the server starts; it sets an event that every stream waits on beside its work:

    async for item in drain.until(source):      # stops when the server goes down
        await send(...)

or, waiting for something else: `await drain.wait()`, `if drain.begun`.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

Item = TypeVar("Item")
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Drain:
    """One server's going down. `arm` when its event loop starts; `begin` from anywhere."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def begun(self) -> bool:
        """Whether the server is going down."""
        return self._event.is_set()

    def arm(self) -> None:
        """Belong to the running loop, and hear TERM and INT where signals are heard: the main thread."""
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                chain(number, self.begin)

    def begin(self) -> None:
        """Tell every stream. Safe in a signal handler and from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Return when the server goes down."""
        await self._event.wait()

    async def until(self, source: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
        """The items of a source, until it ends or the server goes down; then the source is closed."""
        going_down = asyncio.ensure_future(self._event.wait())
        try:
            while not self.begun and (step := await _next_unless(source, going_down)) is not None:
                yield step[0]
        finally:
            going_down.cancel()
            await _close(source)


async def _next_unless(source: AsyncIterator[Item], going_down: asyncio.Future[Any]) -> tuple[Item] | None:
    """The next item in a tuple, or None at the end or when the server goes down first."""
    # A source that never truly waits would spin its worker for ever when its reader has left.
    await asyncio.sleep(0)
    turn = asyncio.create_task(_take(source))
    both: set[asyncio.Future[Any]] = {turn, going_down}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return turn.result() if turn.done() else None
    finally:
        if not turn.done():
            turn.cancel()
            with suppress(asyncio.CancelledError):
                await turn


async def _take(source: AsyncIterator[Item]) -> tuple[Item] | None:
    try:
        return (await anext(source),)
    except StopAsyncIteration:
        return None


async def _close(source: AsyncIterator[Item]) -> None:
    close = getattr(source, "aclose", None)
    if close:
        await close()


def chain(number: signal.Signals, first: Callable[[], None]) -> None:
    """On this signal call `first`, then whatever handled it before."""
    before = signal.getsignal(number)

    def both(signum: int, frame: FrameType | None) -> None:
        first()
        if callable(before):
            before(signum, frame)

    signal.signal(number, both)


drain = Drain()
