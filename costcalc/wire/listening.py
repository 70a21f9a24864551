"""Listening to a WebSocket of another worker of this machine, over its own door: what one worker passes on for another.

async with listening(route, host, path) as messages:
    async for text in messages: ...
    messages.code, messages.reason
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from costcalc.wire.routes import Broken, UnixSocket, Unreachable

READ_AT_ONCE: Final = 65536
PATIENCE_S: Final = 2.0
NOWHERE: Final = "worker.invalid"
# A worker says nothing longer than an event of a stream, and the relay bounds those.
LONGEST_MESSAGE: Final = 16 * 1024 * 1024


class Messages:
    """What a socket says, message by message; `code` and `reason` are those of its close, once it has ended."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str) -> None:
        self.code = 0
        self.reason = ""
        self._reader = reader
        self._writer = writer
        self._host = host
        self._protocol = ClientProtocol(parse_uri(f"ws://{NOWHERE}{path}"), max_size=LONGEST_MESSAGE)

    async def shake_hands(self) -> None:
        """Ask for the socket. Raises Unreachable where it is refused."""
        asked = self._protocol.connect()
        # A visitor's own word, which need not be one that an address can hold.
        del asked.headers["Host"]
        asked.headers["Host"] = self._host
        self._protocol.send_request(asked)
        await self._flush()
        while self._protocol.handshake_exc is None and self._protocol.state.name == "CONNECTING":
            await self._take()
        if self._protocol.handshake_exc is not None:
            raise Unreachable("first byte", "The worker refuses this socket.")

    async def __aiter__(self) -> AsyncIterator[str]:
        """The text messages until the close. Raises Broken where the connection ends without one."""
        while True:
            for item in self._protocol.events_received():
                if isinstance(item, Frame) and item.opcode is Opcode.TEXT:
                    yield bytes(item.data).decode()
            if self._protocol.close_rcvd:
                self.code, self.reason = self._protocol.close_rcvd.code, self._protocol.close_rcvd.reason
                return
            await self._take()

    async def _take(self) -> None:
        try:
            data = await self._reader.read(READ_AT_ONCE)
        except OSError:
            data = b""
        if not data:
            raise Broken("body", "The worker is gone.")
        self._protocol.receive_data(data)
        await self._flush()

    async def _flush(self) -> None:
        """Pongs, and the answer to a close."""
        with suppress(OSError):
            self._writer.writelines(self._protocol.data_to_send())
            await self._writer.drain()


@asynccontextmanager
async def listening(route: UnixSocket, host: str, path: str) -> AsyncIterator[Messages]:
    """A WebSocket for the length of a block. Raises Unreachable where there is none, Broken while it is listened to."""
    try:
        reader, writer = await asyncio.open_unix_connection(route.path)
    except OSError:
        raise Unreachable("connect", "The worker could not be reached.") from None
    try:
        messages = Messages(reader, writer, host, path)
        await _in_time(messages)
        yield messages
    finally:
        writer.transport.abort()


async def _in_time(messages: Messages) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await messages.shake_hands()
    except (TimeoutError, Broken):
        raise Unreachable("first byte", "The worker does not answer.") from None
