"""Asking an ASGI application without a server: the messages go in, the messages come out."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from costcalc.wire.raw import App, Message, Scope
from tests import loops


@dataclass
class Answer:
    """What an application sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


def http(path: str = "/", query: bytes = b"", headers: Iterable[tuple[bytes, bytes]] = ()) -> Scope:
    """The scope of a request."""
    return {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": list(headers)}


def ask(app: App, scope: Scope, chunks: Iterable[bytes] = (b"",), patient: bool = False) -> Answer:
    """What the application answers to a body sent in these chunks; a patient reader stays connected after them."""
    answer = Answer()
    parts = list(chunks)
    incoming = [
        {"type": "http.request", "body": part, "more_body": place + 1 < len(parts)} for place, part in enumerate(parts)
    ]

    async def receive() -> Any:
        if patient and not incoming:
            await asyncio.sleep(3600)
        return incoming.pop(0)

    async def send(message: Message) -> None:
        answer.messages.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    loops.run(run)
    return answer


async def swallow(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads the whole body, then says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})
