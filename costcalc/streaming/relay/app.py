"""The relay's addresses, as raw ASGI: a run is made, read and called off, without Django.

POST   /stream/runs        201 and where to read it; with a typed key the answer is the stream itself
GET    /stream/runs/<id>   the stream, in whichever worker the run is
DELETE /stream/runs/<id>   call it off
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from costcalc.streaming.relay import asking, refusals
from costcalc.streaming.relay.delivering import deliver
from costcalc.streaming.relay.making import ALONE, Visitor, planned
from costcalc.streaming.relay.passing import pass_on
from costcalc.streaming.relay.runs import MOST_OF_ONE, WAIT_S, Run, TooMany, UsedUp, runs
from costcalc.wire.inside import inside
from costcalc.wire.raw import Receive, Refused, Scope, Send, answer, answered, headers_of, wrong_method
from costcalc.wire.upstream import UpstreamError
from costcalc.wire.visitors import Open, TooManyOpen, subscriber

PATH: Final = "/stream/runs"
# Streams that one visitor may have open in a worker, and all together.
OPEN_AT_ONCE: Final = 30
OPEN_IN_ALL: Final = 2000
STOPPED: Final = "stopped"
_ID: Final = re.compile(r"(?P<worker>[0-9a-f]{12})\.[A-Za-z0-9_-]{32}", re.ASCII)


class Relay:
    """The ASGI application of one worker."""

    def __init__(self) -> None:
        self.open = Open()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await answered(self.answer, scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or raise Refused."""
        path, method = scope["path"], scope["method"]
        headers = headers_of(scope)
        if path == PATH:
            if method != "POST":
                raise wrong_method("POST")
            await self.make(headers, client(scope), receive, send)
            return
        if method not in {"GET", "DELETE"}:
            raise wrong_method("GET, DELETE")
        run_id = path.removeprefix(f"{PATH}/")
        if method == "DELETE":
            check_origin(headers)
        await self.at_worker(run_id, method, headers, receive, send)

    async def make(self, headers: Mapping[str, str], address: str, receive: Receive, send: Send) -> None:
        """Make a run. With a typed key this answer is its stream, and nothing of it stays."""
        check_origin(headers)
        if not asking.is_json(headers):
            raise refusals.not_json()
        asked = asking.read(await body_of(receive))
        plan = await planned(asked, Visitor(subscriber(address), headers))
        try:
            run = runs.make(plan, limited(MOST_OF_ONE))
        except TooMany as many:
            raise (refusals.too_many_open() if many.visitor else refusals.busy()) from None
        if asked.key:
            await self.stream(run, None, receive, send)
        else:
            await tell(send, run)

    async def at_worker(
        self, run_id: str, method: str, headers: Mapping[str, str], receive: Receive, send: Send
    ) -> None:
        """Answer here, or have the worker answer that has the run."""
        worker = worker_of(run_id)
        if not worker:
            await self.here(run_id, method, headers.get("last-event-id"), receive, send)
            return
        try:
            await pass_on(worker, method, f"{PATH}/{run_id}", headers, receive, send)
        except UpstreamError:
            # Its socket is left, and nobody behind it.
            raise refusals.no_run() from None

    async def here(self, run_id: str, method: str, last_id: str | None, receive: Receive, send: Send) -> None:
        """Answer for a run of this worker."""
        run = runs.find(run_id)
        if run is None:
            raise refusals.no_run()
        if method == "GET":
            await self.stream(run, last_id, receive, send)
        else:
            run.stop(STOPPED)
            await answer(send, 204, b"", "text/plain; charset=utf-8")

    async def stream(self, run: Run, last_id: str | None, receive: Receive, send: Send) -> None:
        """Answer with a run's stream."""
        with self.counted(run):
            await deliver(run, receive, send, last_id)

    @contextmanager
    def counted(self, run: Run) -> Iterator[None]:
        """One reader more of this run, over whatever transport. Raises Refused."""
        if limited(OPEN_IN_ALL) is not None and len(self.open) >= OPEN_IN_ALL:
            raise refusals.busy()
        try:
            with self.open.counted(run.plan.visitor, limited(OPEN_AT_ONCE)):
                yield
        except TooManyOpen:
            raise refusals.too_many_open() from None
        except UsedUp:
            raise refusals.no_run() from None


def worker_of(run_id: str) -> str:
    """The other worker that has this run; "" for this one. Raises Refused for an id of nobody."""
    found = _ID.fullmatch(run_id)
    if found is None:
        raise refusals.no_run()
    worker = found["worker"]
    if worker in {inside.name, ALONE}:
        return ""
    if not inside.knows(worker):
        raise refusals.no_run()
    return worker


def limited(number: int) -> int | None:
    """A limit of visitors, unless the operator has switched them off."""
    return None if settings.RATE_LIMIT is None else number


async def tell(send: Send, run: Run) -> None:
    """201, and where the run is read."""
    at = f"{PATH}/{run.plan.id}"
    said = {"id": run.plan.id, "events": at, "socket": f"{at}/socket", "expires_in": WAIT_S}
    await answer(send, 201, json.dumps(said).encode(), "application/json", [("location", at)])


def check_origin(headers: Mapping[str, str]) -> None:
    """Raises Refused for a page of another site, or of a name that this site does not have."""
    if asking.is_from_elsewhere(headers) or not is_our_host(headers.get("host", "")):
        raise refusals.from_elsewhere()


def is_our_host(host: str) -> bool:
    """Whether a request is for this site: a stranger's name could lead here, and its pages would be "of this site"."""
    return _is_one_of(host, tuple(settings.ALLOWED_HOSTS))


@lru_cache(maxsize=256)
def _is_one_of(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def client(scope: Scope) -> str:
    """The address of whoever asks; "" over a Unix socket."""
    address: str = (scope.get("client") or ("",))[0]
    return address


async def body_of(receive: Receive) -> bytes:
    """The whole body, which `Bounds` keeps small. Raises Refused when its sender left."""
    parts: list[bytes] = []
    more = True
    while more:
        message: Mapping[str, Any] = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The body did not come.")
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


APP: Final = Relay()
