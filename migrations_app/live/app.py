"""Who looks at a plan hears that it has changed: raw ASGI, answered before Django.

GET /live/plans/<id>   as text/event-stream: `revision` at once and after each change, `alive` in between, `gone`
                       when there is nothing more to look at; as JSON, where no stream is asked for: the revision
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import Error

from costcalc.wire import sse
from costcalc.wire.drain import drain
from costcalc.wire.racing import first_of, gone
from costcalc.wire.raw import (
    Headers,
    Receive,
    Refused,
    Scope,
    Send,
    answer,
    answered,
    headers_of,
    wrong_method,
)
from costcalc.wire.visitors import Open, TooManyOpen
from migrations_app.live.watching import Looker, Watching

if TYPE_CHECKING:
    from migrations_app.live.looking import Seen

PATH: Final = "/live/plans/"
_PLAN: Final = re.compile(rf"{PATH}(?P<plan>[A-Za-z0-9_-]{{1,40}})", re.ASCII)
# Pages that one person may have open in a worker, and all together.
OPEN_AT_ONCE: Final = 30
OPEN_IN_ALL: Final = 5000
# How many may wait at once for the database to say who they are.
MOST_ASKING: Final = 500
ASKING_S: Final = 10.0
HEARTBEAT_S: Final = 15.0
# A session that has ended, or a membership, is noticed so soon.
CHECK_S: Final = 60.0
LAST_S: Final = 0.2
STREAM: Final = "text/event-stream"
HEADERS: Final[Headers] = [(name.encode(), value.encode()) for name, value in sse.HEADERS]
GONE: Final = sse.event({}, "gone")
ALIVE: Final = sse.event({}, "alive")
Check = Callable[[], Awaitable["Seen"]]


def revisions(plans: Collection[int]) -> Mapping[int, int]:
    """How plans stand. Tables can be imported only once Django is set up, which this module is imported before."""
    from migrations_app.live import looking

    return looking.revisions(plans)


class Live:
    """The ASGI application of one worker."""

    def __init__(self) -> None:
        self.open = Open()
        self.watching = Watching(revisions)
        self._threads: ThreadPoolExecutor | None = None
        self._asking = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answered(self.answer, scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or raise Refused."""
        if scope["method"] != "GET":
            raise wrong_method("GET")
        found = _PLAN.fullmatch(scope["path"])
        if found is None:
            raise Refused(404, "There is no such plan.")
        headers = headers_of(scope)

        async def check() -> "Seen":
            return await self.seen(headers.get("cookie", ""), found["plan"])

        seen = await check()
        if STREAM in headers.get("accept", ""):
            await self.stream(seen, check, receive, send)
        else:
            await answer(send, 200, json.dumps({"revision": seen.revision}).encode(), "application/json")

    async def seen(self, cookies: str, plan: str) -> "Seen":
        """Who comes, asked in one short hop to a thread. Raises Refused."""
        from migrations_app.live import looking

        if self._asking >= MOST_ASKING:
            raise busy()
        self._threads = self._threads or ThreadPoolExecutor(2, "looking")
        self._asking += 1
        try:
            async with asyncio.timeout(ASKING_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, looking.seen, cookies, plan)
        except (Error, TimeoutError):
            raise busy() from None
        finally:
            self._asking -= 1

    async def stream(self, seen: "Seen", check: Check, receive: Receive, send: Send) -> None:
        """Tell of changes until the reader leaves, or the server goes down. Raises Refused before anything is sent."""
        limited = settings.RATE_LIMIT is not None
        if limited and len(self.open) >= OPEN_IN_ALL:
            raise busy()
        try:
            with (
                self.open.counted(seen.user, OPEN_AT_ONCE if limited else None),
                self.watching.looking(seen.plan, seen.revision) as looker,
            ):
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                place, _ = await first_of(tell(looker, check, send), gone(receive), drain.wait())
                if place != 1:
                    await end(send)
        except TooManyOpen:
            raise Refused(429, "You look at too many plans at a time.", headers=[("retry-after", "30")]) from None


async def tell(looker: Looker, check: Check, send: Send) -> None:
    """Say how the plan stands, each time that it has changed, and now and then that this is still told."""
    loop = asyncio.get_running_loop()
    checked_at, said = loop.time(), ALIVE
    looker.news.set()
    while True:
        if looker.news.is_set():
            looker.news.clear()
            said = GONE if looker.revision is None else sse.event({"revision": looker.revision}, "revision")
        await send({"type": "http.response.body", "body": said, "more_body": True})
        if looker.revision is None:
            return
        said = ALIVE
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                await looker.news.wait()
        if loop.time() - checked_at >= CHECK_S:
            checked_at = loop.time()
            looker.tell(await still(check, looker.revision))


async def still(check: Check, known: int | None) -> int | None:
    """How the plan stands for this reader: None for one who may look no longer."""
    try:
        return (await check()).revision
    except Refused as refused:
        # While nobody can say, nothing is told that is not harmless.
        return known if refused.status == 503 else None


async def end(send: Send) -> None:
    """The last of an answer; a connection that is dead already is not waited for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_S):
            await send({"type": "http.response.body", "body": b""})


def busy() -> Refused:
    """503 for a server that has as many readers as it can carry, or whose database is away."""
    return Refused(503, "Not now.", headers=[("retry-after", "5")])


APP: Final = Live()
