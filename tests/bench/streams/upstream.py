"""A provider that paces its tokens: `python -m tests.bench.streams.upstream PORT`. Two paths beside the completion:
`GET /closed` tells when each stream's connection was lost, `GET /open` how many there are.

As lean as asyncio allows, since it shares its core with the client: what is measured is what stands between them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any, Final, cast

import uvloop

FIRST_S: Final = 0.02
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK: Final = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":'


def event(delta: str, finish: str = "null") -> bytes:
    """One chunk of the wire that holds one event."""
    return framed(f'data: {CHUNK}{delta},"finish_reason":{finish}}}]}}\n\n'.encode())


def framed(body: bytes) -> bytes:
    """One chunk of chunked transfer."""
    return b"%x\r\n%s\r\n" % (len(body), body)


class Provider(asyncio.Protocol):
    """One connection. What it is asked, it finds in the prompt: `name events pace`."""

    open: int = 0
    closed: dict[str, float] = {}

    def __init__(self) -> None:
        self.received = bytearray()
        self.name = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        # uvloop's transports are of no class of asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Remember when, on the clock that all processes of this machine share."""
        if self.name:
            Provider.open -= 1
            Provider.closed[self.name] = time.monotonic()

    def data_received(self, data: bytes) -> None:
        """Answer once the request is whole."""
        self.received += data
        head, split, body = bytes(self.received).partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not split or (length and len(body) < int(length[1])):
            return
        self.received.clear()
        if head.startswith(b"GET /closed"):
            self.tell(Provider.closed)
        elif head.startswith(b"GET /open"):
            self.tell(Provider.open)
        else:
            self.complete(body)

    def tell(self, value: Any) -> None:
        """A JSON answer."""
        body = json.dumps(value).encode()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body)
        )
        self.transport.close()

    def complete(self, body: bytes) -> None:
        """Begin a completion."""
        content = json.loads(body)["messages"][0]["content"]
        prompt = content if isinstance(content, str) else content[0]["text"]
        self.name, events, pace = prompt.split()
        Provider.open += 1
        self.transport.write(HEAD)
        asyncio.get_running_loop().call_later(FIRST_S, self.say, 0, int(events), float(pace))

    def say(self, number: int, events: int, pace: float) -> None:
        """One token, and the next one later."""
        if self.transport.is_closing():
            return
        if number == events:
            self.transport.write(event("{}", '"stop"') + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            return
        self.transport.write(event(json.dumps({"content": f" {number}"})))
        asyncio.get_running_loop().call_later(pace, self.say, number + 1, events, pace)


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
