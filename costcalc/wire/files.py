"""Exports: written to a temporary file piece by piece, then sent from it; never whole in memory.

They are not sent as they are read: a slow reader would hold a transaction of the database open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.http import StreamingHttpResponse

# Below this a file stays in memory: most exports are small.
IN_MEMORY = 1024 * 1024
PIECE = 64 * 1024


def temporary_file() -> IO[bytes]:
    """An empty file without a name, gone once it is closed."""
    return SpooledTemporaryFile(max_size=IN_MEMORY)


def written(pieces: Iterable[bytes]) -> IO[bytes]:
    """A temporary file of these pieces, ready to be read."""
    file = temporary_file()
    for piece in pieces:
        # Not `writelines`, which looks at the size only at the end.
        file.write(piece)
    file.seek(0)
    return file


def json_pieces(value: Any) -> Iterator[bytes]:
    """JSON in UTF-8; what is an iterator becomes a list, read item by item."""
    for text in _json(value):
        yield text.encode()


def _json(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        named = (_named(name, item) for name, item in value.items())
        yield from _between("{", named, "}")
    elif isinstance(value, Iterator):
        yield from _between("[", map(_json, value), "]")
    else:
        yield json.dumps(value, ensure_ascii=False, default=str)


def _named(name: str, value: Any) -> Iterator[str]:
    yield f"{json.dumps(name, ensure_ascii=False)}: "
    yield from _json(value)


def _between(begin: str, items: Iterable[Iterator[str]], end: str) -> Iterator[str]:
    yield begin
    for number, item in enumerate(items):
        yield ",\n" if number else "\n"
        yield from item
    yield f"\n{end}"


class _Pieces:
    """A file, a piece at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self.file.read(PIECE)
        if not piece:
            raise StopIteration
        return piece


class SentFile(StreamingHttpResponse):
    """An answer that is a temporary file, to be stored under a name. Nothing between may keep it."""

    def __init__(self, file: IO[bytes], name: str, media_type: str) -> None:
        self.pieces = _Pieces(file)
        # Django closes what it streams, once that is sent or nobody wants it any more.
        super().__init__(self.pieces, content_type=media_type)
        self["Content-Disposition"] = f'attachment; filename="{name}"'
        self["Cache-Control"] = "no-store"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Piece by piece: Django would read all of it into a list first."""
        # What middleware has put in the file's place, which is the compressed file: its header is sent in any case.
        pieces = iter(self)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
