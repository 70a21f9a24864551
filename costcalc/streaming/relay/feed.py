"""What a run's tape is fed with: a provider's answer as it comes, looked at in passing, and its end told truthfully."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from costcalc.streaming.calls import Call
from costcalc.streaming.relay import words
from costcalc.streaming.relay.numbering import Numbering
from costcalc.streaming.relay.redacting import redaction
from costcalc.streaming.relay.scanner import Scanner
from costcalc.wire import sse
from costcalc.wire.retrying import told_wait
from costcalc.wire.upstream import (
    Broken,
    Limits,
    NotAllowed,
    NotTrusted,
    Route,
    TooLarge,
    TooSlow,
    Unreachable,
    Upstream,
    UpstreamError,
    persisted,
)

# An answer in one piece; and an error's text, of which no more is read.
LONGEST_PIECE: Final = 4 * 1024 * 1024
LONGEST_REFUSAL: Final = 64 * 1024
# After the last event nothing is expected but the connection's end.
LAST_S: Final = 1.0
WORDS_S: Final = 5.0
BOM: Final = b"\xef\xbb\xbf"
# What it takes to tell a stream of events that does not say that it is one.
ENOUGH: Final = 8
CODES: Final[dict[type[UpstreamError], str]] = {
    NotAllowed: "not_allowed",
    Unreachable: "unreachable",
    NotTrusted: "not_trusted",
    TooSlow: "too_slow",
    Broken: "broken",
    TooLarge: "too_large",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is: a visitor (`visitors.subscriber`) asks a provider's model; `way` leads there, or says why not."""

    id: str
    visitor: str
    provider: str
    model: str
    call: Call
    way: Route | UpstreamError
    # The key that the call's headers hold, to be masked in whatever the provider says.
    key: str = field(default="", repr=False)
    resume: bool = False
    twin: bool = False
    limits: Limits | None = None


class Feed:
    """`open`, then `next` until it gives b""; `end` says how it ended. Closed by whoever has the run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scanner = Scanner()
        self.numbering = Numbering() if plan.resume else None
        self.redaction = redaction(plan.key)
        self.up: Upstream | None = None
        self.end: dict[str, Any] | None = None
        self.streamed: bool | None = None
        self.stopped = ""
        self.attempts = 0
        self._note = ""
        self._hurried = False
        self._head = b""
        # Passed on already, and not looked at yet: a reader need not wait until their token is understood.
        self._passed = b""
        self._received = 0
        self._begun = time.perf_counter()
        self._next: Callable[[], Any] = self._first

    def start(self) -> dict[str, Any]:
        """What is known once the answer has begun, or has failed to."""
        plan, up = self.plan, self.up
        said = {"id": plan.id, "provider": plan.provider, "model": plan.model, "attempts": self.attempts}
        return {**said, "status": up.status if up else None, **self._times()}

    def _times(self) -> dict[str, Any]:
        up = self.up
        connect, head = (up.connect_s, up.head_s) if up else (None, None)
        return {"connect_ms": words.milliseconds(connect), "head_ms": words.milliseconds(head)}

    async def open(self) -> None:
        """Call the provider. What fails is told at the end; it raises nothing but CancelledError."""
        self._begun = time.perf_counter()
        try:
            if isinstance(self.plan.way, UpstreamError):
                raise self.plan.way
            self.up = await persisted(self.plan.call, self.plan.way, self.plan.limits)
            self.attempts = self.up.attempts
            if not 200 <= self.up.status < 300:
                await self._refused(self.up)
        except UpstreamError as error:
            self.attempts = self.attempts or error.attempts
            self._failed(error)
        except asyncio.CancelledError:
            self.close()
            raise

    async def _refused(self, up: Upstream) -> None:
        body = b""
        # The status is what matters: its words are not waited for as a token is.
        up.hurry(WORDS_S)
        try:
            while len(body) < LONGEST_REFUSAL and (more := await up.read()):
                body += more
        except UpstreamError:
            # The status has been told: words that break off take nothing from it.
            pass
        up.close()
        fault = words.refusal(up.status, body[:LONGEST_REFUSAL])
        self.scanner.reader.fail(fault.message, fault.code)

    def _failed(self, error: UpstreamError) -> None:
        self.scanner.reader.fail(str(error), CODES.get(type(error), "failed"))

    async def next(self) -> bytes:
        """The next bytes for the reader, b"" at the end. May be cancelled, and asked again."""
        while piece := await self._raw():
            if shown := self.redaction.feed(piece) if self.redaction else piece:
                return self._numbered(shown)
        self.finish()
        return self._numbered(self.redaction.rest()) if self.redaction else b""

    def _numbered(self, piece: bytes) -> bytes:
        return self.numbering.feed(piece) if self.numbering and piece else piece

    async def _raw(self) -> bytes:
        """The next bytes as they came, b"" at the end."""
        self._look()
        if self.end or self._is_over():
            return b""
        try:
            piece: bytes = await self._next()
        except UpstreamError as error:
            self._lost(error)
            return b""
        if self.scanner.unfinished:
            # What makes an event too long to be one is not passed on: nobody could read the end after it.
            self._look()
        return b"" if self.scanner.too_long else piece

    def _is_over(self) -> bool:
        refused = self.scanner.reader.fault is not None and not self._received
        return refused or self.up is None or self.stopped != "" or self.scanner.too_long

    async def _passing(self) -> bytes:
        """Bytes of a stream, as they come."""
        assert self.up
        self._passed = await self.up.read()
        return self._passed

    def _look(self) -> None:
        """Understand what was passed on."""
        if not self._passed:
            return
        piece, self._passed = self._passed, b""
        self._received += len(piece)
        self.scanner.feed(piece)
        if self.scanner.reader.done and not self._hurried:
            self._hurried = True
            assert self.up
            self.up.hurry(LAST_S)

    async def _first(self) -> bytes:
        """The beginning, and with it what kind of an answer this is."""
        assert self.up
        says_so = words.is_stream(self.up.headers.get("content-type", ""))
        wanted = len(BOM) if says_so else ENOUGH
        while len(self._head) < wanted and (not says_so or BOM.startswith(self._head)):
            more = await self.up.read()
            if not more:
                break
            self._head += more
        self.streamed = says_so or words.looks_like_stream(self._head)
        if not self.streamed:
            self._next = self._in_one_piece
            return await self._in_one_piece()
        self._next = self._passing
        # A byte order mark is one at a stream's beginning, and this stream has begun with our own event.
        self._passed, self._head = self._head.removeprefix(BOM), b""
        return self._passed or (await self._passing())

    async def _in_one_piece(self) -> bytes:
        """An answer that is no stream, as one event."""
        assert self.up
        while more := await self.up.read():
            self._head += more
            if len(self._head) > LONGEST_PIECE:
                raise TooLarge("body", f"The answer is longer than {LONGEST_PIECE} bytes.")
        self._next = self._nothing
        self._received, text = len(self._head), self._head.decode("utf-8", "replace").strip()
        self._head = b""
        if not text.startswith(("{", "[")):
            self.scanner.reader.fail("The answer is neither a stream of events nor JSON.", "not_a_stream")
            return b""
        piece = sse.text_event(text)
        self.scanner.feed(piece)
        return piece

    async def _nothing(self) -> bytes:
        return b""

    def _lost(self, error: UpstreamError) -> None:
        """The answer stopped coming: an error, but for a connection that was cut, or that had nothing more to say."""
        reader = self.scanner.reader
        if self.stopped or reader.done or reader.finish:
            return
        if isinstance(error, Broken):
            self._note = "connection_lost"
        else:
            self._failed(error)

    def finish(self) -> None:
        """Say how it ended, and let the provider go."""
        self._look()
        if self.end is None:
            self.end = self._ended()
        self.close()

    def _ended(self) -> dict[str, Any]:
        up, reading = self.up, self.scanner.reading(cancelled=bool(self.stopped))
        told = told_wait(up.headers, datetime.now(UTC)) if up and up.status >= 400 else None
        end = words.ended(
            reading,
            [self.plan.key] if self.plan.key else [],
            status=up.status if up else None,
            events=self.scanner.events,
            bytes=self._received,
            attempts=self.attempts,
            retry_after=told,
            streamed=self.streamed,
            first_byte_ms=words.milliseconds(up.first_byte_s if up else None),
            total_ms=words.milliseconds(time.perf_counter() - self._begun),
            **self._times(),
        )
        why = self.stopped or (self._note if reading.end == "truncated" else "")
        return {**end, "code": end["code"] or why or None}

    def stop(self, why: str) -> None:
        """Call it off: `next` gives the end."""
        self.stopped = self.stopped or why
        self.close()

    def close(self) -> None:
        """Let the provider go, at once."""
        if self.up:
            self.up.close()
