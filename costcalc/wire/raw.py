"""Answers given without Django: the types of ASGI, and a whole response in one call."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Every library types ASGI in its own way, so what is handed from one to another is not typed further.
App = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


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


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    """Alive: the event loop answers. Says nothing of the database, so that its absence restarts nobody."""
    await answer(send, 200, b"alive\n", "text/plain; charset=utf-8")


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing is here, neither a page nor a WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await answer(send, 404, b"not found\n", "text/plain; charset=utf-8")
