"""What the built-in provider can get wrong, on demand. Pure: events in, events out; pieces in, pieces out.

A piece is what is written to the connection at once: one chunk of the response's body. A fault changes the
events before they are written, or the pieces after, or both; or it refuses the request altogether.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any, Final

from costcalc.streaming.dialects import DONE
from costcalc.streaming.sample import refusals
from costcalc.streaming.sample.pace import SILENCE, TICK
from costcalc.streaming.sample.refusals import RefusedError
from costcalc.streaming.sample.texts import chance
from costcalc.streaming.sample.writing import Said
from costcalc.wire import sse

# What nginx collects before it passes on, with its buffers as they come.
BUFFER: Final = 4096
MEGABYTE: Final = 1024 * 1024
NETWORK_PIECE: Final = 16 * 1024
# A fault in the middle of a stream comes after this share of it.
SHARE: Final = 1 / 3
# No byte of UTF-8 looks like the first one, and the other two begin a character that does not go on.
NOT_UTF8: Final = b"\xff\xe1\xbb"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that are written at once, and the seconds to wait before."""

    wait: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a fault may depend on."""

    seed: int
    pace: float


Events = Callable[[list[Said]], list[Said]]
Pieces = Callable[[list[Piece], Circumstances], list[Piece]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of going wrong. `whole` says that it also meets an answer that is not streamed."""

    refuses: Callable[[Circumstances], RefusedError] | None = None
    events: Events | None = None
    pieces: Pieces | None = None
    whole: bool = False


def write(said: Iterable[Said]) -> Iterator[Piece]:
    """Each event as a piece of its own, written when its turn comes."""
    return (Piece(each.wait, _written(each.value)) for each in said)


def _written(value: dict[str, Any] | str) -> bytes:
    return sse.text_event(value) if isinstance(value, str) else sse.event(value)


def one_piece(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """Everything at once, after all the waiting."""
    return [Piece(sum(piece.wait for piece in pieces), b"".join(piece.data for piece in pieces))]


def buffered(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """Nothing before a buffer is full, as behind a proxy that buffers."""
    found, wait, held = [], 0.0, b""
    for piece in pieces:
        wait, held = wait + piece.wait, held + piece.data
        while len(held) >= BUFFER:
            found.append(Piece(wait, held[:BUFFER]))
            wait, held = TICK, held[BUFFER:]
    return [*found, Piece(wait, held)]


def silent(pieces: list[Piece], given: Circumstances, share: float = 0.0) -> list[Piece]:
    """Two minutes without a byte once this share of the pieces is sent; then the rest comes."""
    place = int(len(pieces) * share)
    late = replace(pieces[place], wait=pieces[place].wait + SILENCE * given.pace)
    return [*pieces[:place], late, *pieces[place + 1 :]]


def cut(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """An end in the middle of an event, which the connection takes for a proper one."""
    place = len(pieces) // 2
    half = pieces[place].data[: len(pieces[place].data) // 2]
    return [*pieces[:place], replace(pieces[place], data=half)]


def crlf(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """Lines end with CR LF, and a piece ends between the two."""
    whole = [replace(piece, data=piece.data.replace(b"\n", b"\r\n")) for piece in pieces]
    return [part for piece in whole for part in _parts(piece, [len(piece.data) - 1])]


def comments(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """Comments before the first event, between events, and directly before an event's own line."""
    found = [Piece(0.0, b": connected\n\n")]
    for place, piece in enumerate(pieces):
        found += [Piece(0.0, b": keep-alive\n\n")] if place % 10 == 5 else []
        found.append(_remarked(piece, place))
    return found


def _remarked(piece: Piece, place: int) -> Piece:
    return replace(piece, data=b":data: a remark, not data\n" + piece.data) if place % 10 == 0 else piece


def split(pieces: list[Piece], given: Circumstances) -> list[Piece]:
    """Every event in pieces, cut within characters and within the line ends that close it."""
    drawn = chance(given.seed, "split")
    found: list[Piece] = []
    for piece in pieces:
        size = len(piece.data)
        within = {place for place, byte in enumerate(piece.data) if byte & 0xC0 == 0x80}
        places = {*within, size - 1, *map(int, drawn.integers(1, max(2, size), 3))}
        found += _parts(piece, places)
    return found


def _parts(piece: Piece, places: Iterable[int]) -> Iterator[Piece]:
    """A piece cut at these places; its parts come a moment apart, so that they are not joined on the way."""
    edges = [0, *sorted({place for place in places if 0 < place < len(piece.data)}), len(piece.data)]
    for begin, end in pairwise(edges):
        yield Piece(TICK if begin else piece.wait, piece.data[begin:end])


def invalid_utf8(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """Bytes that are no UTF-8, within the text of an event a third of the way in."""
    place = next((n for n in range(int(len(pieces) * SHARE), len(pieces)) if b'"content":"' in pieces[n].data), 0)
    spoilt = pieces[place].data.replace(b'"content":"', b'"content":"' + NOT_UTF8, 1)
    return [*pieces[:place], replace(pieces[place], data=spoilt), *pieces[place + 1 :]]


def long_line(said: list[Said]) -> list[Said]:
    """A megabyte in one event, in the member that OpenAI pads its chunks with; the text is as ever."""
    place = int(len(said) * SHARE)
    value = said[place].value
    padded = {**value, "obfuscation": "x" * MEGABYTE} if isinstance(value, dict) else value
    return [*said[:place], replace(said[place], value=padded), *said[place + 1 :]]


def in_network_pieces(pieces: list[Piece], _: Circumstances) -> list[Piece]:
    """What is large arrives as a network brings it."""
    return [part for piece in pieces for part in _parts(piece, range(0, len(piece.data), NETWORK_PIECE))]


def no_done(said: list[Said]) -> list[Said]:
    """Without the closing mark."""
    return [each for each in said if each.value != DONE]


def no_usage(said: list[Said]) -> list[Said]:
    """Without what was used, though it was asked for."""
    return [each for each in said if not (isinstance(each.value, dict) and each.value.get("usage"))]


def error_inside(said: list[Said]) -> list[Said]:
    """An error a third of the way in, under a status of 200; then the closing mark, as if nothing had happened."""
    told = {"message": "The server is overloaded.", "type": refusals.BROKEN, "param": None, "code": "overloaded"}
    return [*said[: max(1, int(len(said) * SHARE))], Said(0.0, {"error": told}), Said(0.0, DONE)]


def _too_many(given: Circumstances) -> RefusedError:
    return refusals.too_many_requests(max(1, round(2 * given.pace)))


FAULTS: Final[Mapping[str, Fault]] = {
    "fault-one-piece": Fault(pieces=one_piece),
    "fault-silent-start": Fault(pieces=silent, whole=True),
    "fault-silent-middle": Fault(pieces=partial(silent, share=SHARE), whole=True),
    "fault-cut": Fault(pieces=cut, whole=True),
    "fault-no-done": Fault(events=no_done),
    "fault-no-usage": Fault(events=no_usage),
    "fault-split": Fault(pieces=split, whole=True),
    "fault-crlf": Fault(pieces=crlf),
    "fault-comments": Fault(pieces=comments),
    "fault-error-inside": Fault(events=error_inside),
    "fault-401": Fault(refuses=lambda _: refusals.refused_key()),
    "fault-429": Fault(refuses=_too_many),
    "fault-500": Fault(refuses=lambda _: refusals.broken()),
    "fault-long-line": Fault(events=long_line, pieces=in_network_pieces),
    "fault-invalid-utf8": Fault(pieces=invalid_utf8),
    "fault-buffered": Fault(pieces=buffered),
}
