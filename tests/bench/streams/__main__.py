"""`python -m tests.bench.streams`: TTFT added, CPU an event, memory a stream, and what is left when readers leave."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psutil
import uvloop

from tests.bench.aims import at_least, at_most, percentile
from tests.bench.streams import processes
from tests.bench.streams.readers import Reader, Target, leave, read_at_once, read_in_turn

# Streams at once, tokens of each, seconds between two of them, seconds within which they begin.
LEVELS: Final = ((50, 60, 0.1, 1.0), (200, 60, 0.1, 2.0), (500, 60, 0.1, 3.0))
# It saturates at some 600 events a second: more streams would only measure its queue.
LITELLM_LEVELS: Final = LEVELS[:1]
ALONE: Final = 40
LEAVERS: Final = 200
CROWD: Final = 1000
SETTLE_S: Final = 1.0


@dataclass(frozen=True)
class Figures:
    """One level of one server. Milliseconds; `whole` says that no token was lost or came out of order."""

    p50: float
    p95: float
    whole: bool


def figures(readers: Sequence[Reader]) -> Figures:
    """What so many readers saw."""
    ttft = [reader.ttft_ms for reader in readers if reader.first]
    return Figures(percentile(ttft, 0.5), percentile(ttft, 0.95), all(reader.whole for reader in readers))


async def measure(target: Target, ran: psutil.Process | None, levels: Any = LEVELS) -> dict[str, Any]:
    """TTFT one at a time and at each level, CPU an event, memory and threads at the fullest."""
    await read_in_turn(target, 5, 5, 0.005)
    found: dict[str, Any] = {"1": figures(await read_in_turn(target, ALONE, 5, 0.005))}
    for readers, events, pace, over in levels:
        before = processes.cpu_s(ran) if ran else 0.0
        idle = processes.resident_kb(ran) if ran else 0.0
        watch = asyncio.create_task(at_fullest(ran, over + 1.0))
        found[str(readers)] = figures(await read_at_once(target, readers, events, pace, over))
        if ran:
            full, threads = await watch
            found[f"{readers} us an event"] = (processes.cpu_s(ran) - before) / readers / events * 1e6
            found[f"{readers} kB a stream"] = (full - idle) / readers
            found[f"{readers} threads"] = threads
    return found


async def at_fullest(ran: psutil.Process | None, after_s: float) -> tuple[float, int]:
    """Memory and threads once all streams are open."""
    await asyncio.sleep(after_s)
    return (processes.resident_kb(ran), processes.threads(ran)) if ran else (0.0, 0)


async def after_leaving(target: Target, ran: psutil.Process, upstream: int) -> dict[str, Any]:
    """How soon the provider's side is closed, and what a crowd that leaves at once leaves behind."""
    left = await leave(target, LEAVERS, 2.0)
    await asyncio.sleep(SETTLE_S)
    closed: Any = await asyncio.to_thread(processes.asked, upstream, "/closed")
    waits = [(closed[name] - moment) * 1000 if name in closed else 1e9 for name, moment in left.items()]
    before = processes.descriptors(ran), processes.threads(ran)
    await leave(target, CROWD, 0)
    await asyncio.sleep(SETTLE_S)
    still_open = await asyncio.to_thread(processes.asked, upstream, "/open")
    after = processes.descriptors(ran), processes.threads(ran)
    fresh = await read_at_once(target, 10, 5, 0.01, 0)
    return {
        "closed after ms p50": percentile(waits, 0.5),
        "closed after ms p95": percentile(waits, 0.95),
        "closed after ms max": max(waits),
        "still open at the provider": still_open,
        "descriptors left": after[0] - before[0],
        "threads left": after[1] - before[1],
        "ten new streams whole": all(reader.whole for reader in fresh),
    }


def main() -> dict[str, Any]:
    """Everything, one server after the other."""
    os.sched_setaffinity(0, {processes.OTHER_CORE})
    with processes.provider() as upstream:
        direct = Target("direct", upstream, "/v1/chat/completions", processes.completion)
        found = {"direct": uvloop.run(measure(direct, None))}
        with processes.nginx(upstream) as (target, ran):
            found["nginx"] = uvloop.run(measure(target, ran))
            left_nginx = uvloop.run(after_leaving(target, ran, upstream))
        with processes.costcalc(upstream) as (target, ran):
            found["costcalc"] = uvloop.run(measure(target, ran))
            left = uvloop.run(after_leaving(target, ran, upstream))
        with processes.litellm(upstream) as (target, ran):
            found["litellm"] = uvloop.run(measure(target, ran, LITELLM_LEVELS))
    return {
        "measured": shown(found),
        "readers that left": {"nginx": left_nginx, "costcalc": left},
        "aims": aims(found, left),
    }


def shown(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures as JSON has them; TTFT as p50 / p95 in milliseconds."""
    return {server: {name: plain(value) for name, value in of.items()} for server, of in found.items()}


def plain(value: Any) -> Any:
    """One figure."""
    if isinstance(value, Figures):
        return {"ttft ms p50": round(value.p50, 2), "ttft ms p95": round(value.p95, 2), "whole": value.whole}
    return round(value, 1)


def aims(found: dict[str, dict[str, Any]], left: dict[str, Any]) -> dict[str, Any]:
    """The aims of the relay, each met or not."""
    ours, nginx, direct, litellm = (found[name] for name in ("costcalc", "nginx", "direct", "litellm"))
    levels = [name for name in ours if name.isdigit()]
    told = {
        **{
            f"{level} streams: TTFT p50 over nginx, ms": at_most(ours[level].p50 - nginx[level].p50, 1)
            for level in levels
        },
        **{
            f"{level} streams: TTFT p95 over nginx, ms": at_most(ours[level].p95 - nginx[level].p95, 10)
            for level in levels
        },
    }
    added, theirs = ours["1"].p50 - direct["1"].p50, litellm["1"].p50 - direct["1"].p50
    return {
        **told,
        "TTFT added, of what LiteLLM adds": at_most(added / theirs, 0.1),
        "kB an open stream": at_most(ours["500 kB a stream"], 25),
        "threads at 500 streams": at_most(ours["500 threads"], 19),
        "levels whole": at_least(sum(ours[level].whole for level in levels), len(levels)),
        "closed after ms p95": at_most(left["closed after ms p95"], 50),
        "descriptors and threads left by a crowd": at_most(max(left["descriptors left"], left["threads left"]), 0),
        "new streams after a crowd": at_least(left["ten new streams whole"], 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=2), file=sys.stdout)
