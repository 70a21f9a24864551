"""What a request may weigh, decided before Django: a body goes to disk before a 404 is found.

Programs get problem JSON. A person's form is answered by the page behind it, which is asked without the body and
told the limit (`scope[TOO_LARGE]`, in bytes): `middleware.too_large_for_people`.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from costcalc.wire.problem import MEDIA_TYPE, problem
from costcalc.wire.raw import App, Message, Receive, Scope, Send, answer

TOO_LARGE: Final = "costcalc.too_large"
FORMS: Final = {b"multipart/form-data", b"application/x-www-form-urlencoded"}
OF_BODIES: Final = {b"content-length", b"content-type", b"transfer-encoding", b"expect"}
CLOSE: Final = ("connection", "close")


class Bounds:
    """Answers 413 to a body over `limit` bytes, declared or not, and 400 to NUL in an address.

    `overrides` gives other limits by path prefix, the longest prefix first served.
    """

    def __init__(self, app: App, limit: int, overrides: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.overrides = sorted((overrides or {}).items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif holds_nul(scope):
            await refuse(send, 400, "The address holds a NUL character.")
        elif has_foreign_charset(scope):
            await refuse(send, 415, "Text must be UTF-8.")
        else:
            await self.serve_bounded(scope, receive, send, self.limit_of(scope["path"]))

    async def serve_bounded(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Serve, counting the body as it comes; a declared length is believed only when too large."""
        if declared_length(scope) > limit:
            await self.refuse_body(scope, send, limit)
            return
        body, response = Body(receive, limit), Response(send)
        await self.app(scope, body.receive, response.send)
        if body.over and not response.started:
            await self.refuse_body(scope, send, limit)

    async def refuse_body(self, scope: Scope, send: Send, limit: int) -> None:
        """413, and the connection is closed: what is left of the body is not waited for."""
        if not is_form_of_a_person(scope):
            await refuse(send, 413, f"A body may have {limit} bytes here.", CLOSE)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in OF_BODIES]
        bare = {**scope, "method": "GET", "headers": headers, TOO_LARGE: limit}
        await self.app(bare, without_body(), closing(send))

    def limit_of(self, path: str) -> int:
        """Bytes that a body sent to this path may have."""
        return next((limit for prefix, limit in self.overrides if path.startswith(prefix)), self.limit)


class Response:
    """Passes a response on, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.pass_on = send
        self.started = False

    async def send(self, message: Message) -> None:
        """Send one ASGI message."""
        self.started = True
        await self.pass_on(message)


class Body:
    """Passes a body on up to its limit. Over it, the application hears that the client has left, and tidies up."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.take = receive
        self.left = limit
        self.over = False

    async def receive(self) -> Message:
        """The next ASGI message."""
        message = await self.take()
        self.left -= len(message.get("body", b""))
        self.over = self.over or self.left < 0
        return {"type": "http.disconnect"} if self.over else message


def declared_length(scope: Scope) -> int:
    """Content-Length in bytes; 0 where it is absent or no number, since the body is counted anyway."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() and len(values[0]) < 20 else 0


def holds_nul(scope: Scope) -> bool:
    """Whether the address holds NUL, which PostgreSQL cannot compare and nobody types."""
    return "\0" in scope["path"] or b"%00" in scope.get("query_string", b"")


def has_foreign_charset(scope: Scope) -> bool:
    """Whether the body claims another character set than UTF-8: Python's own include `hex` and `idna`."""
    types = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"content-type"]
    parts = (part.partition("=") for text in types for part in text.split(";")[1:])
    charsets = (value.strip(" \"'") for name, _, value in parts if name.strip() == "charset")
    return any(charset not in {"utf-8", "utf8", "us-ascii"} for charset in charsets)


def is_form_of_a_person(scope: Scope) -> bool:
    """Whether a browser sends a form and would show a page: programs ask for no HTML."""
    headers = dict(scope["headers"])
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return kind in FORMS and b"text/html" in headers.get(b"accept", b"")


def without_body() -> Receive:
    """What receives an empty body, and then nothing more: what is left of the real one is not read."""
    told = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in told:
            return message
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    return receive


def closing(send: Send) -> Send:
    """Have the connection closed after the answer."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            name, value = CLOSE
            message = {**message, "headers": [*message["headers"], (name.encode(), value.encode())]}
        await send(message)

    return sent


async def refuse(send: Send, status: int, detail: str, *headers: tuple[str, str]) -> None:
    """A whole response of problem JSON."""
    await answer(send, status, problem(status, detail).encode(), MEDIA_TYPE, headers)
