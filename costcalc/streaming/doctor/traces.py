"""curl's own trace (`--trace FILE --trace-time`), read back into bytes and moments. Pure."""

import re
from dataclasses import dataclass
from typing import Final

_TITLE: Final = re.compile(
    rb"(?:(?P<time>\d\d:\d\d:\d\d\.\d{1,9}) )?(?P<what>== Info|=> Send [A-Za-z ]+|<= Recv [A-Za-z ]+)"
    rb"(?:, (?P<size>\d+) bytes)?"
)
_BYTES: Final = re.compile(rb"[0-9a-f]{4,8}: (?P<hex>(?:[0-9a-f]{2} ){1,16})")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r\n")
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Trace:
    """The head, and the bodies' pieces with seconds from the first; `waited` is from the request to the first."""

    head: bytes
    received: tuple[tuple[float | None, bytes], ...]
    waited: float | None


def is_trace(data: bytes) -> bool:
    """Whether the file begins as curl's traces do."""
    first = data.split(b"\n", 1)[0]
    return re.match(rb"(?:\d\d:\d\d:\d\d\.\d{1,9} )?(?:== Info:|=> Send |<= Recv )", first) is not None


def read_trace(data: bytes) -> Trace | None:
    """What was received; None for `--trace-ascii`, which loses line ends and every character that is not ASCII."""
    sections = _sections(data)
    if sections is None:
        return None
    bodies = [(time, chunk) for time, what, chunk in sections if what == b"<= Recv data"]
    sent = [time for time, what, _ in sections if what.startswith(b"=> Send ") and b"SSL" not in what]
    first = bodies[0][0] if bodies else None
    waited = first - sent[-1] if sent and first is not None and sent[-1] is not None else None
    received = [(None if time is None or first is None else round(time - first, 9), chunk) for time, chunk in bodies]
    head = b"".join(chunk for _, what, chunk in sections if what == b"<= Recv header")
    chunked = re.search(rb"^transfer-encoding:\s*chunked", head, re.IGNORECASE | re.MULTILINE)
    return Trace(head, tuple(_unchunked(received) if chunked else received), waited)


def _sections(data: bytes) -> list[tuple[float | None, bytes, bytes]] | None:
    found: list[tuple[float | None, bytes, bytearray, int]] = []
    for line in data.splitlines():
        title, row = _TITLE.match(line), _BYTES.match(line)
        if title is not None and row is None:
            found.append((_seconds(title["time"]), title["what"], bytearray(), int(title["size"] or 0)))
        elif row is not None and found:
            found[-1][2].extend(bytes.fromhex(row["hex"].decode()))
    wanted = [(time, what, bytes(chunk), size) for time, what, chunk, size in found if what.startswith(b"<= Recv")]
    if any(len(chunk) != size for _, what, chunk, size in wanted if b"SSL" not in what):
        return None
    return _in_order([(time, what, bytes(chunk)) for time, what, chunk, _ in found])


def _seconds(time: bytes | None) -> float | None:
    if time is None:
        return None
    hours, minutes, seconds = time.decode().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _in_order(sections: list[tuple[float | None, bytes, bytes]]) -> list[tuple[float | None, bytes, bytes]]:
    """A clock that runs past midnight goes on."""
    start = next((time for time, _, _ in sections if time is not None), 0.0)
    return [(time + _DAY if time is not None and time < start else time, what, chunk) for time, what, chunk in sections]


def _unchunked(received: list[tuple[float | None, bytes]]) -> list[tuple[float | None, bytes]]:
    """The pieces without the frames of chunked transfer, which curl's trace keeps; each byte keeps its moment."""
    whole = b"".join(chunk for _, chunk in received)
    kept: list[tuple[int, int]] = []
    place = 0
    while frame := _CHUNK.match(whole, place):
        size = int(frame[1], 16)
        kept.append((frame.end(), min(frame.end() + size, len(whole))))
        place = frame.end() + size + 2
    pieces: list[tuple[float | None, bytes]] = []
    begin = 0
    for time, chunk in received:
        end = begin + len(chunk)
        inside = (whole[max(begin, first) : min(end, last)] for first, last in kept if first < end and last > begin)
        pieces.append((time, b"".join(inside)))
        begin = end
    return [(time, chunk) for time, chunk in pieces if chunk]
