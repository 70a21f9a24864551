"""A request for a run of another worker, passed on through that worker's own door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from costcalc.streaming.completion import End
from costcalc.streaming.relay import words
from costcalc.wire.inside import inside
from costcalc.wire.racing import first_of, gone
from costcalc.wire.raw import Headers, Receive, Send
from costcalc.wire.upstream import Limits, Upstream, UpstreamError, opened

# The other worker gives signs of life every quarter of a minute.
LIMITS: Final = Limits(connect=2, first_byte=60, silence=60)
ASKED: Final = ("host", "last-event-id")
PASSED: Final = ("content-type", "cache-control", "content-encoding", "x-accel-buffering", "allow", "retry-after")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of the other worker."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


async def pass_on(
    worker: str, method: str, path: str, headers: Mapping[str, str], receive: Receive, send: Send
) -> None:
    """Answer as the worker of this name does. Raises UpstreamError, before anything is sent, where it is no more."""
    headers = {name: headers[name] for name in ASKED if name in headers}
    up = await opened(Inquiry(f"http://worker.invalid{path}", headers), inside.route(worker), LIMITS, method)
    try:
        await first_of(_answer(up, send), gone(receive))
    finally:
        up.close()


async def _answer(up: Upstream, send: Send) -> None:
    heads: Headers = [(name.encode(), up.headers[name].encode("latin-1")) for name in PASSED if name in up.headers]
    await send({"type": "http.response.start", "status": up.status, "headers": heads})
    is_stream = words.is_stream(up.headers.get("content-type", ""))
    last, lost = b"\n", False
    try:
        while piece := await up.read():
            last = (last + piece)[-4:]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except UpstreamError:
        lost = True
    await send({"type": "http.response.body", "body": lost_words(last) if lost and is_stream else b""})


def lost_words(last: bytes) -> bytes:
    """The end of a stream whose worker died while it streamed; `last` are the four bytes before."""
    end = {"end": End.TRUNCATED, "code": "worker_lost", "message": "The worker that had this run is gone."}
    within_event = not last.endswith((b"\n\n", b"\r\r", b"\r\n\r\n"))
    closing = words.closing(within_line=last[-1:] not in (b"\n", b"\r"), within_event=within_event)
    return closing + words.said(words.END, end)
