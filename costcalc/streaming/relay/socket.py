"""A run over a WebSocket: one text message an event, and the relay's own words as JSON with the member `costcalc`.

`/stream/runs/<id>/socket`. It only speaks: a reader who leaves closes the provider's answer, one who talks is
closed. Unlike SSE it has no way to resume: that is the point of having both.
"""

import asyncio
import json
from collections.abc import Awaitable, Mapping
from typing import Any, Final

from costcalc.streaming.completion import End
from costcalc.streaming.events import Parser
from costcalc.streaming.relay import refusals
from costcalc.streaming.relay.app import APP as RELAY
from costcalc.streaming.relay.app import PATH, Relay, check_origin, worker_of
from costcalc.streaming.relay.runs import GOING_DOWN, Run, replacement, runs
from costcalc.streaming.relay.tape import Cursor
from costcalc.wire.inside import inside
from costcalc.wire.listening import Messages, listening
from costcalc.wire.problem import MEDIA_TYPE
from costcalc.wire.racing import first_of
from costcalc.wire.raw import Receive, Refused, Scope, Send, deny, headers_of
from costcalc.wire.upstream import UpstreamError

LAST_PART: Final = "/socket"
# RFC 6455, section 7.4.1; from 4000 on they are the application's own.
NORMAL: Final = 1000
GOES_AWAY: Final = 1001
TAKES_NOTHING: Final = 1003
FAILED: Final = 1011
REPLACED: Final = 4409


class RelaySocket:
    """The ASGI application for WebSockets of one worker."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.answer(scope, receive, send)
        except Refused as refused:
            await deny(scope, send, refused.status, refused.problem().encode(), MEDIA_TYPE, refused.headers)
        except OSError:
            # What is sent to a reader who has just left.
            return

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one handshake, or raise Refused before it is accepted."""
        headers, path = headers_of(scope), scope["path"]
        # The same-origin policy does not hold for WebSockets: any page may ask for one, with the visitor's cookies.
        check_origin(headers)
        if not path.endswith(LAST_PART):
            raise refusals.no_run()
        run_id = path.removeprefix(f"{PATH}/").removesuffix(LAST_PART)
        worker = worker_of(run_id)
        if worker:
            await self.at_worker(worker, headers["host"], path, receive, send)
            return
        run = runs.find(run_id)
        if run is None:
            raise refusals.no_run()
        with self.relay.counted(run):
            await deliver(run, receive, send)

    async def at_worker(self, worker: str, host: str, path: str, receive: Receive, send: Send) -> None:
        """Pass on what the worker says that has the run."""
        try:
            async with listening(inside.route(worker), host, path) as messages:
                await send({"type": "websocket.accept"})
                await talk(receive, send, _passed_on(messages, send))
        except UpstreamError:
            # Its door is left, and nobody behind it, or the run is used up.
            raise refusals.no_run() from None


async def deliver(run: Run, receive: Receive, send: Send) -> None:
    """A run of this worker. Raises UsedUp before the handshake is answered."""
    replaced = replacement()
    cursor = run.attach("socket", None, replaced)
    try:
        await send({"type": "websocket.accept"})
        await talk(receive, send, _told(run, cursor, send), replaced)
    finally:
        run.leave("socket", cursor, replaced)


async def talk(
    receive: Receive, send: Send, work: Awaitable[tuple[int, str]], replaced: asyncio.Future[None] | None = None
) -> None:
    """Do this work until it gives the code and the reason to close with, or the reader leaves, talks or comes again."""
    place, came = await first_of(work, receive(), *([replaced] if replaced else []))
    if place == 1:
        if came["type"] == "websocket.disconnect":
            return
        came = TAKES_NOTHING, "This socket only speaks."
    elif place == 2:
        came = REPLACED, "This run is read elsewhere now."
    await close(send, *came)


async def close(send: Send, code: int, reason: str) -> None:
    """Say goodbye. Its answer, and a reader who does not give one, are the server's affair."""
    await send({"type": "websocket.close", "code": code, "reason": reason})


async def _told(run: Run, cursor: Cursor, send: Send) -> tuple[int, str]:
    """The run, message by message; what to close with."""
    parser = Parser()
    await run.begin()
    await _say(send, {"costcalc": "start", **run.feed.start()})
    while piece := await cursor.read():
        for event in parser.feed(piece):
            await send({"type": "websocket.send", "text": event.data})
    await _say(send, {"costcalc": "end", **(run.feed.end or {})})
    return (GOES_AWAY, "The server is going down.") if run.feed.stopped == GOING_DOWN else (NORMAL, "")


async def _passed_on(messages: Messages, send: Send) -> tuple[int, str]:
    try:
        async for text in messages:
            await send({"type": "websocket.send", "text": text})
    except UpstreamError:
        lost = {"end": End.TRUNCATED, "code": "worker_lost", "message": "The worker that had this run is gone."}
        await _say(send, {"costcalc": "end", **lost})
        return FAILED, "worker_lost"
    return messages.code, messages.reason


async def _say(send: Send, words: Mapping[str, Any]) -> None:
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    await send({"type": "websocket.send", "text": text})


APP: Final = RelaySocket(RELAY)
