"""What a request may weigh, decided before Django: a body goes to disk before a 404 is found."""

from collections.abc import Mapping

from costcalc.wire.problem import MEDIA_TYPE, problem
from costcalc.wire.raw import App, Message, Receive, Scope, Send, answer


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
            await refuse_body(send, limit)
            return
        body, response = Body(receive, limit), Response(send)
        await self.app(scope, body.receive, response.send)
        if body.over and not response.started:
            await refuse_body(send, limit)

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


async def refuse_body(send: Send, limit: int) -> None:
    """413, and the connection is closed: what is left of the body is not waited for."""
    await refuse(send, 413, f"A body may have {limit} bytes here.", ("connection", "close"))


async def refuse(send: Send, status: int, detail: str, *headers: tuple[str, str]) -> None:
    """A whole response of problem JSON."""
    await answer(send, status, problem(status, detail).encode(), MEDIA_TYPE, headers)
