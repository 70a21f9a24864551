"""Recordings of a stream, as people make them. Pure: the bytes of a file in, what arrived and when out.

* the bytes as they are (`curl -N URL > file`), with or without the response's head (`-i`);
* lines with the time in front (`curl -N URL | ts '%.s'`; also ISO stamps and clock times);
* curl's own trace (`curl -N --trace FILE --trace-time URL`), exact to the byte; of `--trace-ascii`, what is left;
* a browser's HAR.

A file is only refused where nothing in it can be a stream: a stranger's odd bytes are what a doctor is for.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from costcalc.streaming.doctor.hars import har_entries, read_har
from costcalc.streaming.doctor.recorded import MAX_UNPACKED, NotARecordingError, Piece, Recording, head_of
from costcalc.streaming.doctor.traces import is_trace, read_trace
from costcalc.streaming.doctor.unpacking import unpacked

# A clock time is the last, for the ISO stamp has one in it.
_STAMP: Final = re.compile(
    rb"\[?(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    rb"|\d{1,11}\.\d{1,9}|(?:[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)\]?(?:[ \t](?P<line>.*))?",
    re.DOTALL,
)
_PLAIN: Final = re.compile(r"\d+\.\d+")
_DAY: Final = 86_400
_HEAD: Final = re.compile(rb"HTTP/[\d.]+ \d{3}[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n")
_FIELD: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)*(?:data|event|id|retry)?[ ]?:|^(?:data|event|id|retry)[ ]*$", re.MULTILINE
)


def read_recording(data: bytes, *, limit: int = MAX_UNPACKED, stream: int = 1, parts: int = MAX_UNPACKED) -> Recording:
    """What is in a file; of several streams in a HAR, the one of this number. Raises NotARecordingError.

    `limit` is how many bytes the body may have, as it is before it is compressed; `parts`, of how many lines with a
    time in front a recording may be.
    """
    if is_trace(data):
        recording = _traced(data)
    elif (entries := har_entries(data)) is not None:
        recording = read_har(entries, stream)
    else:
        recording = _with_head(_stamped(data, parts) or Recording((Piece(data),)))
    recording = unpacked(recording, limit)
    if sum(len(piece.data) for piece in recording.pieces) > limit:
        raise NotARecordingError("large")
    if recording.status is None and not _may_be_a_stream(recording.body):
        raise NotARecordingError("nothing")
    return recording


def _may_be_a_stream(body: bytes) -> bool:
    """Whether there is a line of a stream in it, or what a server answers instead of one."""
    bare = body.removeprefix(b"\xef\xbb\xbf").strip()
    return not bare or bare[:1] in b"{[<" or _FIELD.search(body.replace(b"\r", b"\n")) is not None


def _traced(data: bytes) -> Recording:
    trace = read_trace(data)
    if trace is None:
        raise NotARecordingError("trace-damaged")
    pieces = tuple(Piece(chunk, at) for at, chunk in trace.received)
    status, headers = head_of(trace.head)
    about = Recording((), status, headers, trace.waited, inexact=not trace.exact)
    return about.with_pieces(pieces)


def _stamped(data: bytes, most: int) -> Recording | None:
    """Lines with a time in front of each; None where any line has none. Raises NotARecordingError for too many."""
    matches: list[tuple[bytes, bytes | None]] = []
    for line in data.split(b"\n"):
        if match := _STAMP.fullmatch(line):
            matches.append((match["stamp"], match["line"]))
            if len(matches) > most:
                raise NotARecordingError("large")
        elif line.strip():
            return None
    if not matches:
        return None
    times = _in_order(_seconds(stamp.decode()) for stamp, _ in matches)
    pieces = tuple(Piece((line or b"") + b"\n", at) for (_, line), at in zip(matches, times, strict=True))
    coarse = not any(b"." in stamp or b"," in stamp for stamp, _ in matches)
    return Recording((), coarse=coarse).with_pieces(pieces)


def _seconds(stamp: str) -> float:
    stamp = stamp.replace(",", ".")
    if _PLAIN.fullmatch(stamp):
        return float(stamp)
    if stamp[4:5] == "-":
        return _of_iso(stamp)
    hours, minutes, seconds = stamp.rsplit(" ", 1)[-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _of_iso(stamp: str) -> float:
    whole, _, fraction = stamp.partition(".")
    digits = re.match(r"\d*", fraction)
    seconds = float(f"0.{digits.group()}") if digits and digits.group() else 0.0
    try:
        return datetime.fromisoformat(whole[:19] + "+00:00").timestamp() + seconds
    except ValueError:
        return 0.0


def _in_order(times: Iterable[float]) -> list[float]:
    """Times from the first on; a clock that runs past midnight goes on."""
    found: list[float] = []
    days, last = 0, None
    for time in times:
        if last is not None and last - time > _DAY / 2:
            days += 1
        last = time
        found.append(time + days * _DAY)
    return [round(time - found[0], 9) for time in found]


def _with_head(recording: Recording) -> Recording:
    """The response's head taken off the body, where there is one; of several, for a proxy's, the last counts."""
    body, end, last = recording.body, 0, b""
    while head := _HEAD.match(body, end):
        end, last = head.end(), head.group()
    if not last:
        return recording
    status, headers = head_of(last)
    return replace(_without(recording, end), status=status, headers=headers)


def _without(recording: Recording, size: int) -> Recording:
    """The recording without its first `size` bytes."""
    kept: list[Piece] = []
    for piece in recording.pieces:
        skipped = min(size, len(piece.data))
        size -= skipped
        if piece.data[skipped:]:
            kept.append(replace(piece, data=piece.data[skipped:]))
    return recording.with_pieces(tuple(kept))
