"""A compressed body, read piece by piece, so that it is seen what a compressor held back. Pure."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Protocol

import brotli

from costcalc.streaming.doctor.recorded import MAX_UNPACKED, NotARecordingError, Recording

GZIP: Final = b"\x1f\x8b"
PART: Final = 4096
ZSTD: Final = b"\x28\xb5\x2f\xfd"


class Unpacker(Protocol):
    """Takes a body's bytes as they come; `members` counts the compressed streams begun, one after the other."""

    members: int

    @property
    def ended(self) -> bool:
        """Whether the compressor has said that this is all; a stream that was cut has no such end."""

    def feed(self, data: bytes) -> bytes:
        """What these bytes hold. Raises NotARecordingError."""


class _Bounded:
    """Counts what was unpacked: a kilobyte can hold a gigabyte."""

    def __init__(self, limit: int) -> None:
        self.left, self.members = limit, 1

    def _taken(self, unpack: Callable[[bytes, int], bytes], data: bytes) -> bytes:
        """What `unpack(data, at most)` gives. Raises NotARecordingError."""
        try:
            plain = unpack(data, self.left + 1)
        except (zlib.error, brotli.error):
            raise NotARecordingError("packed-broken") from None
        self.left -= len(plain)
        if self.left < 0:
            raise NotARecordingError("large")
        return plain


class _Zlib(_Bounded):
    """gzip and deflate."""

    def __init__(self, wbits: int, limit: int) -> None:
        super().__init__(limit)
        self.wbits = wbits
        self._decoder = zlib.decompressobj(wbits)

    @property
    def ended(self) -> bool:
        """Whether the last member is whole."""
        return self._decoder.eof

    def feed(self, data: bytes) -> bytes:
        """One gzip member may follow another: some servers make one of each chunk."""
        # In parts: after each member what is left is copied, which of a megabyte of small ones would be gigabytes.
        return b"".join(self._part(data[begin : begin + PART]) for begin in range(0, len(data), PART))

    def _part(self, data: bytes) -> bytes:
        found: list[bytes] = []
        while data:
            if self._decoder.eof:
                self._decoder = zlib.decompressobj(self.wbits)
                self.members += 1
            found.append(self._taken(self._decoder.decompress, data))
            data = self._decoder.unused_data
        return b"".join(found)


class _Brotli(_Bounded):
    """Brotli, which has no mark of its own: only the head says that it is one."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._decoder: Any = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        """Whether its last block has come."""
        return bool(self._decoder.is_finished())

    def feed(self, data: bytes) -> bytes:
        """The output is taken in bounded parts."""
        found: list[bytes] = []
        while True:
            plain = self._taken(self._process, data)
            found.append(plain)
            data = b""
            if not plain or self._decoder.is_finished() or self._decoder.can_accept_more_data():
                return b"".join(found)

    def _process(self, data: bytes, _at_most: int) -> bytes:
        plain: bytes = self._decoder.process(data, output_buffer_limit=65_536)
        return plain


def unpacker(coding: str, begin: bytes, limit: int = MAX_UNPACKED) -> Unpacker | None:
    """What reads a body of this Content-Encoding that begins so; None for a plain one. Raises NotARecordingError.

    What is written down may be plain though its head says otherwise: browsers and curl's --compressed unpack it.
    """
    if begin.startswith(ZSTD):
        raise NotARecordingError("packed-zstd")
    if begin.startswith(GZIP):
        return _Zlib(31, limit)
    if _is_text(begin):
        return None
    if coding == "br":
        return _Brotli(limit)
    if coding == "deflate":
        # Most send zlib's form, some the bare one; zlib's first two bytes are a multiple of 31.
        wrapped = len(begin) > 1 and begin[0] & 15 == 8 and int.from_bytes(begin[:2], "big") % 31 == 0
        return _Zlib(15 if wrapped else -15, limit)
    return None


def unpacked(recording: Recording, limit: int) -> Recording:
    """The recording with its body as it was before it was compressed. Raises NotARecordingError."""
    coding = recording.headers.get("content-encoding", "").strip().lower()
    reader = unpacker(coding, recording.body[:64], limit)
    if reader is None:
        return recording
    read = tuple(replace(piece, data=reader.feed(piece.data)) for piece in recording.pieces)
    headers = {"content-encoding": "gzip", **recording.headers}
    plain = recording.with_pieces(tuple(p for p in read if p.data))
    return replace(plain, headers=headers, members=reader.members, packed_cut=not reader.ended)


def _is_text(begin: bytes) -> bool:
    """Whether it begins as text does: compressed bytes soon hold control characters, or no UTF-8."""
    try:
        text = begin.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut.
        text = begin[: error.start].decode() if error.start > len(begin) - 4 else "\0"
    return all(char.isprintable() or char.isspace() for char in text)
