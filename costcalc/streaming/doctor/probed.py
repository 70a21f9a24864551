"""What is found in a live endpoint, beside what its stream shows. Pure.

What cannot be seen from outside is said to be unknown: no provider tells whether it goes on when a client has left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from costcalc.streaming.completion import End, Reader
from costcalc.streaming.dialects import parsed
from costcalc.streaming.doctor.examining import Examination
from costcalc.streaming.doctor.findings import AT_ONCE, FEW, Diagnosis, Finding, Level, diagnose, findings, worst_first
from costcalc.streaming.doctor.recorded import Recording
from costcalc.streaming.events import Parser
from costcalc.streaming.measures import Arrival, Seen, figures

# The product's own promise, in milliseconds: longer than this after its reader left, a provider goes on.
LEAVING_MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of one answer; names of headers in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of each question; None where it was not asked, or not answered.

    `connect_s` is from the call to the connection, `head_s` to the answer's head. `packed` is the stream that was asked
    for compressed, and left early. `noticed_ms` is when the built-in provider noticed that, None while it did not.
    """

    stream: Recording
    connect_s: float | None = None
    head_s: float | None = None
    preflight: Answer | None = None
    packed: Recording | None = None
    can_tell: bool = False
    noticed_ms: float | None = None
    throttled: Answer | None = None
    with_key: bool = False
    holds_no_secret: bool = False


def examined(probe: Probe) -> Examination:
    """Everything that a probe shows."""
    seen = diagnose(probe.stream)
    # The preflight says more of other origins than the answer alone.
    own = [finding for finding in findings(seen) if probe.preflight is None or finding.code != "no-cors"]
    beside = [finding for rule in RULES for finding in rule(probe, seen)]
    return Examination(seen, tuple(worst_first([*own, *beside])))


def timings(probe: Probe) -> dict[str, float | int | None]:
    """Milliseconds since the call was made, None where unknown; gaps are between chunks with text."""
    first = probe.stream.waited
    arrivals = _arrivals(probe.stream, first or 0.0)
    last = first + (probe.stream.span or 0.0) if first is not None else None
    measured = figures(Seen(arrivals, (last or 0.0) * 1000, len(probe.stream.body)))
    found = {
        "connect_ms": _ms(probe.connect_s),
        "head_ms": _ms(probe.head_s),
        "first_byte_ms": _ms(first),
        "first_reasoning_ms": measured.reasoning_ttft,
        "first_token_ms": measured.ttft,
        "gap_p50_ms": measured.between_p50,
        "gap_p95_ms": measured.between_p95,
        "gap_p99_ms": measured.between_p99,
        "total_ms": _ms(last),
    }
    return {name: None if value is None else round(value, 1) for name, value in found.items()}


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _arrivals(recording: Recording, begin: float) -> list[Arrival]:
    """When each chunk with text came, in milliseconds."""
    parser, reader = Parser(), Reader()
    found: list[Arrival] = []
    for piece in recording.pieces:
        for event in parser.feed(piece.data):
            delta = reader.take(event)
            at = (begin + (piece.at or 0.0)) * 1000
            if delta.reasoning:
                found.append(Arrival(at, "reasoning"))
            if delta.text:
                found.append(Arrival(at))
    return found


def answer_id(body: bytes) -> str:
    """The id that the built-in provider gave an answer; "" where none can be read yet."""
    for event in Parser().feed(body):
        value: Any = parsed_object(event.data)
        if isinstance(value.get("id"), str):
            return str(value["id"])
    return ""


def parsed_object(text: str) -> dict[str, Any]:
    """A JSON object, {} for anything else."""
    value = parsed(text)
    return value if isinstance(value, dict) else {}


def _other_origins(probe: Probe, seen: Diagnosis) -> Iterator[Finding]:
    """Whether a page of another origin may call, and read what comes."""
    if probe.preflight is None:
        return
    headers = probe.preflight.headers
    let_in = probe.preflight.status < 300 and bool(headers.get("access-control-allow-origin"))
    named = headers.get("access-control-allow-headers", "").lower()
    let_in = let_in and (not probe.with_key or "authorization" in named or "x-" in named)
    readable = "access-control-allow-origin" in seen.recording.headers
    if not let_in:
        yield Finding("cors-closed", Level.NOTE, {"status": str(probe.preflight.status)})
    elif not readable and seen.events:
        yield Finding("cors-half", Level.WARNING)
    elif not probe.with_key and not probe.holds_no_secret and seen.recording.status == 200:
        yield Finding("open-to-all", Level.WARNING)
    else:
        yield Finding("cors-open", Level.NOTE)


def _compression(probe: Probe, seen: Diagnosis) -> Iterator[Finding]:
    """What becomes of the stream of a client that takes compressed answers, as browsers do."""
    if probe.packed is None or probe.packed.status != 200:
        return
    coding = probe.packed.headers.get("content-encoding", "identity").lower()
    if coding in {"", "identity"}:
        yield Finding("not-compressed", Level.GOOD)
        return
    packed = diagnose(probe.packed)
    plain = [time for time in seen.times[: len(packed.times)] if time is not None]
    times = [time for time in packed.times if time is not None]
    together = len(times) >= FEW and times[-1] - times[0] < AT_ONCE
    apart = len(plain) >= FEW and plain[-1] - plain[0] > 2 * AT_ONCE
    figures_told = {"coding": coding, "events": str(len(times))}
    if (together and apart) or not times:
        yield Finding("compression-holds", Level.FAULT, figures_told)
    else:
        yield Finding("compressed", Level.WARNING, figures_told)


def _leaving(probe: Probe, _seen: Diagnosis) -> Iterator[Finding]:
    """What becomes of an answer whose reader leaves."""
    if probe.packed is None or not probe.packed.stopped or diagnose(probe.packed).reading.end is not End.CANCELLED:
        return
    if not probe.can_tell:
        yield Finding("leaving-unknown", Level.NOTE)
    elif probe.noticed_ms is None or probe.noticed_ms > LEAVING_MS:
        yield Finding("goes-on", Level.FAULT, {"seconds": f"{LEAVING_MS / 1000:.0f}"})
    else:
        yield Finding("stops", Level.GOOD, {"milliseconds": f"{probe.noticed_ms:.0f}"})


def _too_many(probe: Probe, seen: Diagnosis) -> Iterator[Finding]:
    """How a 429 is answered, where one was seen."""
    if seen.recording.status in {None, 429}:
        return
    if probe.throttled is None:
        yield Finding("no-429-seen", Level.NOTE)
    elif probe.throttled.status == 429 and (wait := probe.throttled.headers.get("retry-after")):
        yield Finding("429-says-when", Level.GOOD, {"wait": wait})
    else:
        yield Finding("too-many-no-wait", Level.FAULT)


RULES: Final = (_other_origins, _compression, _leaving, _too_many)
