"""Answers given without Django: the types of ASGI, and a whole response in one call."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from costcalc.wire.problem import MEDIA_TYPE, Fault, Problem, problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Every library types ASGI in its own way, so what is handed from one to another is not typed further.
App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Refused(Exception):
    """A request that is not served; its answer repeats nothing of what was sent."""

    def __init__(
        self, status: int, detail: str, faults: Iterable[Fault] = (), headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.faults = list(faults)
        self.headers = list(headers)

    def problem(self) -> Problem:
        """The answer's body."""
        return problem(self.status, str(self), self.faults)


def wrong_method(allowed: str) -> Refused:
    """405."""
    return Refused(405, f"Allowed here: {allowed}.", headers=[("allow", allowed)])


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers, names in lower case; of several of one name the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def answer(
    send: Send, status: int, body: bytes, media_type: str, headers: Iterable[tuple[str, str]] = ()
) -> None:
    """Send one complete response."""
    fields = [("content-type", media_type), ("content-length", str(len(body))), ("cache-control", "no-store"), *headers]
    encoded: Headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def deny(
    scope: Scope, send: Send, status: int, body: bytes, media_type: str, headers: Iterable[tuple[str, str]] = ()
) -> None:
    """Answer a WebSocket's handshake with an ordinary response instead of a connection."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})
        return

    async def denying(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    await answer(denying, status, body, media_type, headers)


async def answered(answering: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Have an HTTP request answered, or tell why it is refused; there is nothing for another kind."""
    if scope["type"] != "http":
        await nothing(scope, receive, send)
        return
    try:
        await answering(scope, receive, send)
    except Refused as refused:
        await answer(send, refused.status, refused.problem().encode(), MEDIA_TYPE, refused.headers)


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    """Alive: the event loop answers. Says nothing of the database, so that its absence restarts nobody."""
    await answer(send, 200, b"alive\n", "text/plain; charset=utf-8")


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing is here, neither a page nor a WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await answer(send, 404, b"not found\n", "text/plain; charset=utf-8")
