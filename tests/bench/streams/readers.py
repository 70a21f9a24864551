"""Readers of streams: many at once on one loop, each a bare protocol that notes when which token came."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

_TOKEN: Final = re.compile(rb'"content": ?" (\d+)"')
PATIENCE_S: Final = 120


@dataclass(frozen=True)
class Target:
    """Whom to ask, and how: the path, headers, and a body made of the prompt."""

    name: str
    port: int
    path: str
    body: Callable[[str], dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, prompt: str) -> bytes:
        """The whole request."""
        body = json.dumps(self.body(prompt)).encode()
        own = {"Host": f"127.0.0.1:{self.port}", "Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**own, **self.headers}.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Reader(asyncio.Protocol):
    """One stream. `first` is the moment of its first token, `tokens` are their numbers in the order of arrival."""

    def __init__(self, request: bytes, events: int) -> None:
        self.request, self.events = request, events
        self.tokens: list[int] = []
        self.first = self.asked = 0.0
        self.rest = b""
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.began: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        # uvloop's transports are of no class of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self.asked = time.monotonic()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Take what came; a token cut in two is whole with the next piece."""
        text = self.rest + data
        end = 0
        for found in _TOKEN.finditer(text):
            self.tokens.append(int(found[1]))
            end = found.end()
        self.rest = text[max(end, len(text) - 40) :]
        if self.tokens and not self.first:
            self.first = time.monotonic()
            self.began.set_result(None)
        if b"[DONE]" in text:
            self.end()

    def connection_lost(self, error: Exception | None) -> None:
        """A stream that was cut has fewer tokens than it should; who counts them sees it."""
        self.end()

    def end(self) -> None:
        """Nothing more is waited for."""
        for waiting in (self.began, self.finished):
            if not waiting.done():
                waiting.set_result(None)
        self.transport.close()

    @property
    def whole(self) -> bool:
        """Whether every token came, once and in order."""
        return self.tokens == list(range(self.events))

    @property
    def ttft_ms(self) -> float:
        """From the request's first byte to the first token's."""
        return (self.first - self.asked) * 1000


_names = iter(range(10**9))


async def begin(target: Target, events: int, pace: float) -> tuple[str, Reader]:
    """Open one stream; its name is what the provider calls it."""
    name = f"{target.name}-{next(_names)}"
    request = target.request(f"{name} {events} {pace}")
    _, reader = await asyncio.get_running_loop().create_connection(
        lambda: Reader(request, events), "127.0.0.1", target.port
    )
    return name, reader


async def read_at_once(target: Target, readers: int, events: int, pace: float, over_s: float) -> list[Reader]:
    """So many streams, begun at random moments within `over_s` seconds, each read to its end."""
    dice = random.Random(readers)

    async def one() -> Reader:
        await asyncio.sleep(dice.uniform(0, over_s))
        _, reader = await begin(target, events, pace)
        await asyncio.wait_for(reader.finished, PATIENCE_S)
        return reader

    return list(await asyncio.gather(*(one() for _ in range(readers))))


async def read_in_turn(target: Target, readers: int, events: int, pace: float) -> list[Reader]:
    """So many streams, one after the other."""
    return [(await read_at_once(target, 1, events, pace, 0))[0] for _ in range(readers)]


async def leave(target: Target, readers: int, over_s: float) -> dict[str, float]:
    """Begin so many, and leave each in the midst: when each was left, by name."""
    begun = await asyncio.gather(*(begin(target, 1000, 0.2) for _ in range(readers)))
    await asyncio.wait_for(asyncio.gather(*(reader.began for _, reader in begun)), PATIENCE_S)
    left = {}
    for name, reader in begun:
        left[name] = time.monotonic()
        reader.transport.abort()
        if over_s:
            await asyncio.sleep(over_s / readers)
    return left
