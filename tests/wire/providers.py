"""Providers made for a test: what each does with a connection is written there."""

import asyncio
import re
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Act: TypeAlias = Callable[[Reader, Writer], Awaitable[None]]
SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call: what `upstream` takes."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


def chunked(body: bytes) -> bytes:
    """A piece of a chunked body; an empty one ends it."""
    return b"%x\r\n%s\r\n" % (len(body), body)


def whole(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


class Flood:
    """Sends one piece again and again, as fast as it is taken; `sent` counts the bytes that went out."""

    def __init__(self, piece: bytes, times: int) -> None:
        self.piece, self.times, self.sent = piece, times, 0

    async def __call__(self, _reader: Reader, writer: Writer) -> None:
        writer.write(SSE)
        for _ in range(self.times):
            writer.write(self.piece)
            await writer.drain()
            self.sent += len(self.piece)


class Provider:
    """What came in, on how many connections, and which of them are open."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.requests: list[bytes] = []
        self.open = 0
        self.left: asyncio.Queue[float] = asyncio.Queue()
        self.port = 0

    async def serve(self, reader: Reader, writer: Writer) -> None:
        """Read one request, then do as written; afterwards wait for the client to leave."""
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                self.requests.append(await request(reader))
                await self.act(reader, writer)
                await reader.read()
        finally:
            self.open -= 1
            self.left.put_nowait(time.monotonic())
            # The client has left, or the test has: nothing waits to be sent.
            writer.transport.abort()

    def url(self, path: str = "/v1/chat/completions", scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Where it listens."""
        return f"{scheme}://{host}:{self.port}{path}"


async def request(reader: Reader) -> bytes:
    """A whole request, as it came."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


@asynccontextmanager
async def provider(
    act: Act | bytes,
    *,
    path: Path | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Provider]:
    """A provider that listens on this loop, at a port or at a socket's path."""

    async def say(_: Reader, writer: Writer) -> None:
        assert isinstance(act, bytes)
        writer.write(act)
        await writer.drain()

    made = Provider(say if isinstance(act, bytes) else act)
    if path:
        server = await asyncio.start_unix_server(made.serve, path)
    else:
        server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
        made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@contextmanager
def provider_in_thread(act: Act | bytes) -> Iterator[Provider]:
    """A provider on a loop of its own, for tests that have none."""
    ready: Future[Provider] = Future()
    done = asyncio.Event()
    loop = asyncio.new_event_loop()

    async def live() -> None:
        async with provider(act) as made:
            ready.set_result(made)
            await done.wait()
        # Here and not by who waits outside: a browser's loop may be running there.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()), daemon=True)
    thread.start()
    try:
        yield ready.result(5)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(5)
        loop.close()
