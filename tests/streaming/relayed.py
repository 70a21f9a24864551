"""A relay with the contract of the product's own that does what that one cannot be made to do: it is cut, and silent.

Its page has as strict a policy.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.streaming.hostile import Reset

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
MARKUP = '<!doctype html><html lang="en"><title>Stream</title>'
START = ("costcalc.start", json.dumps({"status": 200}))


@dataclass
class Relay:
    """Answers one question with these events: (name, data). A number is a pause in seconds.

    The first connection is cut after `cut_after` events; whoever comes back goes on after their last one. A socket
    is closed with the code `closes`.
    """

    said: Sequence[tuple[str, str] | float]
    end: dict[str, Any] | None
    cut_after: int | None = None
    closes: int = 1000
    page: str = ""
    script: str = ""
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    @property
    def events(self) -> list[tuple[str, str] | float]:
        """All of them, the relay's own as well."""
        return [START, *self.said, *([("costcalc.end", json.dumps(self.end))] if self.end else [])]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            return await self.socket(receive, send)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = (await receive()).get("body", b"")
        place = scope["method"], scope["path"]
        self.asked.append((*place, headers, json.loads(body) if body else None))
        if place == ("GET", "/stream/runs/w1.secret"):
            await self.stream(headers, send)
        else:
            await whole(send, *self.other(place))
        return None

    def other(self, place: tuple[str, str]) -> tuple[int, str, str]:
        """What is answered at once: status, content type, text."""
        if place == ("POST", "/stream/runs"):
            made = {"id": "w1.secret", "events": "/stream/runs/w1.secret", "socket": "/stream/runs/w1.secret/socket"}
            return 201, "application/json", json.dumps(made)
        if place == ("DELETE", "/stream/runs/w1.secret"):
            return 204, "text/plain", ""
        files = {"/": ("text/html; charset=utf-8", MARKUP + self.page), "/stream.js": ("text/javascript", self.script)}
        return (200, *files[place[1]]) if place[1] in files else (404, "application/problem+json", '{"title": "None"}')

    async def stream(self, headers: dict[str, str], send: Any) -> None:
        """The events as SSE, each byte by itself, with ids and heartbeats."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        last = int(headers.get("last-event-id", "0"))
        for number, event in enumerate(self.events, 1):
            if number <= last:
                continue
            if isinstance(event, tuple):
                name, data = event
                head = f"event: {name}\n" if name else ""
                await bytewise(send, f": beat\n\nid: {number}\n{head}data: {data}\n\n".encode())
            else:
                await asyncio.sleep(event)
            if number == self.cut_after and not last:
                await bytewise(send, b'data: {"half":')
                # What a browser has not handed on yet when the connection breaks is lost with it.
                await asyncio.sleep(0.5)
                raise Reset
        await send({"type": "http.response.body", "body": b""})

    async def socket(self, receive: Any, send: Any) -> None:
        """The same as messages."""
        await receive()
        await send({"type": "websocket.accept"})
        for event in self.events:
            if isinstance(event, tuple):
                name, data = event
                own = name.startswith("costcalc.")
                text = json.dumps({"costcalc": name.split(".")[1], **json.loads(data)}) if own else data
                await send({"type": "websocket.send", "text": text})
            else:
                await asyncio.sleep(event)
        await send({"type": "websocket.close", "code": self.closes})


async def bytewise(send: Any, data: bytes) -> None:
    for at in range(len(data)):
        await send({"type": "http.response.body", "body": data[at : at + 1], "more_body": True})
        await asyncio.sleep(0)


async def whole(send: Any, status: int, kind: str, text: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-security-policy", POLICY.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
