"""Django behind ASGI, with all of its middleware in one thread hop.

Stock Django asks each middleware from the event loop, and every one that is synchronous at heart
(all of ours) costs two changes of thread: 19 a request with the usual dozen (Django ticket 37177).
"""

from typing import IO, Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from costcalc.wire.raw import Message, Receive


class Incoming:
    """A request's incoming messages, and the file that its body was read into."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.body: IO[bytes] | None = None

    async def __call__(self) -> Message:
        return await self.receive()


class OneHopHandler(ASGIHandler):
    """Runs middleware and view together in the request's own thread. An async view still works."""

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
