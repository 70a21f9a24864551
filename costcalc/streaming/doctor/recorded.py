"""What a recording of a stream is: the bytes that arrived, and when. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MAX_UNPACKED = 64 * 1024 * 1024


class NotARecordingError(ValueError):
    """Nothing in the file can be a stream; the message is a code, whose words are in `words.REFUSALS`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrived together; `at` is in seconds from the beginning of the recording, None where unknown."""

    data: bytes
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a live stream could not be read to its end: a code of `words`, with the figures of its words."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """What arrived. `waited` is from the request to the first byte, `span` from there to the last, in seconds.

    `coarse` says that times are whole seconds, `inexact` that characters were lost in recording; `status` and
    `headers` (names in lower case) are what is known. `members` counts gzip members, `streams` the streams in the
    file, of which this is one; `packed_cut` says that the compressed bytes end before their compressor said so. Of a
    live stream, `failure` is why it was not read to its end, and `stopped` says that the doctor had enough.
    """

    pieces: tuple[Piece, ...]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    waited: float | None = None
    span: float | None = None
    coarse: bool = False
    inexact: bool = False
    members: int = 0
    packed_cut: bool = False
    streams: int = 1
    failure: Failure | None = None
    stopped: bool = False

    @property
    def body(self) -> bytes:
        """All bytes, one after the other."""
        return b"".join(piece.data for piece in self.pieces)

    def with_pieces(self, pieces: tuple[Piece, ...]) -> "Recording":
        """The same with other pieces; the span is theirs, where they say when they came."""
        times = [piece.at for piece in pieces if piece.at is not None]
        return replace(self, pieces=pieces, span=times[-1] - times[0] if len(times) > 1 else self.span)


def head_of(head: bytes) -> tuple[int | None, dict[str, str]]:
    """Status and headers of a response's head; of several, for a proxy's and a 100's come first, the last one's."""
    lines = head.decode("latin-1").splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("HTTP/")]
    if not starts:
        return None, {}
    words = lines[starts[-1]].split()
    pairs = (line.partition(":") for line in lines[starts[-1] + 1 :] if ":" in line)
    status = int(words[1]) if len(words) > 1 and re.fullmatch(r"\d{3}", words[1], re.ASCII) else None
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}
