"""What stands between a reader and its server, as an experiment: a network that takes time, a proxy that buffers.

Each connection through it is a pair of sockets, one end of which is carried on here: nothing listens anywhere.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from costcalc.wire.counting import Connect, Counted, over

END_OF_HEAD: Final = b"\r\n\r\n"
# nginx's `proxy_buffer_size` on most machines: a page.
PAGE: Final = 4096


@dataclass(frozen=True, slots=True)
class Way:
    """`delay` is in seconds, in each direction. With `hold`, bodies of HTTP wait until so many bytes are there, or the
    end; after an upgrade the bytes are nobody's body, and are passed on as they come."""

    delay: float = 0.0
    hold: int = 0


@asynccontextmanager
async def between(connect: Connect, way: Way) -> AsyncIterator[Connect]:
    """The same server, seen through this way."""
    carried: set[asyncio.Task[None]] = set()
    ends: list[Counted] = []

    async def through() -> Counted:
        ours, theirs = socket.socketpair()
        near, far = await over(theirs), await connect()
        ends.extend((near, far))
        carried.add(asyncio.create_task(_carry(near, far, way)))
        # A connection is made by one round trip before anything can be said.
        await asyncio.sleep(2 * way.delay)
        return await over(ours)

    try:
        yield through
    finally:
        for task in carried:
            task.cancel()
        await asyncio.gather(*carried, return_exceptions=True)
        for end in ends:
            await end.close()


async def _carry(near: Counted, far: Counted, way: Way) -> None:
    """Both directions, until either end is gone: a proxy that kept the other would keep the provider writing."""
    ways = [
        asyncio.ensure_future(_pass(near, far, way.delay, bytes)),
        asyncio.ensure_future(_pass(far, near, way.delay, Holding(way.hold).let)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in ways:
            one.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        near.end()
        far.cut()


async def _pass(source: Counted, sink: Counted, delay: float, let: Callable[[bytes], bytes]) -> None:
    """What one end says, to the other: each piece `delay` seconds after it came, in its order."""
    late: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    clock = asyncio.get_running_loop().time
    reading = asyncio.create_task(_read(source, late, let))
    try:
        while piece := await late.get():
            came, data = piece
            await asyncio.sleep(came + delay - clock())
            await sink.send(data)
    except OSError:
        return
    finally:
        reading.cancel()


async def _read(
    source: Counted, late: asyncio.Queue[tuple[float, bytes] | None], let: Callable[[bytes], bytes]
) -> None:
    clock = asyncio.get_running_loop().time
    with suppress(OSError):
        while data := await source.read():
            late.put_nowait((clock(), let(data)))
    late.put_nowait((clock(), let(b"")))
    late.put_nowait(None)


class Holding:
    """Holds the body of an HTTP answer back until `limit` bytes of it are there. Pure; 0 holds nothing."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held = bytearray()
        self._head = True

    def let(self, data: bytes) -> bytes:
        """What is let through when this came; b"" came at the end."""
        self._held += data
        if self._head and not self._past_head() and data:
            return b""
        if data and len(self._held) < self.limit:
            return b""
        out = bytes(self._held)
        self._held.clear()
        return out

    def _past_head(self) -> bool:
        """Whether the head is there. It waits for the body's first page; what is no HTTP any more, for nothing."""
        if END_OF_HEAD not in self._held:
            return False
        self._head = False
        if self._held.startswith(b"HTTP/1.1 101"):
            self.limit = 0
        return True
