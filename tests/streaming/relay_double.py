"""A stand-in for the relay in tests of the page: its addresses and its events, fed by the built-in provider itself."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from costcalc.streaming.completion import Reader
from costcalc.streaming.events import Parser
from costcalc.streaming.sample import APP
from costcalc.wire import sse
from costcalc.wire.raw import App, Receive, Scope, Send, answer

RUNS = "/stream/runs"


@dataclass
class Run:
    """One call to the provider: the events that came so far, for whoever reads them."""

    asked: dict[str, Any]
    readers: int
    events: list[tuple[str, str]] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    task: asyncio.Task[None] | None = None
    status: int = 0
    reader: Reader = field(default_factory=Reader)
    parser: Parser = field(default_factory=Parser)
    cancelled: bool = False

    def attach(self) -> None:
        """A reader is there; with the last one that is awaited the provider is asked."""
        self.readers -= 1
        if self.readers == 0:
            self.task = asyncio.create_task(self.pump())

    def note(self, data: str, name: str) -> None:
        self.events.append((data, name))
        self.grown.set()

    async def pump(self) -> None:
        """Ask the provider, and end with its end or with a reader's stop."""
        self.note(json.dumps({"connect_ms": 0.4, "attempts": 1}), "costcalc.start")
        try:
            await APP(scope_of(), self.receive_once, self.take)
        except asyncio.CancelledError:
            self.cancelled = True
        reading = self.reader.reading(cancelled=self.cancelled)
        fault = {"message": reading.fault.message} if reading.fault else {}
        end = {"end": reading.end, "status": self.status, "usage": reading.usage, **fault}
        self.note(json.dumps(end), "costcalc.end")
        self.over = True

    async def receive_once(self) -> Any:
        if self.status == 0:
            self.status = -1
            body = {"sample_pace": 0.5, "model": self.asked["model"], "stream": True}
            body |= {"stream_options": {"include_usage": True}}
            body |= {"messages": [{"role": "user", "content": self.asked["prompt"]}]}
            body |= {"seed": self.asked["seed"]} if "seed" in self.asked else {}
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}
        return await asyncio.Event().wait()

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        if self.status != 200:
            self.reader.fail(json.loads(message["body"])["error"]["message"])
            return
        for event in self.parser.feed(message.get("body", b"")):
            self.reader.take(event)
            self.note(event.data, event.event)

    async def follow(self, begin: int) -> Any:
        """Each event from this number on, as it comes."""
        place = begin
        while True:
            self.grown.clear()
            for number in range(place, len(self.events)):
                yield number, *self.events[number]
            place = len(self.events)
            if self.over and place == len(self.events):
                return
            await self.grown.wait()


def scope_of() -> Scope:
    path = "/sample/v1/chat/completions"
    headers = [(b"content-type", b"application/json")]
    return {"type": "http", "method": "POST", "path": path, "headers": headers, "client": ("127.0.0.1", 1)}


class WithRuns:
    """The application with runs in front of it; `made` is all of them, oldest first."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.made: list[Run] = []
        self.refuse: tuple[int, dict[str, Any], list[tuple[str, str]]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if not path.startswith(RUNS):
            await self.app(scope, receive, send)
        elif path == RUNS:
            await self.post(receive, send)
        elif scope["type"] == "websocket":
            await self.socket(self.made[int(path.split("/")[3])], receive, send)
        else:
            await self.one(self.made[int(path.split("/")[3])], scope, send)

    async def post(self, receive: Receive, send: Send) -> None:
        asked = json.loads((await receive())["body"])
        if self.refuse:
            status, problem, headers = self.refuse
            await answer(send, status, json.dumps(problem).encode(), "application/problem+json", headers)
            return
        self.made.append(Run(asked, 2 if asked.get("twin") else 1))
        number = len(self.made) - 1
        if asked.get("key"):
            await self.stream(self.made[number], 0, send)
            return
        made = {"id": str(number), "events": f"{RUNS}/{number}", "socket": f"{RUNS}/{number}/socket", "expires_in": 30}
        await answer(send, 201, json.dumps(made).encode(), "application/json")

    async def one(self, run: Run, scope: Scope, send: Send) -> None:
        if scope["method"] == "DELETE":
            if run.task:
                run.task.cancel()
            await answer(send, 204, b"", "text/plain")
            return
        last = dict(scope["headers"]).get(b"last-event-id")
        await self.stream(run, int(last) + 1 if last else 0, send)

    async def stream(self, run: Run, begin: int, send: Send) -> None:
        headers = [(name.encode(), value.encode()) for name, value in sse.HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if begin == 0:
            run.attach()
        async for number, data, name in run.follow(begin):
            last_id = str(number) if run.asked.get("resume") else None
            told = sse.text_event(data, None if name == "message" else name, last_id)
            await send({"type": "http.response.body", "body": told, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def socket(self, run: Run, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        run.attach()
        async for _number, data, name in run.follow(0):
            own = name.removeprefix("costcalc.")
            text = data if own == name else json.dumps({"costcalc": own, **json.loads(data)})
            await send({"type": "websocket.send", "text": text})
        await send({"type": "websocket.close"})
