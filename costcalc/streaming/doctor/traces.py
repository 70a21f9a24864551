"""curl's own trace (`--trace FILE --trace-time`), read back into bytes and moments. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_TITLE: Final = re.compile(
    rb"(?:(?P<time>\d\d:\d\d:\d\d\.\d{1,9}) )?(?P<what>== Info|=> Send [A-Za-z ]+|<= Recv [A-Za-z ]+)"
    rb"(?:, (?P<size>\d+) bytes)?"
)
_ROW: Final = re.compile(rb"(?P<at>[0-9a-f]{4,8}): (?P<rest>.*)", re.DOTALL)
_HEX: Final = re.compile(rb"(?P<hex>(?:[0-9a-f]{2} ){1,16})")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r\n")
# In an ascii trace: an empty line before what begins a line, or at the end; a line's end within an event.
_EMPTY_LINE: Final = re.compile(rb"\.\.(?=(?:data|event|id|retry):|:[ .]|\Z)")
_NEXT_LINE: Final = re.compile(rb"(?<=\w)\.(?=data: ?[{\[])")
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Trace:
    """The head, and the bodies' pieces with seconds from the first; `waited` is from the request to the first.

    `exact` is False for `--trace-ascii`, which writes a dot for each line feed and each byte that is not ASCII.
    """

    head: bytes
    received: tuple[tuple[float | None, bytes], ...]
    waited: float | None
    exact: bool = True


def is_trace(data: bytes) -> bool:
    """Whether the file begins as curl's traces do."""
    first = data.split(b"\n", 1)[0]
    return re.match(rb"(?:\d\d:\d\d:\d\d\.\d{1,9} )?(?:== Info:|=> Send |<= Recv )", first) is not None


def read_trace(data: bytes) -> Trace | None:
    """What was received; None where rows are missing."""
    dumps = _dumps(data)
    exact = _in_hex(dumps)
    sections = _sections(dumps, _hex_bytes if exact else _ascii_bytes)
    if sections is None:
        return None
    bodies = [(time, chunk) for time, what, chunk in sections if what == b"<= Recv data"]
    sent = [time for time, what, _ in sections if what.startswith(b"=> Send ") and b"SSL" not in what]
    first = bodies[0][0] if bodies else None
    waited = first - sent[-1] if sent and first is not None and sent[-1] is not None else None
    received = [(None if time is None or first is None else round(time - first, 9), chunk) for time, chunk in bodies]
    head = b"".join(chunk for _, what, chunk in sections if what == b"<= Recv header")
    if re.search(rb"^transfer-encoding:\s*chunked", head, re.IGNORECASE | re.MULTILINE):
        received = list(_unchunked(received))
    return Trace(head, tuple(received if exact else _with_line_ends(received)), waited, exact)


def without_what_was_sent(data: bytes) -> bytes:
    """A trace without the rows of what its maker sent: a key is among them, cut across rows."""
    kept, sends = [], False
    for line in data.splitlines(keepends=True):
        title = _TITLE.match(line)
        if title is not None and _ROW.match(line) is None:
            sends = title["what"].startswith(b"=> Send ")
        if title is not None or not sends or _ROW.match(line) is None:
            kept.append(line)
    return b"".join(kept)


@dataclass(slots=True)
class _Dump:
    """One section as it is written: `rows` are each row's offset and what follows it."""

    time: float | None
    what: bytes
    size: int
    rows: list[tuple[int, bytes]]


def _dumps(data: bytes) -> list[_Dump]:
    found: list[_Dump] = []
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        row = _ROW.fullmatch(line)
        title = _TITLE.match(line) if row is None else None
        if title is not None:
            found.append(_Dump(_seconds(title["time"]), title["what"], int(title["size"] or 0), []))
        elif row is not None and found:
            found[-1].rows.append((int(row["at"], 16), row["rest"]))
    return found


def _in_hex(dumps: list[_Dump]) -> bool:
    """Whether the rows are in hexadecimal: the ascii trace's would have to be made of such words alone."""
    rows = [rest for dump in dumps if dump.what.startswith(b"<= Recv") for _, rest in dump.rows]
    return all(_HEX.match(rest) for rest in rows)


def _sections(
    dumps: list[_Dump], read: Callable[[_Dump], bytes | None]
) -> list[tuple[float | None, bytes, bytes]] | None:
    wanted = [dump for dump in dumps if b"SSL" not in dump.what]
    chunks = [read(dump) if dump.what.startswith(b"<= Recv") else b"" for dump in wanted]
    if any(chunk is None for chunk in chunks):
        return None
    return _in_order([(dump.time, dump.what, chunk or b"") for dump, chunk in zip(wanted, chunks, strict=True)])


def _hex_bytes(dump: _Dump) -> bytes | None:
    words = (_HEX.match(rest) for _, rest in dump.rows)
    chunk = b"".join(bytes.fromhex(match["hex"].decode()) for match in words if match)
    return chunk if len(chunk) == dump.size else None


def _ascii_bytes(dump: _Dump) -> bytes | None:
    """Each row has the bytes up to the next one's offset; what it does not show of them is CR and LF."""
    ends = [*(at for at, _ in dump.rows[1:]), dump.size]
    chunk = bytearray()
    for (at, rest), end in zip(dump.rows, ends, strict=False):
        chunk += rest + (b"\r\n" if end - at - len(rest) == 2 else b"")
        if len(chunk) != end:
            return None
    return bytes(chunk) if len(chunk) == dump.size else None


def _with_line_ends(received: list[tuple[float | None, bytes]]) -> Iterator[tuple[float | None, bytes]]:
    """The pieces with line feeds where dots must have been ones; every byte keeps its place."""
    whole = _EMPTY_LINE.sub(b"\n\n", b"".join(chunk for _, chunk in received))
    whole = _NEXT_LINE.sub(b"\n", whole)
    begin = 0
    for time, chunk in received:
        yield time, whole[begin : begin + len(chunk)]
        begin += len(chunk)


def _seconds(time: bytes | None) -> float | None:
    if time is None:
        return None
    hours, minutes, seconds = time.decode().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _in_order(sections: list[tuple[float | None, bytes, bytes]]) -> list[tuple[float | None, bytes, bytes]]:
    """A clock that runs past midnight goes on."""
    start = next((time for time, _, _ in sections if time is not None), 0.0)
    return [(time + _DAY if time is not None and time < start else time, what, chunk) for time, what, chunk in sections]


def _unchunked(received: list[tuple[float | None, bytes]]) -> Iterator[tuple[float | None, bytes]]:
    """The pieces without the frames of chunked transfer, which curl's trace keeps; each byte keeps its moment."""
    whole = b"".join(chunk for _, chunk in received)
    frames = _frames(whole)
    first, last = next(frames, (len(whole), len(whole)))
    begin = 0
    for time, chunk in received:
        end, inside = begin + len(chunk), []
        while first < end:
            inside.append(whole[max(begin, first) : min(end, last)])
            if last > end:
                break
            first, last = next(frames, (len(whole), len(whole)))
        if plain := b"".join(inside):
            yield time, plain
        begin = end


def _frames(whole: bytes) -> Iterator[tuple[int, int]]:
    """Where each chunk's data begins and ends."""
    place = 0
    while frame := _CHUNK.match(whole, place):
        end = frame.end() + int(frame[1], 16)
        yield frame.end(), min(end, len(whole))
        place = end + 2
