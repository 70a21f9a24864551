"""A file, examined: a recording of one stream, the log of many requests, or a HAR, which is both. Pure."""

from dataclasses import dataclass

from costcalc.streaming.doctor.findings import Diagnosis, Finding, diagnose, findings, worst_first
from costcalc.streaming.doctor.hammering import asked_again, hammering, read_log, requests_of_har
from costcalc.streaming.doctor.hars import har_entries
from costcalc.streaming.doctor.recorded import MAX_UNPACKED, NotARecordingError
from costcalc.streaming.doctor.recordings import read_recording


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; `seen` is None where there is no stream, `requests` counts those of a log or a HAR."""

    seen: Diagnosis | None
    findings: tuple[Finding, ...]
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """How many bytes and events are read of one stream, and of how many parts a file may be.

    Parts are lines with a time in front, or requests of a HAR.
    """

    size: int = MAX_UNPACKED
    events: int = 10**9
    parts: int = 10**9


def examine(data: bytes, bound: Bound = Bound(), stream: int = 1) -> Examination:
    """Everything that a file shows; of several streams in a HAR, the one of this number. Raises NotARecordingError."""
    requests = read_log(data)
    if requests is not None:
        return Examination(None, tuple(worst_first(hammering(requests))), len(requests))
    entries = har_entries(data)
    if len(entries or ()) > bound.parts:
        raise NotARecordingError("large")
    if entries is None:
        return _of_stream(data, bound, stream, [], 0)
    asked = requests_of_har(entries)
    return _of_stream(data, bound, stream, hammering(asked) if asked_again(asked) else [], len(asked))


def _of_stream(data: bytes, bound: Bound, stream: int, beside: list[Finding], requests: int) -> Examination:
    try:
        seen = diagnose(read_recording(data, limit=bound.size, stream=stream, parts=bound.parts), bound.events)
    except NotARecordingError:
        # A HAR of refused requests has no stream, and is what shows a client that hammers.
        if not beside:
            raise
        return Examination(None, tuple(worst_first(beside)), requests)
    return Examination(seen, tuple(worst_first([*findings(seen), *beside])), requests)
