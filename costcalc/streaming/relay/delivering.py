"""A run as one reader gets it over SSE: our start, the provider's bytes as they came, our end."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from costcalc.streaming.relay import words
from costcalc.streaming.relay.runs import Run, replacement
from costcalc.streaming.relay.tape import Cursor, Gone
from costcalc.wire import sse
from costcalc.wire.racing import first_of, gone
from costcalc.wire.raw import Headers, Receive, Send

# Proxies on the way give up on a connection that says nothing for a minute, some for half of one.
HEARTBEAT_S = 15.0
LAST_S: Final = 0.2
HEAD_S: Final = 0.005
LOST: Final = {"end": "truncated", "code": "resume_lost", "message": "What follows that event is no longer kept."}
HEADERS: Final[Headers] = [(name.encode(), value.encode()) for name, value in sse.HEADERS]


class Delivery:
    """Sends one answer, and a sign of life where a line has ended and nothing else is to be sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._sending = False
        self._beating: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.last = b"\n"

    async def begin(self) -> None:
        """The head of the answer."""
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        self._timer = self._loop.call_later(HEARTBEAT_S, self._look)

    async def pass_on(self, body: bytes) -> None:
        """The next bytes; waits for a reader who does not keep up."""
        self._sending = True
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        self._sending = False
        self._sent_at = self._loop.time()
        self.last = body[-1:]

    async def end(self, body: bytes) -> None:
        """The last bytes."""
        self.close()
        await self._send({"type": "http.response.body", "body": body})

    async def give_up(self) -> None:
        """End without a word; a connection that is dead already is not waited for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_S):
                await self.end(b"")

    def close(self) -> None:
        """No more signs of life."""
        if self._timer:
            self._timer.cancel()
        if self._beating:
            self._beating.cancel()

    def _look(self) -> None:
        # One timer looks again and again; armed anew for each piece it would cost more than the piece.
        idle = self._loop.time() - self._sent_at
        due = idle >= HEARTBEAT_S
        if due and not self._sending:
            self._beating = self._loop.create_task(self._beat())
        self._timer = self._loop.call_later(HEARTBEAT_S - (0 if due else idle), self._look)

    async def _beat(self) -> None:
        # Asked here, not where the task is made: before it begins, half a line may have been passed on.
        if not self._sending and self.last == b"\n":
            await self.pass_on(words.HEARTBEAT)


async def deliver(run: Run, receive: Receive, send: Send, last_id: str | None = None) -> None:
    """Answer with a run. Raises UsedUp before anything is sent."""
    delivery, replaced = Delivery(send), replacement()
    try:
        cursor = run.attach("sse", last_id, replaced)
    except Gone:
        # Going on after the gap would pass for the whole.
        await delivery.begin()
        await delivery.end(words.said(words.END, LOST))
        run.stop(str(LOST["code"]))
        return
    try:
        place, _ = await first_of(_told(run, cursor, delivery, last_id), gone(receive), replaced)
        if place == 2:
            await delivery.give_up()
    finally:
        delivery.close()
        run.leave("sse", cursor, replaced)


async def _told(run: Run, cursor: Cursor, delivery: Delivery, last_id: str | None) -> None:
    with suppress(TimeoutError):
        # The provider is asked first: their token is waited for, the head of our answer is not.
        async with asyncio.timeout(HEAD_S):
            await run.begin()
    await delivery.begin()
    await run.begin()
    number = 0 if run.plan.resume and not last_id else None
    resumed = {"resumed_after": last_id} if run.plan.resume and last_id else {}
    start = {**run.feed.start(), **resumed}
    await delivery.pass_on(words.said(words.START, start, number))
    while piece := await cursor.read():
        await delivery.pass_on(piece)
    await delivery.end(last_words(delivery.last, run.feed.scanner.unfinished, run.feed.end or {}))


def last_words(last: bytes, unfinished: bool, end: dict[str, Any]) -> bytes:
    """Our end, after whatever the provider left unfinished."""
    closing = words.closing(within_line=last not in (b"\n", b"\r"), within_event=unfinished)
    return closing + words.said(words.END, end)
