"""Django behind ASGI, with all of its middleware in one thread hop, in a thread that is kept.

Stock Django asks each middleware from the event loop, and every one that is synchronous at heart
(all of ours) costs two changes of thread: 19 a request with the usual dozen (Django ticket 37177).
It also starts a thread for each request and ends it, and with it the thread's database connection.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any

import django
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from costcalc.wire.raw import Message, Receive

# As many as one process ever needs at once in quiet times; what a rush starts beyond them ends with the rush.
KEPT_THREADS = 16


class Threads:
    """Threads that each serve one request at a time and are then kept for the next. Used on one event loop only."""

    def __init__(self, kept: int = KEPT_THREADS) -> None:
        self.kept = kept
        self.idle: list[ThreadPoolExecutor] = []

    @contextmanager
    def borrowed(self) -> Iterator[ThreadPoolExecutor]:
        """The thread used last, which is the warmest; a new one when all are busy."""
        thread = self.idle.pop() if self.idle else ThreadPoolExecutor(1, "request")
        try:
            yield thread
        finally:
            if len(self.idle) < self.kept:
                self.idle.append(thread)
            else:
                thread.shutdown(wait=False)


class Incoming:
    """A request's incoming messages, and the file that its body was read into."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.body: IO[bytes] | None = None

    async def __call__(self) -> Message:
        return await self.receive()


class OneHopHandler(ASGIHandler):
    """Runs middleware and view together in a thread that is this request's alone. An async view still works."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = Threads()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request in a borrowed thread; Django's own context would start one and end it."""
        with self.threads.borrowed() as thread:
            async with ThreadSensitiveContext(executor=thread):
                await super().__call__(scope, receive, send)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request. Its body's file is closed however that ends: Django leaves it open on an error."""
        incoming = Incoming(receive)
        try:
            await super().handle(scope, incoming, send)
        finally:
            if incoming.body:
                incoming.body.close()

    async def read_body(self, receive: Any) -> IO[bytes]:
        """The body in a file, which the messages' object remembers."""
        receive.body = await super().read_body(receive)
        body: IO[bytes] = receive.body
        return body

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for synchronous use, whatever is asked."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The response, made in the thread that this request's database connection belongs to."""
        answer: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await answer(request)
        return response


def django_application() -> OneHopHandler:
    """Set Django up, and answer with it."""
    django.setup(set_prefix=False)
    return OneHopHandler()
