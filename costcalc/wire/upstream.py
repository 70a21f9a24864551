"""Asking a provider, and reading its answer as it comes: the one way out of this product.

    async with upstream.connected(call, route, limits) as up:
        up.status, up.headers, up.connect_s, up.head_s, up.first_byte_s
        async for chunk in up.chunks(): ...

It works on any event loop. Each call has a connection of its own, which ends with it: no cookie, no
redirect, no proxy of the environment, nothing decompressed. A key is in the call's headers, and nowhere else.
"""

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from costcalc.wire.exchange import Exchange, request
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


# Spreads the calls of many; nothing is kept secret by it.
DICE: Final = random.SystemRandom()


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
        self.limits = limits
        self._loop = asyncio.get_running_loop()
        # Not the loop's clock: uvloop's has whole milliseconds.
        self._begun = time.perf_counter()
        self._exchange: Exchange
        self._patience = limits.first_byte
        self._stage = "first byte"
        self._waiting_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers; names in lower case."""
        return self._exchange.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises what `read` raises."""
        while chunk := await self.read():
            yield chunk

    async def read(self) -> bytes:
        """The next bytes of the body, b"" after the last. May be cancelled, and asked again.

        Raises Broken when the connection is lost or closed, TooSlow after too long a silence. While nobody
        reads, nothing more is taken from the provider, and no silence is counted.
        """
        self._waiting_since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._patience, self._look)
        try:
            chunk = await self._exchange.read()
        finally:
            self._waiting_since = 0.0
        if self._stage != "silence":
            self._stage, self._patience = "silence", self.limits.silence
            self.first_byte_s = time.perf_counter() - self._begun if chunk else None
        return chunk

    def _look(self) -> None:
        """Whether the reader waits too long by now. One timer looks again and again: arming one a piece costs more."""
        now = self._loop.time()
        left = (self._waiting_since or now) + self._patience - now
        if self._exchange.ended:
            self._timer = None
        elif left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._timer = None
            self._exchange.fail(self._too_slow(self._stage, self._patience))

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for what comes next."""
        self._stage, self._patience = "silence", seconds
        self.limits = replace(self.limits, silence=seconds)
        self._forget_timer()

    def _forget_timer(self) -> None:
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

    def close(self) -> None:
        """Let go of everything, at once; whoever still reads gets Broken. Harmless a second time."""
        self._forget_timer()
        self._exchange.abort()

    async def open(self, call: Call, route: Route, method: str) -> None:
        """Send the call, and wait for the answer's head."""
        self._exchange = Exchange(request(method, call.url, call.headers, call.body))
        try:
            await self._connect(route)
            await self._head()
        except BaseException:
            self.close()
            raise

    async def _connect(self, route: Route) -> None:
        seconds = self.limits.connect
        try:
            async with asyncio.timeout(seconds):
                await self._exchange.connect(route)
        except TimeoutError:
            raise self._too_slow("connect", seconds) from None
        except ssl.SSLError:
            raise NotTrusted("tls", "The server's certificate or its TLS is not trusted.") from None
        except OSError:
            raise Unreachable("connect", "The server could not be reached.") from None
        self.connect_s = time.perf_counter() - self._begun

    async def _head(self) -> None:
        seconds = self.limits.first_byte
        try:
            async with asyncio.timeout(seconds):
                await self._exchange.head()
        except TimeoutError:
            raise self._too_slow("first byte", seconds) from None
        self.head_s = time.perf_counter() - self._begun

    def _too_slow(self, stage: str, seconds: float) -> TooSlow:
        return TooSlow(stage, f"Nothing came for {seconds:g} s ({stage}).")


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
        chance = DICE.random()
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
            up.close()
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
        up.close()
