"""Running a fault: the built-in provider is asked through the one way out, as any provider is, and listened to."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.doctor.recorded import Piece, Recording
from costcalc.streaming.endpoints import SAMPLE
from costcalc.streaming.faults.seen import Failure, Run, Seen, see
from costcalc.streaming.sample.texts import answer_text, language_of
from costcalc.wire.upstream import Limits, Route, Upstream, UpstreamError, persisted

SEED: Final = 1
# A quarter of all waiting: the whole answer in a second and a half, a silence of half a minute.
PACE: Final = 0.25
# A client's own patience; a person at a page has not much more.
LIMITS: Final = Limits(connect=2, first_byte=3, silence=3)
MOST_BYTES: Final = 4 * 1024 * 1024


def run(models: Sequence[str], prompt: str, route: Route) -> dict[str, Seen]:
    """What our client sees of each of these models, all of them asked at the same moment. Takes seconds."""

    async def together() -> list[Run]:
        return await asyncio.gather(*(listen(model, prompt, route) for model in models))

    return {model: see(each) for model, each in zip(models, _apart(together()), strict=True)}


def _apart(work: Coroutine[Any, Any, list[Run]]) -> list[Run]:
    """Its result, on a loop of its own in a thread of its own: whoever waits may have a loop already."""
    with ThreadPoolExecutor(1, "faults") as thread:
        return thread.submit(asyncio.run, work).result()


async def listen(model: str, prompt: str, route: Route) -> Run:
    """Ask for one answer, and record it to its end, whatever that is."""
    call = completion_call(SAMPLE, Question(model, prompt, seed=SEED, extra={"sample_pace": PACE}))
    sound, loop = answer_text(language_of(prompt), SEED), asyncio.get_running_loop()
    begun = loop.time()
    try:
        up = await persisted(call, route, LIMITS)
    except UpstreamError as error:
        return Run(Recording(()), sound, error.attempts, _failure(error), loop.time() - begun)
    try:
        pieces, failure = await _pieces(up, begun)
    finally:
        up.close()
    recording = _recording(up, pieces)
    told = up.headers.get("retry-after", "")
    return Run(recording, sound, up.attempts, failure, loop.time() - begun, told)


async def _pieces(up: Upstream, begun: float) -> tuple[list[Piece], Failure | None]:
    """What came, each piece with the moment at which it did, and why no more came."""
    pieces: list[Piece] = []
    loop, size = asyncio.get_running_loop(), 0
    try:
        async for chunk in up.chunks():
            pieces.append(Piece(chunk, loop.time() - begun))
            size += len(chunk)
            if size > MOST_BYTES:
                return pieces, Failure("TooLarge", "body")
    except UpstreamError as error:
        return pieces, _failure(error)
    return pieces, None


def _recording(up: Upstream, pieces: list[Piece]) -> Recording:
    """The recording, its times counted from the first piece on."""
    first = pieces[0].at if pieces and pieces[0].at is not None else None
    counted = tuple(Piece(piece.data, (piece.at or 0.0) - (first or 0.0)) for piece in pieces)
    span = counted[-1].at if len(counted) > 1 else None
    return Recording(counted, up.status, up.headers, first, span)


def _failure(error: UpstreamError) -> Failure:
    patience = {"connect": LIMITS.connect, "first byte": LIMITS.first_byte, "silence": LIMITS.silence}
    return Failure(type(error).__name__, error.stage, patience.get(error.stage, 0.0))
