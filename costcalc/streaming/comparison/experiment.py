"""The experiment: one answer of the built-in provider over both transports, near, far, cut, and through a proxy.

Everything goes through this worker's own door, so that what is measured is what the server itself sends.
"""

import asyncio
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from costcalc.streaming.comparison.between import PAGE, Way, between
from costcalc.streaming.comparison.clients import read_socket, read_sse
from costcalc.streaming.comparison.passage import Cut, Passage, after_cut
from costcalc.wire.counting import Connect, door
from costcalc.wire.routes import UnixSocket
from costcalc.wire.upstream import Limits, connected

RUNS: Final = "/stream/runs"
PROMPT: Final = "Explain why SSE suits a chatbot, in three sentences."
SEED: Final = 7
# Of the provider's own pace (20 ms a token): fast enough to wait for, slow enough that each token is a message.
PACE: Final = 0.25
TOKENS: Final = 80
# One way; a round trip from Vietnam to Singapore takes some 50 ms.
FAR_S: Final = 0.025
CUT_AFTER: Final = 20
LIMITS: Final = Limits(connect=2, first_byte=10, silence=10)


class NotMade(Exception):
    """The relay did not make the run; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The POST that makes a run."""

    body: bytes
    url: str = f"http://localhost{RUNS}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


@dataclass(frozen=True, slots=True)
class Pair:
    """The same answer as both readers saw it."""

    sse: Passage
    socket: Passage


@dataclass(frozen=True, slots=True)
class Found:
    """All that was measured. `far` is with FAR_S each way, `buffered` through a proxy that waits for PAGE bytes."""

    near: tuple[Pair, ...]
    far: Pair
    buffered: Pair
    cut_sse: Cut
    cut_socket: Cut
    deflated_socket: Passage
    deflated_sse: float


class Experiment:
    """Asks one worker, over its door."""

    def __init__(self, route: UnixSocket) -> None:
        self.route = route
        self.connect = door(route.path)

    async def run(self, rounds: int = 3) -> Found:
        """Everything, one after another. Raises NotMade, Refused, OSError, UpstreamError or TimeoutError."""
        near = tuple([await self.pair(self.connect) for _ in range(rounds)])
        async with between(self.connect, Way(delay=FAR_S)) as far_away:
            far = await self.pair(far_away)
        async with between(self.connect, Way(hold=PAGE)) as buffering:
            buffered = await self.pair(buffering)
        wanted = near[0].sse.texts
        return Found(
            near=near,
            far=far,
            buffered=buffered,
            cut_sse=await self.cut_sse(wanted),
            cut_socket=await self.cut_socket(wanted),
            deflated_socket=await read_socket(self.connect, (await self.make())["socket"], compress=True),
            deflated_sse=deflated(near[0].sse),
        )

    async def make(self, **more: Any) -> dict[str, Any]:
        """A new run: one call of the provider."""
        asked = {"provider": "sample", "model": "sample-plain", "prompt": PROMPT, "seed": SEED, "max_tokens": TOKENS}
        body = json.dumps({**asked, "extra": {"sample_pace": PACE}, **more}).encode()
        async with connected(Ask(body), self.route, LIMITS) as up:
            answer = await up.whole(PAGE)
            if up.status != 201:
                raise NotMade(f"HTTP {up.status}")
        made: dict[str, Any] = json.loads(answer)
        return made

    async def forget(self, run: Mapping[str, Any]) -> None:
        """A run that can be resumed would be kept for some seconds more."""
        async with connected(Ask(b"", f"http://localhost{run['events']}", {}), self.route, LIMITS, "DELETE"):
            return

    async def pair(self, connect: Connect) -> Pair:
        """One call of the provider, read over both at once."""
        run = await self.make(twin=True)
        return Pair(*await asyncio.gather(read_sse(connect, run["events"]), read_socket(connect, run["socket"])))

    async def cut_sse(self, wanted: list[str]) -> Cut:
        """Cut in the middle, and asked to go on after the last event that was seen."""
        run = await self.make(resume=True)
        before = await read_sse(self.connect, run["events"], at_most=CUT_AFTER)
        last = before.arrivals[-1].event.id
        after = await read_sse(self.connect, run["events"], last_id=last)
        await self.forget(run)
        return after_cut(wanted, before.texts, after.texts, calls=1)

    async def cut_socket(self, wanted: list[str]) -> Cut:
        """Cut at the same place. The protocol has no way to go on: the question is asked again, from the beginning."""
        before = await read_socket(self.connect, (await self.make())["socket"], at_most=CUT_AFTER)
        after = await read_socket(self.connect, (await self.make())["socket"])
        return after_cut(wanted, before.texts, after.texts, calls=2)


def deflated(passage: Passage) -> float:
    """Bytes of an event on average, had a compressor that flushes after each one carried the same stream."""
    packer = zlib.compressobj(wbits=-12, memLevel=5)
    sizes = [
        len(packer.compress(f"data: {arrival.event.data}\n\n".encode())) + len(packer.flush(zlib.Z_SYNC_FLUSH))
        for arrival in passage.arrivals
    ]
    return sum(sizes) / len(sizes) if sizes else 0.0
