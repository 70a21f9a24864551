"""The runs of this worker: made, waiting for a reader, read, and gone. They are in memory alone.

A run waits half a minute for its reader. One that is made to be resumed is kept for five seconds after its reader
left; any other ends with its reader.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from costcalc.streaming.relay.feed import Feed, Plan
from costcalc.streaming.relay.tape import Cursor, Gone, Tape
from costcalc.wire.drain import drain

WAIT_S: Final = 30
KEPT_S: Final = 5
# How long a twin waits for the other reader.
TWIN_S: Final = 3.0
# Runs that wait for a reader, and the bytes of what they would send; of one visitor, so many at a time.
MOST_WAITING: Final = 1000
MOST_BYTES: Final = 32 * 1024 * 1024
MOST_OF_ONE: Final = 30
GOING_DOWN: Final = "going_down"


class TooMany(Exception):
    """No more runs at this moment; `visitor` says whether it is this visitor who has too many."""

    def __init__(self, *, visitor: bool) -> None:
        super().__init__("There are too many runs.")
        self.visitor = visitor


class UsedUp(Exception):
    """The run has had its reader."""


class Run:
    """One call of a provider, and who reads it: over SSE, over a WebSocket, or (a twin) both."""

    def __init__(
        self, plan: Plan, over: Callable[["Run"], None], read: Callable[["Run"], None] = lambda _: None
    ) -> None:
        """`over` is told that nobody comes any more, `read` that a reader has come."""
        self.plan = plan
        self.feed = Feed(plan)
        self.tape = Tape(self._numbered if plan.resume else self.feed.next, keep=plan.resume)
        self._read, self._over = read, over
        self._opening: asyncio.Task[None] | None = None
        self._both = asyncio.Event()
        # Who reads now, by transport, with what tells each that they are replaced; and who has read.
        self._readers: dict[str, asyncio.Future[None]] = {}
        self._seen: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> bool:
        """Whether nobody has come to read yet."""
        return not self._seen

    def expire_in(self, seconds: float) -> None:
        """End by then, unless a reader comes."""
        self._stay()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._over, self)

    def _stay(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def attach(self, transport: str, last_id: str | None, replaced: asyncio.Future[None]) -> Cursor:
        """One more reader. Raises UsedUp where there is nothing to read, Gone where what follows is lost.

        `replaced` is set when the same reader comes again, before the first connection was seen to end.
        """
        cursor = self.tape.attach(self._place(transport, last_id))
        before = self._readers.pop(transport, None)
        if before and not before.done():
            before.set_result(None)
        self._stay()
        self._readers[transport] = replaced
        self._seen.add(transport)
        self._read(self)
        if len(self._seen) > 1:
            self._both.set()
        if not self.plan.twin:
            self._open()
        return cursor

    def _place(self, transport: str, last_id: str | None) -> int:
        numbering = self.feed.numbering
        if numbering and last_id:
            numbering.forget(self.tape.begin)
            place = numbering.place_after(last_id)
            if place is None:
                raise Gone
            return place
        mine = transport in self._seen if self.plan.twin else bool(self._seen)
        if (mine and not numbering) or self.tape.begin:
            raise UsedUp
        return 0

    async def begin(self) -> None:
        """Return when the provider has begun to answer, or has failed to: one call, whoever asks."""
        if self.plan.twin:
            with suppress(TimeoutError):
                async with asyncio.timeout(TWIN_S):
                    await self._both.wait()
        self._open()
        if self._opening and not self._opening.done():
            # The task ends without an error when it is stopped; a reader who leaves does not take it along.
            await asyncio.wait([self._opening])

    def _open(self) -> None:
        if self._opening is None and not self.feed.stopped:
            self._opening = asyncio.create_task(self.feed.open())

    async def _numbered(self) -> bytes:
        """The next bytes. Places that the tape has let go of are forgotten, or an endless stream would fill memory."""
        if self.feed.numbering:
            self.feed.numbering.forget(self.tape.begin)
        return await self.feed.next()

    def leave(self, transport: str, cursor: Cursor, replaced: asyncio.Future[None]) -> None:
        """This reader reads no more."""
        self.tape.leave(cursor)
        if self._readers.get(transport) is replaced:
            del self._readers[transport]
        if not self._readers:
            self.expire_in(KEPT_S) if self.plan.resume else self._over(self)

    def stop(self, why: str) -> None:
        """Call it off. Its readers are told."""
        self.feed.stop(why)
        self._both.set()
        if self._opening:
            self._opening.cancel()
        if not self._readers:
            self._over(self)

    def close(self) -> asyncio.Task[None] | None:
        """Let go of everything. Gives the call that is still being taken back, which lets go of itself."""
        self._stay()
        self.feed.close()
        if self._opening is None or self._opening.done():
            return None
        self._opening.cancel()
        return self._opening


class Runs:
    """All runs of this worker, by their ids."""

    def __init__(self) -> None:
        self.by_id: dict[str, Run] = {}
        self.waiting: dict[str, Plan] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._draining: asyncio.Task[None] | None = None

    def make(self, plan: Plan, most_of_one: int | None = MOST_OF_ONE) -> Run:
        """A run that waits for its reader. Raises TooMany."""
        self._check(plan, most_of_one)
        run = Run(plan, self.over, self.read)
        self.by_id[plan.id] = run
        self.waiting[plan.id] = plan
        run.expire_in(WAIT_S)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return run

    def _check(self, plan: Plan, most_of_one: int | None) -> None:
        waiting = self.waiting.values()
        size = sum(len(each.call.body) for each in waiting) + len(plan.call.body)
        if len(waiting) >= MOST_WAITING or size > MOST_BYTES or drain.begun:
            raise TooMany(visitor=False)
        if most_of_one is not None and sum(each.visitor == plan.visitor for each in waiting) >= most_of_one:
            raise TooMany(visitor=True)

    def find(self, run_id: str) -> Run | None:
        """The run of this id."""
        return self.by_id.get(run_id)

    def read(self, run: Run) -> None:
        """A run has a reader, and waits no more."""
        self.waiting.pop(run.plan.id, None)

    def over(self, run: Run) -> None:
        """Forget a run, and close it."""
        self.read(run)
        if self.by_id.pop(run.plan.id, None) is None:
            return
        closing = run.close()
        if closing:
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        if not self.by_id and self._draining:
            self._draining.cancel()

    async def _drain(self) -> None:
        await drain.wait()
        for run in list(self.by_id.values()):
            run.stop(GOING_DOWN)


def replacement() -> asyncio.Future[None]:
    """For `attach`: what tells a reader that they are replaced."""
    return asyncio.get_running_loop().create_future()


def new_secret() -> str:
    """What makes an id one that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)


runs = Runs()
