"""Recordings of a stream, as people make them. Pure: the bytes of a file in, what arrived and when out.

* the bytes as they are (`curl -N URL > file`), with or without the response's head (`-i`);
* lines with the time in front (`curl -N URL | ts '%.s'`; also ISO stamps and clock times);
* curl's own trace (`curl -N --trace file --trace-time URL`), exact to the byte;
* a browser's HAR.

A file is only refused where nothing in it can be a stream: a stranger's odd bytes are what a doctor is for.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from costcalc.streaming.doctor.traces import is_trace, read_trace

MAX_UNPACKED: Final = 64 * 1024 * 1024
# A clock time is the last, for the ISO stamp has one in it.
_STAMP: Final = re.compile(
    rb"\[?(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    rb"|\d{1,11}\.\d{1,9}|(?:[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)\]?(?:[ \t](?P<line>.*))?",
    re.DOTALL,
)
_DAY: Final = 86_400
_HEAD: Final = re.compile(rb"HTTP/[\d.]+ \d{3}[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n")
_FIELD: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)*(?:data|event|id|retry)?[ ]?:|^(?:data|event|id|retry)[ ]*$", re.MULTILINE
)


class NotARecordingError(ValueError):
    """Nothing in the file can be a stream; the message is a code, whose words are in `words.REFUSALS`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrived together; `at` is in seconds from the beginning of the recording, None where unknown."""

    data: bytes
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """What arrived. `waited` is from the request to the first byte, `span` from there to the last, in seconds.

    `coarse` says that times are whole seconds; `status` and `headers` (names in lower case) are what is known.
    """

    pieces: tuple[Piece, ...]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    waited: float | None = None
    span: float | None = None
    coarse: bool = False

    @property
    def body(self) -> bytes:
        """All bytes, one after the other."""
        return b"".join(piece.data for piece in self.pieces)


def read_recording(data: bytes) -> Recording:
    """What is in a file. Raises NotARecordingError."""
    if is_trace(data):
        recording = _traced(data)
    elif data.lstrip()[:1] == b"{" and (log := _log(data)) is not None:
        recording = _from_har(log)
    else:
        recording = _with_head(_stamped(data) or Recording((Piece(data),)))
    recording = _unpacked(recording)
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
        raise NotARecordingError("trace-ascii")
    pieces = tuple(Piece(chunk, at) for at, chunk in trace.received)
    status, headers = _head(trace.head)
    return replace(_timed(pieces), status=status, headers=headers, waited=trace.waited)


def _timed(pieces: tuple[Piece, ...]) -> Recording:
    times = [piece.at for piece in pieces if piece.at is not None]
    span = times[-1] - times[0] if len(times) > 1 else None
    return Recording(pieces, span=span)


def _stamped(data: bytes) -> Recording | None:
    """Lines with a time in front of each; None where any line has none."""
    lines = data.split(b"\n")
    matches = [_STAMP.fullmatch(line) for line in lines if line.strip()]
    if not matches or not all(matches):
        return None
    found = [match for match in map(_STAMP.fullmatch, lines) if match is not None]
    times = _in_order(_seconds(match["stamp"].decode()) for match in found)
    pieces = tuple(Piece((m["line"] or b"") + b"\n", at) for m, at in zip(found, times, strict=True))
    coarse = all(b"." not in m["stamp"] and b"," not in m["stamp"] for m in found)
    return replace(_timed(pieces), coarse=coarse)


def _seconds(stamp: str) -> float:
    stamp = stamp.replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", stamp):
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
    left, status, headers = recording.body, recording.status, recording.headers
    while head := _HEAD.match(left):
        status, headers = _head(head.group())
        left = left[head.end() :]
    return replace(_without(recording, len(recording.body) - len(left)), status=status, headers=headers)


def _without(recording: Recording, size: int) -> Recording:
    """The recording without its first `size` bytes."""
    kept: list[Piece] = []
    for piece in recording.pieces:
        skipped = min(size, len(piece.data))
        size -= skipped
        if piece.data[skipped:]:
            kept.append(replace(piece, data=piece.data[skipped:]))
    return replace(recording, pieces=tuple(kept), span=_timed(tuple(kept)).span)


def _head(head: bytes) -> tuple[int | None, dict[str, str]]:
    lines = head.decode("latin-1").splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("HTTP/")]
    if not starts:
        return None, {}
    words = lines[starts[-1]].split()
    pairs = (line.partition(":") for line in lines[starts[-1] + 1 :] if ":" in line)
    status = int(words[1]) if len(words) > 1 and re.fullmatch(r"\d{3}", words[1], re.ASCII) else None
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _log(data: bytes) -> dict[str, Any] | None:
    """The log of a HAR, or None for any other file."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    log = value.get("log") if isinstance(value, dict) else None
    return log if isinstance(log, dict) and isinstance(log.get("entries"), list) else None


def _from_har(log: dict[str, Any]) -> Recording:
    answers = [_answer(entry) for entry in log["entries"] if isinstance(entry, dict)]
    streams = [found for found in answers if "text/event-stream" in found.headers.get("content-type", "")]
    streams = streams or [found for found in answers if re.search(rb"^data:", found.body, re.MULTILINE)]
    if not streams:
        raise NotARecordingError("har-without-stream")
    if not streams[0].body:
        raise NotARecordingError("har-without-body")
    return streams[0]


def _answer(entry: dict[str, Any]) -> Recording:
    response, timings = _of(entry, "response"), _of(entry, "timings")
    listed = response.get("headers")
    named = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    headers = {str(each.get("name")).lower(): str(each.get("value")) for each in named}
    content = _of(response, "content")
    headers.setdefault("content-type", str(content.get("mimeType") or ""))
    # A browser has unpacked what it writes down.
    status = response.get("status")
    return Recording(
        (Piece(_text(content)),),
        status if type(status) is int and status else None,
        headers,
        _milliseconds(timings.get("wait")),
        _milliseconds(timings.get("receive")),
    )


def _text(content: dict[str, Any]) -> bytes:
    text = content.get("text")
    data = text.encode("utf-8", "replace") if isinstance(text, str) else b""
    if content.get("encoding") != "base64":
        return data
    try:
        return base64.b64decode(data)
    except ValueError:
        return b""


def _of(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _milliseconds(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return value / 1000 if known else None


def _unpacked(recording: Recording) -> Recording:
    """A body that was written down compressed, read; its pieces can then no longer be told apart."""
    body = recording.body
    if not body.startswith(b"\x1f\x8b"):
        return recording
    try:
        plain = zlib.decompressobj(wbits=31).decompress(body, MAX_UNPACKED)
    except zlib.error:
        raise NotARecordingError("nothing") from None
    headers = {"content-encoding": "gzip", **recording.headers}
    return replace(recording, pieces=(Piece(plain),), headers=headers)
