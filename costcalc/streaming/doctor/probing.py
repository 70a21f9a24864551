"""An endpoint, asked live: once to its end, once to be left early, and what its preflight says.

At most two completions, both short, so that a probe costs next to nothing; a refusal ends it. Nothing is retried.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from costcalc.streaming.calls import Call, Question, completion_call
from costcalc.streaming.doctor.probed import Answer, Probe, answer_id, parsed_object
from costcalc.streaming.doctor.recorded import Failure, NotARecordingError, Piece, Recording
from costcalc.streaming.doctor.unpacking import Unpacker, unpacker
from costcalc.streaming.endpoints import SAMPLE, Endpoint
from costcalc.streaming.events import Parser
from costcalc.streaming.ways import route_to
from costcalc.wire import upstream
from costcalc.wire.upstream import Limits, Route, UpstreamError

PROMPT: Final = "Count from one to forty in words, separated by commas."
MOST_TOKENS: Final = 96
# Events after which the second stream is left: enough to see whether they come one by one.
ENOUGH: Final = 6
LARGEST: Final = 4_000_000
# A page of nowhere, as a browser would name it.
ORIGIN: Final = "https://stream-doctor.invalid"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: for each stage, and for one stream in all."""

    connect: float = 5
    silence: float = 15
    stream: float = 40

    @property
    def limits(self) -> Limits:
        """The stages, as `wire.upstream` has them."""
        return Limits(self.connect, self.silence, self.silence)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask, for which model, with which key; "" sends none. `extra` is added to the body."""

    endpoint: Endpoint
    model: str
    key: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def call(self) -> Call:
        """The completion that is asked for. Raises ValueError for a key that no header can hold."""
        return completion_call(self.endpoint, Question(self.model, PROMPT, MOST_TOKENS, extra=self.extra), self.key)

    @property
    def can_be_asked(self) -> bool:
        """Whether its key can be sent."""
        return self.key.isascii() and self.key.isprintable()

    @property
    def is_sample(self) -> bool:
        """Whether it is the built-in provider, which can be asked what no other tells."""
        return self.endpoint.name == SAMPLE.name


async def probe(target: Target, patience: Patience | None = None) -> Probe:
    """Ask everything. Whatever goes wrong is part of the answer. Raises ValueError as `Target.call` does."""
    patience = patience or Patience()
    call = target.call
    try:
        route = await route_to(target.endpoint, patience.connect)
    except UpstreamError as error:
        return Probe(Recording((), failure=failure_of(error)))
    asking = _Asking(target, call, route, patience)
    # The preflight first: what a first connection loads is not the stream's time.
    preflight = await asking.preflight()
    found = replace(await asking.first(), preflight=preflight)
    if found.stream.failure is not None or found.stream.status != 200:
        return found
    found = replace(found, packed=await asking.leave())
    return await asking.built_in(found) if target.is_sample else found


async def first_model(endpoint: Endpoint, key: str) -> str:
    """The first model that an endpoint lists. Raises ValueError where it lists none, or cannot be asked."""
    # The headers that carry the key are those of a completion.
    asks = completion_call(endpoint, Question("", "", stream=False), key)
    call = Call(f"{endpoint.base_url}/models", asks.headers, b"")
    patience = Patience()
    try:
        route = await route_to(endpoint, patience.connect)
        async with upstream.connected(call, route, patience.limits, "GET") as up:
            listed = parsed_object((await up.whole(LARGEST)).decode("utf-8", "replace"))
    except UpstreamError as error:
        raise ValueError(f"{endpoint.base_url}: {error}") from None
    models = listed.get("data") or listed.get("models")
    first = models[0] if isinstance(models, list) and models and isinstance(models[0], dict) else {}
    name = str(first.get("id") or first.get("name") or "").removeprefix("models/")
    if not name:
        raise ValueError(f"{endpoint.base_url} lists no models: name one with --model.")
    return name


class _Asking:
    """One probe's calls."""

    def __init__(self, target: Target, call: Call, route: Route, patience: Patience) -> None:
        self.target, self.call, self.route, self.patience = target, call, route, patience

    async def first(self) -> Probe:
        """The stream to its end."""
        about = Probe(
            Recording(()), with_key=bool(self.target.key), holds_no_secret=self.target.is_sample, can_tell=False
        )
        try:
            async with upstream.connected(self.call, self.route, self.patience.limits) as up:
                about = replace(about, connect_s=up.connect_s, head_s=up.head_s)
                stream = await _listen(up, self.patience.stream)
        except UpstreamError as error:
            return replace(about, stream=Recording((), failure=failure_of(error)))
        return replace(about, stream=stream)

    async def preflight(self) -> Answer | None:
        """What a browser asks before a page of another origin may call."""
        names = sorted(set(self.call.headers) - {"accept", "accept-encoding"})
        headers = {
            "origin": ORIGIN,
            "access-control-request-method": "POST",
            "access-control-request-headers": ",".join(names),
        }
        return await self._head(Call(self.call.url, headers, b""), "OPTIONS")

    async def leave(self) -> Recording | None:
        """The stream again, asked for compressed, and left after a few events."""
        call = replace(self.call, headers={**self.call.headers, "accept-encoding": "gzip"})
        try:
            async with upstream.connected(call, self.route, self.patience.limits) as up:
                return await _listen(up, self.patience.stream, ENOUGH)
        except UpstreamError:
            return None

    async def built_in(self, found: Probe) -> Probe:
        """What only the built-in provider can be asked: when it noticed the leaving, and how it answers 429."""
        name = answer_id(found.packed.body) if found.packed is not None and found.packed.stopped else ""
        noticed = await self._noticed(name) if name else None
        call = completion_call(self.target.endpoint, Question("fault-429", PROMPT, 1), self.target.key)
        throttled = await self._head(call, "POST")
        return replace(found, can_tell=bool(name), noticed_ms=noticed, throttled=throttled)

    async def _noticed(self, name: str) -> float | None:
        """Milliseconds from the leaving until the provider had noticed; None where it had not after a second."""
        begun = time.monotonic()
        call = Call(f"{SAMPLE.base_url}/chat/completions/{name}", {}, b"")
        while (since := time.monotonic() - begun) < 1:
            async with upstream.connected(call, self.route, self.patience.limits, "GET") as up:
                if parsed_object((await up.whole(10_000)).decode()).get("end") == "left":
                    return (time.monotonic() - begun) * 1000
            await asyncio.sleep(min(0.02, since + 0.002))
        return None

    async def _head(self, call: Call, method: str) -> Answer | None:
        try:
            async with upstream.connected(call, self.route, self.patience.limits, method) as up:
                return Answer(up.status, up.headers)
        except UpstreamError:
            return None


async def _listen(up: upstream.Upstream, seconds: float, enough: int | None = None) -> Recording:
    """What comes, and when; stops after `seconds`, or after `enough` events."""
    listening = _Listening(up, enough)
    try:
        async with asyncio.timeout(seconds):
            await listening.through()
    except TimeoutError:
        listening.stopped = True
    except UpstreamError as error:
        listening.failure = failure_of(error)
    except NotARecordingError as error:
        listening.failure = Failure(str(error))
    return listening.recording()


class _Listening:
    """Takes one answer's pieces, unpacked, with their moments."""

    def __init__(self, up: upstream.Upstream, enough: int | None) -> None:
        self.up, self.enough = up, enough
        self.begun = time.monotonic()
        self.pieces: list[Piece] = []
        self.first: float | None = None
        self.stopped = False
        self.failure: Failure | None = None
        self.unpacker: Unpacker | None = None

    async def through(self) -> None:
        """Read on until there is no more, or enough."""
        parser, events, size = Parser(), 0, 0
        async for data, at in self.timed():
            self.pieces.append(Piece(data, at))
            events += len(parser.feed(data))
            size += len(data)
            if (self.enough is not None and events >= self.enough) or size > LARGEST:
                self.stopped = True
                return

    async def timed(self) -> AsyncIterator[tuple[bytes, float]]:
        """Pieces with seconds from the first byte on."""
        coding = self.up.headers.get("content-encoding", "").strip().lower()
        async for chunk in self.up.chunks():
            now = time.monotonic()
            if self.first is None:
                self.first = now
                self.unpacker = unpacker(coding, chunk[:64], LARGEST)
            plain = self.unpacker.feed(chunk) if self.unpacker else chunk
            if plain:
                yield plain, now - self.first

    def recording(self) -> Recording:
        """All of it; `waited` is from the call to the first byte."""
        about = Recording(
            (),
            self.up.status,
            self.up.headers,
            None if self.first is None else self.first - self.begun + self.up.head_s,
            members=self.unpacker.members if self.unpacker else 0,
            failure=self.failure,
            stopped=self.stopped,
        )
        return about.with_pieces(tuple(self.pieces))


_CODES: Final[dict[type[UpstreamError], str]] = {
    upstream.NotAllowed: "not-allowed",
    upstream.NotTrusted: "not-trusted",
    upstream.Broken: "lost",
}


def failure_of(error: UpstreamError) -> Failure:
    """A failure of the network as a finding has it, without its words: a library's could tell a header."""
    if isinstance(error, upstream.TooSlow) and error.stage != "connect":
        return Failure("silent")
    return Failure(_CODES.get(type(error), "unreachable"))
