"""A connection of our own that counts what passes, both ways, to the byte: for measuring transports.

It goes to a worker's own door, or through something that an experiment puts between; never to another host.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

READ_AT_ONCE = 65536


class Counted:
    """One connection. `sent` and `received` are in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.sent = 0
        self.received = 0

    async def send(self, data: bytes) -> None:
        """Send, and wait while too much of it is waiting. Raises OSError when the connection is lost."""
        self.sent += len(data)
        self.writer.write(data)
        await self.writer.drain()

    async def read(self) -> bytes:
        """What comes next, b"" at the end. Raises OSError when the connection is lost."""
        data = await self.reader.read(READ_AT_ONCE)
        self.received += len(data)
        return data

    def cut(self) -> None:
        """Let go without a word, as when a cable is pulled."""
        self.writer.transport.abort()

    def end(self) -> None:
        """Say nothing more; what was said is still sent."""
        self.writer.close()

    async def close(self) -> None:
        """Let go of everything."""
        self.end()
        with suppress(OSError):
            await self.writer.wait_closed()


Connect = Callable[[], Awaitable[Counted]]


def door(path: Path) -> Connect:
    """The way to a server on a socket of the file system."""

    async def connect() -> Counted:
        return Counted(*await asyncio.open_unix_connection(path))

    return connect


async def over(end: socket.socket) -> Counted:
    """A connection over one end of a pair of sockets, whose other end somebody else serves."""
    return Counted(*await asyncio.open_connection(sock=end))
