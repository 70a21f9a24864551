"""One client for each transport, as plain as they can be: what they send and see is counted on the socket.

HTTP by h11 and WebSocket by websockets' own protocol, neither of which touches a network: every byte passes here.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Final

import h11
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from costcalc.streaming.comparison.passage import Arrival, Passage
from costcalc.streaming.dialects import delta_of
from costcalc.streaming.events import Event, Parser
from costcalc.wire.counting import Connect, Counted

# What browsers would send besides would be the same for both.
HOST: Final = "localhost"
END_OF_HEAD: Final = b"\r\n\r\n"
PATIENCE_S: Final = 20.0


class Refused(Exception):
    """The server did not open the stream; the message says what it answered instead."""


async def read_sse(connect: Connect, path: str, *, last_id: str = "", at_most: int | None = None) -> Passage:
    """One stream of events; after `at_most` tokens the connection is cut. Raises Refused, OSError or TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        return await _Http(path, last_id).read(connect, at_most)


async def read_socket(connect: Connect, path: str, *, compress: bool = False, at_most: int | None = None) -> Passage:
    """The same over a WebSocket."""
    async with asyncio.timeout(PATIENCE_S):
        return await _Socket(path, compress=compress).read(connect, at_most)


class _Client(ABC):
    """Connects, asks, and takes what comes until the end, or until it has seen enough."""

    def __init__(self) -> None:
        self.passage = Passage()
        self.tokens = 0
        self.ended = False
        self._head = bytearray()

    async def read(self, connect: Connect, at_most: int | None) -> Passage:
        """What was seen of one stream."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        wire = await connect()
        try:
            await wire.send(self.request())
            self.passage.asked = wire.sent
            while not self.ended and (data := await wire.read()):
                self._take(data, (clock() - begun) * 1000)
                await self.answer(wire)
                if at_most is not None and self.tokens >= at_most:
                    wire.cut()
                    break
        finally:
            await wire.close()
        return self._whole(wire)

    @abstractmethod
    def request(self) -> bytes:
        """What is sent first."""

    @abstractmethod
    def events(self, data: bytes) -> Iterable[Event]:
        """The messages that these bytes complete. Raises Refused."""

    @abstractmethod
    async def answer(self, wire: Counted) -> None:
        """Send what the protocol wants in answer."""

    def labels(self) -> int:
        """Bytes that name or number messages."""
        return 0

    def _take(self, data: bytes, at: float) -> None:
        if self.passage.ready is None:
            self._head += data
            end = self._head.find(END_OF_HEAD)
            if end < 0:
                return
            self.passage.ready, self.passage.head = at, end + len(END_OF_HEAD)
            data = bytes(self._head)
        for event in self.events(data):
            self.tokens += bool(delta_of(event).text)
            self.passage.arrivals.append(Arrival(at, event))

    def _whole(self, wire: Counted) -> Passage:
        if self.passage.ready is None:
            raise Refused("The connection was closed before there was an answer.")
        self.passage.received = wire.received - self.passage.head
        self.passage.labels = self.labels()
        return self.passage


class _Http(_Client):
    """An ordinary GET whose answer is a stream of events."""

    def __init__(self, path: str, last_id: str) -> None:
        super().__init__()
        headers = [("host", HOST), ("accept", "text/event-stream"), *([("last-event-id", last_id)] if last_id else [])]
        self._asked = h11.Request(method="GET", target=path, headers=headers)
        self._http = h11.Connection(h11.CLIENT)
        self._parser = Parser()
        self._body = bytearray()

    def request(self) -> bytes:
        """The head of the request; it has no body."""
        return (self._http.send(self._asked) or b"") + (self._http.send(h11.EndOfMessage()) or b"")

    async def answer(self, wire: Counted) -> None:
        """Nothing: who reads events only listens."""

    def events(self, data: bytes) -> Iterable[Event]:
        """The events in the body, chunks taken apart."""
        self._http.receive_data(data)
        while True:
            item = self._http.next_event()
            if item is h11.NEED_DATA or item is h11.PAUSED:
                return
            if isinstance(item, h11.Response) and item.status_code != 200:
                raise Refused(f"HTTP {item.status_code}")
            if isinstance(item, h11.Data):
                self._body += item.data
                yield from self._parser.feed(bytes(item.data))
            if isinstance(item, h11.EndOfMessage):
                self.ended = True
                return

    def labels(self) -> int:
        """The lines `event:` and `id:`, and comments."""
        lines = bytes(self._body).split(b"\n")
        return sum(len(line) + 1 for line in lines if line.startswith((b"event:", b"id:", b":")))


class _Socket(_Client):
    """A WebSocket that only listens."""

    def __init__(self, path: str, *, compress: bool) -> None:
        super().__init__()
        extensions = [ClientPerMessageDeflateFactory()] if compress else None
        self._socket = ClientProtocol(parse_uri(f"ws://{HOST}{path}"), extensions=extensions)

    def request(self) -> bytes:
        """The request that asks for the upgrade."""
        self._socket.send_request(self._socket.connect())
        return b"".join(self._socket.data_to_send())

    def events(self, data: bytes) -> Iterable[Event]:
        """The text messages, each as the event that it stands for."""
        self._socket.receive_data(data)
        if self._socket.handshake_exc:
            raise Refused(str(self._socket.handshake_exc))
        for item in self._socket.events_received():
            if isinstance(item, Response):
                self.passage.compressed = "permessage-deflate" in item.headers.get("Sec-WebSocket-Extensions", "")
            if isinstance(item, Frame) and item.opcode is Opcode.TEXT:
                yield Event(bytes(item.data).decode())
            if isinstance(item, Frame) and item.opcode is Opcode.CLOSE:
                self.ended = True

    async def answer(self, wire: Counted) -> None:
        """Pongs, and the answer to a close."""
        for data in self._socket.data_to_send():
            if data:
                await wire.send(data)
