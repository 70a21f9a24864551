"""What is right and wrong with a recorded stream. Pure: codes and figures; the words are in `words`.

Nothing is found that the recording cannot show: without time stamps nothing is said about buffering,
without a head nothing about headers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from costcalc.streaming.completion import End, Reader, Reading
from costcalc.streaming.dialects import Dialect
from costcalc.streaming.doctor.recorded import NotARecordingError, Recording
from costcalc.streaming.events import Event, Parser

# Bytes that are read at a time.
PART: Final = 64 * 1024
# Fewer events than this may well be made at once.
FEW: Final = 5
# What arrives within this time arrived together: a token takes longer to make.
TOGETHER: Final = 0.005
AT_ONCE: Final = 0.05
# Events that come together, on average, from which a stream comes in bursts.
BURST: Final = 5
# Proxies cut a silent connection after 60 seconds (nginx) or 100 (Cloudflare); a quarter of a minute is well within.
SILENCE: Final = 15.0


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, by its code, with the figures of its words."""

    code: str
    level: Level
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A recording, read. `times` are the events' moments in seconds, None where unknown."""

    recording: Recording
    events: tuple[Event, ...]
    times: tuple[float | None, ...]
    reading: Reading
    comments: int
    unfinished: bool

    @property
    def kind(self) -> str:
        """The media type that the server said, "" where it is not known."""
        return self.recording.headers.get("content-type", "").partition(";")[0].strip().lower()


def diagnose(recording: Recording, most: int = 10**9) -> Diagnosis:
    """Read a recording through. Raises NotARecordingError for one of more than `most` events."""
    parser, reader = Parser(), Reader()
    arrived = _arrived(recording, parser, most)
    for event, _ in arrived:
        reader.take(event)
    if not arrived and recording.body.lstrip().startswith(b"{"):
        # What a server sends instead of a stream has the same shape, and says why.
        reader.take(Event(recording.body.decode("utf-8", "replace")))
    if parser.too_long:
        reader.fail("line-too-long")
    if recording.status is not None and recording.status >= 300:
        reader.fail(f"HTTP {recording.status}", str(recording.status))
    if recording.failure is not None and recording.failure.code != "lost":
        reader.fail(recording.failure.code)
    events, times = tuple(event for event, _ in arrived), tuple(at for _, at in arrived)
    return Diagnosis(
        recording, events, times, reader.reading(cancelled=recording.stopped), parser.comments, parser.unfinished
    )


def _arrived(recording: Recording, parser: Parser, most: int) -> list[tuple[Event, float | None]]:
    """The events with their moments; read in parts, so that what is refused is not read to its end."""
    found: list[tuple[Event, float | None]] = []
    for piece in recording.pieces:
        for begin in range(0, len(piece.data), PART):
            found += [(event, piece.at) for event in parser.feed(piece.data[begin : begin + PART])]
            if len(found) > most:
                raise NotARecordingError("large")
    return found


def findings(seen: Diagnosis) -> list[Finding]:
    """Everything found, the worst first."""
    return worst_first(finding for rule in RULES for finding in rule(seen))


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """Findings in the order in which they matter."""
    return sorted(found, key=lambda finding: -list(Level).index(finding.level))


def _answer(seen: Diagnosis) -> Iterator[Finding]:
    status, headers = seen.recording.status, seen.recording.headers
    if status == 429:
        wait = headers.get("retry-after", "")
        yield Finding("too-many" if wait else "too-many-no-wait", Level.FAULT, {"seconds": wait})
    elif status in {401, 403}:
        yield Finding("refused-key", Level.FAULT, {"status": str(status)})
    elif status is not None and status >= 400:
        yield Finding("http-error", Level.FAULT, {"status": str(status)})
    elif status is not None and status >= 300:
        yield Finding("redirected", Level.FAULT, {"status": str(status)})
    if failure := seen.recording.failure:
        yield Finding(failure.code, Level.FAULT, dict(failure.figures))
    said = _refused_words(seen)
    if said:
        yield Finding("says", Level.NOTE, {"message": said})


def _refused_words(seen: Diagnosis) -> str:
    """What a provider says of its refusal; the status alone is told in words of our own."""
    fault = seen.reading.fault
    known = fault is None or (seen.recording.status or 200) < 300 or fault.message.startswith("HTTP ")
    return "" if known or fault is None else fault.message[:300]


def _instead(seen: Diagnosis) -> Iterator[Finding]:
    body = seen.recording.body.strip()
    if seen.events or not body or seen.reading.fault is not None:
        return
    if body[:1] in b"{[":
        yield Finding("json-list" if body[:1] == b"[" else "not-streamed", Level.FAULT)
    elif body[:1] == b"<":
        yield Finding("html", Level.FAULT)


def _content_type(seen: Diagnosis) -> Iterator[Finding]:
    # An error is rightly told in JSON.
    if seen.kind and seen.kind != "text/event-stream" and (seen.recording.status or 200) < 300:
        yield Finding("content-type", Level.FAULT, {"kind": seen.kind})


def _ending(seen: Diagnosis) -> Iterator[Finding]:
    reading = seen.reading
    if seen.recording.failure is not None:
        return
    if reading.fault is not None and (seen.recording.status or 200) < 300:
        code = "too-long" if reading.fault.message == "line-too-long" else "error-inside"
        yield Finding(code, Level.FAULT, {"message": reading.fault.message})
    elif reading.end is End.TRUNCATED and seen.events:
        yield Finding("truncated", Level.FAULT)
    elif reading.fault is None and not seen.events and seen.recording.body.strip()[:1] not in {b"{", b"[", b"<"}:
        yield Finding("empty", Level.FAULT)
    if reading.refusal:
        yield Finding("refusal", Level.NOTE)
    if seen.unfinished and seen.events:
        yield Finding("unfinished-event", Level.WARNING)
    if seen.events and reading.dialect is Dialect.OPENAI and reading.end is End.COMPLETE and not reading.done:
        yield Finding("no-done", Level.WARNING)


def _usage(seen: Diagnosis) -> Iterator[Finding]:
    if seen.reading.end is End.COMPLETE and seen.reading.usage is None and seen.reading.dialect:
        yield Finding("no-usage", Level.WARNING)


def _buffering(seen: Diagnosis) -> Iterator[Finding]:
    if len(seen.events) < FEW:
        return
    moments = [time for time in seen.times if time is not None]
    if len(moments) < len(seen.events):
        yield from _of_span(seen)
        return
    span, arrivals = moments[-1] - moments[0], _arrivals(moments)
    figures = {"events": str(len(moments)), "arrivals": str(arrivals), "seconds": _within(span)}
    if seen.recording.coarse:
        yield Finding("at-once-perhaps" if span == 0 else "coarse", Level.NOTE, figures)
    elif span < AT_ONCE:
        yield Finding("at-once", Level.FAULT, figures)
    elif len(moments) / arrivals >= BURST:
        yield Finding("bursts", Level.WARNING, figures)
    else:
        yield Finding("streams", Level.GOOD, figures)


def _of_span(seen: Diagnosis) -> Iterator[Finding]:
    """A HAR knows how long the body took, though not when each event came."""
    span = seen.recording.span
    if span is None:
        yield Finding("no-times", Level.NOTE)
        return
    figures = {"events": str(len(seen.events)), "seconds": _within(span)}
    yield Finding("at-once", Level.FAULT, figures) if span < AT_ONCE else Finding("spread", Level.GOOD, figures)


def _within(span: float) -> str:
    """Seconds that are said as a bound: no span is 0."""
    return f"{max(span, 0.01):.2f}"


def _arrivals(moments: list[float]) -> int:
    return 1 + sum(later - earlier > TOGETHER for earlier, later in pairwise(moments))


def _keep_alive(seen: Diagnosis) -> Iterator[Finding]:
    times = [piece.at for piece in seen.recording.pieces if piece.at is not None]
    longest = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    if longest > SILENCE:
        yield Finding("silence", Level.WARNING, {"seconds": f"{longest:.0f}"})
    beats = seen.comments + sum(event.event == "ping" for event in seen.events)
    if beats:
        yield Finding("keep-alive", Level.GOOD, {"beats": str(beats)})


def _headers(seen: Diagnosis) -> Iterator[Finding]:
    headers = seen.recording.headers
    coding = headers.get("content-encoding", "identity").lower()
    if coding not in {"", "identity"}:
        yield Finding("compressed", Level.WARNING, {"coding": coding})
    if seen.recording.members > 1:
        yield Finding("gzip-members", Level.FAULT, {"members": str(seen.recording.members)})
    if seen.recording.packed_cut and not seen.recording.stopped:
        yield Finding("packed-cut", Level.FAULT)
    if "content-length" in headers and seen.events:
        yield Finding("length-known", Level.WARNING, {"bytes": headers["content-length"]})
    if seen.kind == "text/event-stream" and "access-control-allow-origin" not in headers:
        yield Finding("no-cors", Level.NOTE)


def _bytes(seen: Diagnosis) -> Iterator[Finding]:
    if seen.reading.unreadable:
        yield Finding("not-json", Level.WARNING, {"events": str(seen.reading.unreadable)})
    if seen.recording.inexact:
        yield Finding("inexact", Level.NOTE)
    try:
        seen.recording.body.decode()
    except UnicodeDecodeError as error:
        yield Finding("not-utf8", Level.WARNING, {"place": str(error.start)})


def _others(seen: Diagnosis) -> Iterator[Finding]:
    if seen.recording.streams > 1:
        yield Finding("other-streams", Level.NOTE, {"streams": str(seen.recording.streams)})


RULES: Final[tuple[Callable[[Diagnosis], Iterator[Finding]], ...]] = (
    *(_answer, _instead, _content_type, _ending, _buffering, _usage, _headers, _bytes, _keep_alive, _others),
)
