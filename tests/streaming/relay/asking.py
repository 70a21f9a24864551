"""Asking the relay as a page does."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from costcalc.streaming.events import Event, Parser
from tests.processes import PATIENCE
from tests.wire.providers import Provider

RUNS = "/stream/runs"


@dataclass
class Stream:
    """A run as its reader gets it."""

    response: httpx.Response
    chunks: Iterator[bytes]
    parser: Parser
    seen: list[Event]
    raw: bytes = b""

    def more(self) -> list[Event]:
        """The events of the next piece, [] at the end."""
        piece = next(self.chunks, b"")
        self.raw += piece
        events = self.parser.feed(piece) if piece else []
        self.seen += events
        return events

    def until(self, count: int) -> list[Event]:
        """At least so many events."""
        while len(self.seen) < count:
            before = len(self.raw)
            self.more()
            assert len(self.raw) > before, f"ended after {self.seen}"
        return self.seen

    def rest(self) -> list[Event]:
        """All events, to the end."""
        for piece in self.chunks:
            self.raw += piece
            self.seen += self.parser.feed(piece)
        return self.seen

    @property
    def said(self) -> list[str]:
        """What the provider said."""
        return [event.data for event in self.seen if not event.event.startswith("costcalc.")]

    @property
    def start(self) -> dict[str, Any]:
        return self.own("costcalc.start")

    @property
    def end(self) -> dict[str, Any]:
        """The relay's last word, read to it."""
        self.rest()
        assert self.seen[-1].event == "costcalc.end", self.seen[-3:]
        return self.own("costcalc.end")

    def own(self, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = [json.loads(event.data) for event in self.seen if event.event == name]
        assert len(found) == 1, name
        return found[0]


def asked(provider: str = "sample", model: str = "sample-plain", **members: Any) -> dict[str, Any]:
    """A body for a run; of the built-in provider one without waiting."""
    extra = {"extra": {"sample_pace": 0}} if provider == "sample" else {}
    return {"provider": provider, "model": model, "prompt": "Xin chào!", **extra, **members}


def post(site: str, body: Any, **headers: str) -> httpx.Response:
    """Ask for a run."""
    return httpx.post(f"{site}{RUNS}", json=body, headers=headers, timeout=PATIENCE, trust_env=False)


def made(site: str, **members: Any) -> str:
    """The address of a new run's events."""
    answer = post(site, asked(**members))
    assert answer.status_code == 201, answer.text
    return site + str(answer.json()["events"])


@contextmanager
def reading(address: str, last_id: str | None = None, method: str = "GET", **request: Any) -> Iterator[Stream]:
    """Read a stream, and leave at the end of the block."""
    headers = {"last-event-id": last_id} if last_id is not None else {}
    with httpx.stream(method, address, headers=headers, timeout=PATIENCE, trust_env=False, **request) as response:
        yield Stream(response, response.iter_raw(), Parser(), [])


def read(site: str, **members: Any) -> Stream:
    """A whole run."""
    with reading(made(site, **members)) as stream:
        assert stream.response.status_code == 200
        stream.rest()
    return stream


def typed(site: str, key: str, **members: Any) -> Stream:
    """A whole run whose key is typed: the answer to the POST is the stream."""
    with reading(f"{site}{RUNS}", method="POST", json=asked(key=key, **members)) as stream:
        stream.rest()
    return stream


def soon(condition: Any, seconds: float = 3) -> float:
    """The seconds until a condition holds. Fails when it does not in time."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "not in time"
        time.sleep(0.002)
    return time.monotonic() - begun


def closing_times(site: str, acme: Provider, key: str, count: int) -> list[float]:
    """Seconds from a reader's leaving to the end of the provider's connection, sorted."""
    soon(lambda: acme.open == 0)
    while not acme.left.empty():
        acme.left.get_nowait()
    delays = []
    for _run in range(count):
        with reading(f"{site}{RUNS}", method="POST", json=asked("acme", key=key)) as stream:
            stream.until(2)
            left = time.monotonic()
        soon(lambda: acme.open == 0)
        delays.append(acme.left.get_nowait() - left)
    return sorted(delays)


def is_closed_at_once(site: str, acme: Provider, key: str) -> bool:
    """Whether 95 of 100 are closed within 50 ms, and all within a second; a machine that is busy is asked thrice."""
    for _attempt in range(3):
        delays = closing_times(site, acme, key, 40)
        assert delays[-1] < 1
        if delays[37] < 0.05:
            return True
    return False
