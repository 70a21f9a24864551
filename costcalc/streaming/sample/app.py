"""The built-in provider: OpenAI's chat completions and models under /sample/v1/, as raw ASGI.

It holds no secret, calls nobody and remembers nothing but how many answers each visitor has open, and of the last
ones how they ended, so any page of any origin may ask it. Keys are neither needed nor looked at.
"""

import asyncio
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings

from costcalc.streaming.sample import refusals
from costcalc.streaming.sample.asking import Asked, read
from costcalc.streaming.sample.faults import Piece
from costcalc.streaming.sample.offered import BY_ID, MODELS
from costcalc.streaming.sample.refusals import RefusedError
from costcalc.streaming.sample.serving import Served, served
from costcalc.wire import sse
from costcalc.wire.drain import Drain, drain
from costcalc.wire.racing import first_of, gone
from costcalc.wire.raw import Receive, Scope, Send, answer
from costcalc.wire.visitors import Open, TooManyOpen, subscriber

PREFIX: Final = "/sample/v1/"
JSON: Final = "application/json"
# Answers that one visitor may have open at a time; nobody reads more by hand.
OPEN_AT_ONCE: Final = 64
# Bytes of a request: some twenty pages of text.
LARGEST: Final = 64 * 1024
# How an answer can stand: told to its end, its reader left, the server went down, or still being told.
ENDS: Final = ("told", "left", "going down", "open")
REMEMBERED: Final = 500
# For a reader who does not read, when the server goes down.
LAST_WORD: Final = 1.0
OPEN_TO_ALL: Final = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "retry-after, x-request-id"),
    ("cross-origin-resource-policy", "cross-origin"),
]
# A browser's wildcard does not stand for Authorization.
PREFLIGHT: Final = [
    ("access-control-allow-methods", "GET, HEAD, POST, OPTIONS"),
    ("access-control-allow-headers", "*, authorization"),
    ("access-control-max-age", "600"),
]


class Left(Exception):
    """The reader has gone; there is nobody to answer."""


class Provider:
    """The ASGI application. `limit` is how many answers a visitor may have open at a time, None for any number."""

    def __init__(self, going_down: Drain, limit: Callable[[], int | None]) -> None:
        self.going_down = going_down
        self.limit = limit
        self.open = Open()
        # How answers end, by their ids: what no other provider tells, and only whoever read the answer can ask.
        self.ends: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        try:
            await self.answer(scope, receive, send)
        except RefusedError as refused:
            await refuse(send, refused)
        except TooManyOpen:
            await refuse(send, refusals.too_many_streams())
        except Left:
            return

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or raise RefusedError."""
        path, method = scope["path"], scope["method"]
        if method == "OPTIONS":
            await tell(send, 204, b"", PREFLIGHT)
        elif path == PREFIX + "chat/completions":
            allow(method, "POST")
            check_kind(scope)
            with self.open.counted(*self.visitor(scope)):
                await self.complete(read(await body_of(receive)), receive, send)
        elif path.startswith(PREFIX + "chat/completions/"):
            allow(method, "GET", "HEAD")
            await tell(send, 200, encoded(self.ended(path.removeprefix(PREFIX + "chat/completions/"))))
        elif path == PREFIX + "models":
            allow(method, "GET", "HEAD")
            await tell(send, 200, encoded({"object": "list", "data": [model.shown() for model in MODELS]}))
        elif path.startswith(PREFIX + "models/"):
            allow(method, "GET", "HEAD")
            await tell(send, 200, encoded(known(path.removeprefix(PREFIX + "models/"))))
        else:
            raise refusals.no_such_address()

    def visitor(self, scope: Scope) -> tuple[str, int | None]:
        """Whose answer it is, and how many they may have open. Without an address it is this server's own relay,
        which comes over a socket of the file system and has counted its readers itself.
        """
        client = scope.get("client")
        return (subscriber(client[0]), self.limit()) if client else ("", None)

    async def complete(self, asked: Asked, receive: Receive, send: Send) -> None:
        """Tell the answer, until it ends, its reader leaves, or the server goes down."""
        seed = secrets.randbits(63) if asked.seed is None else asked.seed
        name = secrets.token_hex(12)
        this = served(asked, seed, name, int(time.time()))
        teller = Teller(send, this)
        self.note(name, ENDS[-1])
        ended, _ = await first_of(teller.tell(), gone(receive), self.going_down.wait())
        self.note(name, ENDS[ended])
        if ended == 2:
            await asyncio.wait_for(teller.break_off(), LAST_WORD)

    def note(self, name: str, end: str) -> None:
        """Remember how an answer stands, and forget the oldest one."""
        self.ends[f"chatcmpl-{name}"] = end
        if len(self.ends) > REMEMBERED:
            self.ends.popitem(last=False)

    def ended(self, answer_id: str) -> dict[str, Any]:
        """How the answer of this id stands. Raises RefusedError for one that is not remembered."""
        if answer_id not in self.ends:
            raise refusals.no_such_address()
        return {"id": answer_id, "object": "chat.completion.end", "end": self.ends[answer_id]}


class Teller:
    """Sends one answer, piece by piece."""

    def __init__(self, send: Send, this: Served) -> None:
        self.send = send
        self.this = this
        self.last = b""
        self.begun = False
        self.due = asyncio.get_running_loop().time()

    async def tell(self) -> None:
        """The whole answer, each piece after its wait."""
        if self.this.streams:
            await self.begin(200, sse.HEADERS)
        for piece in self.this.pieces:
            await self.add(piece)
        await self.send({"type": "http.response.body", "body": b""})

    async def begin(self, status: int, headers: list[tuple[str, str]]) -> None:
        """The head of the answer."""
        self.begun = True
        fields = [*headers, *OPEN_TO_ALL, request_id()]
        encoded_fields = [(name.encode(), value.encode()) for name, value in fields]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded_fields})

    async def add(self, piece: Piece) -> None:
        """One piece, when it is due. It truly waits, if only for a turn of the loop: else nobody's leaving is noticed.

        Waits count from when the last piece was due, not from when it was sent: the pace is as stated on a busy
        server, too, and a reader who fell behind catches up, as with a model that went on meanwhile.
        """
        self.due += piece.wait
        await asyncio.sleep(max(0.0, self.due - asyncio.get_running_loop().time()))
        if not self.begun:
            await self.begin(200, [("content-type", JSON), ("cache-control", "no-store")])
        self.last = piece.data
        await self.send({"type": "http.response.body", "body": piece.data, "more_body": True})

    async def break_off(self) -> None:
        """The server goes down: say so where it can be said, and end."""
        error = RefusedError(503, "The server is going down.", "going_down", kind=refusals.BROKEN)
        if not self.begun:
            await tell(self.send, error.status, error.encode(), [("retry-after", "1")])
            return
        # Within an event that was begun, nothing more can be said than that it does not go on.
        whole = self.this.streams and (not self.last or self.last.endswith((b"\n\n", b"\r\n\r\n")))
        last_word = b"data: " + error.encode() + b"\n\n" if whole else b""
        await self.send({"type": "http.response.body", "body": last_word})


async def body_of(receive: Receive) -> bytes:
    """The request's whole body. Raises Left, and RefusedError for one that is too large."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Left
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > LARGEST:
            raise refusals.too_large(LARGEST)
    return body


async def tell(send: Send, status: int, body: bytes, headers: list[tuple[str, str]] | None = None) -> None:
    """One complete answer that any page may read."""
    await answer(send, status, body, JSON, [*OPEN_TO_ALL, request_id(), *(headers or [])])


async def refuse(send: Send, refused: RefusedError) -> None:
    """An error, as OpenAI answers it."""
    await tell(send, refused.status, refused.encode(), list(refused.headers.items()))


def request_id() -> tuple[str, str]:
    """A name for one request, as OpenAI gives it."""
    return ("x-request-id", f"req_{secrets.token_hex(16)}")


def encoded(value: Any) -> bytes:
    """JSON, in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode()


def allow(method: str, *methods: str) -> None:
    """Raises RefusedError for any other method."""
    if method not in methods:
        raise refusals.wrong_method(", ".join(methods))


def check_kind(scope: Scope) -> None:
    """Raises RefusedError for a body that says it is no JSON, as curl's -d does unless told otherwise."""
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    if any(value.split(b";")[0].strip().lower() != JSON.encode() for value in kinds):
        message = "Unsupported content type: this address takes application/json."
        raise RefusedError(415, message, "unsupported_content_type")


def known(model_id: str) -> dict[str, Any]:
    """One model. Raises RefusedError where it is not offered."""
    if model_id not in BY_ID:
        raise refusals.no_such_model()
    return BY_ID[model_id].shown()


def _limit() -> int | None:
    return None if settings.RATE_LIMIT is None else OPEN_AT_ONCE


APP: Final = Provider(drain, _limit)
