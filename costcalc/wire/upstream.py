"""Asking a provider, and reading its answer as it comes: the one way out of this product.

    async with upstream.connected(call, route, limits) as up:
        up.status, up.headers, up.connect_s, up.head_s, up.first_byte_s
        async for chunk in up.chunks(): ...

It works on any event loop. Each call has a connection of its own, which ends with it: no cookie, no
redirect, no proxy of the environment, nothing decompressed. A key is in the call's headers, and nowhere else.

aiohttp, since httpx collapses at hundreds of open streams (`make bench` shows both).
"""

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import aiohttp

from costcalc.wire.retrying import passes, told_wait, wait_before
from costcalc.wire.routes import (
    Addresses,
    Broken,
    NotAllowed,
    NotTrusted,
    Route,
    TooLarge,
    TooSlow,
    UnixSocket,
    Unreachable,
    UpstreamError,
    origin,
    pinned,
)
from costcalc.wire.sessions import session

__all__ = [
    "Addresses",
    "Broken",
    "Limits",
    "NotAllowed",
    "NotTrusted",
    "Route",
    "TooLarge",
    "TooSlow",
    "UnixSocket",
    "Unreachable",
    "Upstream",
    "UpstreamError",
    "connected",
    "opened",
    "persisted",
    "pinned",
]


class Call(Protocol):
    """What is sent. Its headers hold the key."""

    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each stage may take, in seconds. `first_byte` is of the answer's body, `silence` between two pieces."""

    connect: float = 10
    first_byte: float = 120
    silence: float = 60


class Upstream:
    """One answer, from its headers on. Read by one task at a time; closed when nobody wants more."""

    def __init__(self, limits: Limits) -> None:
        self.attempts = 1
        # Seconds from the call's beginning: until there was a connection, and until the answer's head had come.
        self.connect_s = 0.0
        self.head_s = 0.0
        # … and until the first byte of its body had; None while none has.
        self.first_byte_s: float | None = None
        self.closed = False
        self.limits = limits
        self._loop = asyncio.get_running_loop()
        # Not the loop's clock: uvloop's has whole milliseconds.
        self._begun = time.perf_counter()
        self._deadline: asyncio.Timeout | None = None
        self._session: aiohttp.ClientSession
        self._response: aiohttp.ClientResponse
        self._patience = limits.first_byte
        self._stage = "first byte"
        self._waiting_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._failed: UpstreamError | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers; names in any case."""
        return self._response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises what `read` raises."""
        while chunk := await self.read():
            yield chunk

    async def read(self) -> bytes:
        """The next bytes of the body, b"" after the last. May be cancelled, and asked again.

        Raises Broken when the connection is lost or closed, TooSlow after too long a silence. While nobody
        reads, nothing more is taken from the provider, and no silence is counted.
        """
        if self._failed:
            raise self._failed
        self._waiting_since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._patience, self._look)
        try:
            chunk = await self._response.content.readany()
        except (aiohttp.ClientError, OSError, RuntimeError):
            chunk = self._left_over()
        finally:
            self._waiting_since = 0.0
        if self._stage != "silence":
            self._stage, self._patience = "silence", self.limits.silence
            self.first_byte_s = time.perf_counter() - self._begun if chunk else None
        return chunk

    def _left_over(self) -> bytes:
        """What had come before the connection was lost: aiohttp tells of the loss first. Raises Broken for nothing."""
        self._failed = Broken("body", "The connection was lost in the middle of the answer.")
        content = self._response.content
        content.set_exception(None)  # type: ignore[arg-type] # how it takes its word back
        chunk = b"" if self.closed else content.read_nowait()
        if not chunk:
            raise self._failed from None
        return chunk

    def _look(self) -> None:
        """Whether the reader waits too long by now. One timer looks again and again: arming one a piece costs more."""
        now = self._loop.time()
        left = (self._waiting_since or now) + self._patience - now
        if self.closed or self._response.content.is_eof():
            self._timer = None
        elif left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._timer = None
            error = TooSlow(self._stage, f"Nothing came for {self._patience:g} s ({self._stage}).")
            self._response.content.set_exception(error)

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for what comes next."""
        self._stage, self._patience = "silence", seconds
        self.limits = replace(self.limits, silence=seconds)
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def whole(self, limit: int) -> bytes:
        """The rest of the body. Raises TooLarge once it is over so many bytes."""
        parts: list[bytes] = []
        left = limit
        async for chunk in self.chunks():
            parts.append(chunk)
            left -= len(chunk)
            if left < 0:
                raise TooLarge("body", f"The answer is longer than {limit} bytes.")
        return b"".join(parts)

    def abort(self) -> None:
        """Let go at once: the provider sees the connection end now, not after a farewell of TLS."""
        self.closed = True
        if self._timer:
            self._timer.cancel()
        connection = self._response.connection
        if connection and connection.transport:
            connection.transport.abort()
        self._response.close()

    async def close(self) -> None:
        """Let go of everything. Harmless a second time."""
        self.abort()
        await self._session.close()

    async def open(self, call: Call, route: Route, method: str) -> None:
        """Send the call, and wait for the answer's head."""
        self._session = session(route)
        try:
            failed = await self._send(call, method)
        except BaseException:
            await self._session.close()
            raise
        if failed:
            await self._session.close()
            raise failed
        self.head_s = time.perf_counter() - self._begun

    async def _send(self, call: Call, method: str) -> UpstreamError | None:
        # Given back, not raised here: aiohttp's errors hold the request's headers, and would be its context.
        try:
            async with asyncio.timeout(self.limits.connect) as self._deadline:
                self._response = await self._session.request(
                    method,
                    call.url,
                    data=call.body or None,
                    # Who asks for a compressed answer unpacks it: the doctor, to see what a compressor holds back.
                    headers={"accept-encoding": "identity", **call.headers},
                    allow_redirects=False,
                    trace_request_ctx=self,
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return self._told(error)
        finally:
            self._deadline = None
        return None

    def connected(self) -> None:
        """There is a connection: from now on the answer's first byte is waited for."""
        self.connect_s = time.perf_counter() - self._begun
        if self._deadline:
            self._deadline.reschedule(self._loop.time() + self.limits.first_byte)

    def _told(self, error: Exception) -> UpstreamError:
        """The failure in our words: a library's own could tell the request's headers."""
        stage = "first byte" if self.connect_s else "connect"
        if isinstance(error, TimeoutError):
            patience = self.limits.first_byte if self.connect_s else self.limits.connect
            return TooSlow(stage, f"Nothing came for {patience:g} s ({stage}).")
        if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError):
            return NotTrusted("tls", "The server's certificate or its TLS is not trusted.")
        if isinstance(error, aiohttp.ClientResponseError):
            return Broken("head", "The answer is no HTTP, or its headers are too large.")
        if isinstance(error, aiohttp.ClientError | OSError):
            lost = "The connection was lost before the answer began."
            return Unreachable(stage, lost if self.connect_s else "The server could not be reached.")
        # aiohttp's own word for an address or a header that cannot be sent; it may quote it.
        return NotAllowed("request", "The request cannot be sent as it is.")


async def opened(call: Call, route: Route, limits: Limits | None = None, method: str = "POST") -> Upstream:
    """The answer to one call, whatever its status; close it. Raises UpstreamError."""
    if isinstance(route, Addresses) and origin(call.url) != route.origin:
        raise NotAllowed("address", "The call is for another host than the one that was judged.")
    up = Upstream(limits or Limits())
    await up.open(call, route, method)
    return up


async def persisted(call: Call, route: Route, limits: Limits | None = None) -> Upstream:
    """As `opened`, but what may pass is tried again, at most twice; the last answer or error is given as it is."""
    attempt = 0
    while True:
        attempt += 1
        chance = random.random()  # noqa: S311 (it spreads calls, and keeps no secret)
        try:
            up = await opened(call, route, limits)
        except UpstreamError as error:
            error.attempts = attempt
            wait = wait_before(attempt + 1, None, chance) if error.passes else None
            if wait is None:
                raise
        else:
            up.attempts = attempt
            if not passes(up.status):
                return up
            wait = wait_before(attempt + 1, told_wait(up.headers, datetime.now(UTC)), chance)
            if wait is None:
                return up
            await up.close()
        await asyncio.sleep(wait)


@asynccontextmanager
async def connected(
    call: Call, route: Route, limits: Limits | None = None, method: str = "POST"
) -> AsyncIterator[Upstream]:
    """The answer to one call, for the length of a block. Raises UpstreamError."""
    up = await opened(call, route, limits, method)
    try:
        yield up
    finally:
        await up.close()
