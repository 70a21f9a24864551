"""One source, several readers: each has a place of its own on a tape that holds what not all of them have read.

Nobody reads the source but the readers themselves: whoever has come to the tape's end takes the next piece from it,
for all. So a stream with one reader costs no task and no queue, and the source is read as fast as the slowest reader
reads, and no faster. Plain asyncio: no network here.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

# Bytes that a tape may hold. Of a resumable run they are what a reader may have missed.
LENGTH = 64 * 1024


class Gone(Exception):
    """That place is no longer on the tape."""


class Cursor:
    """One reader's place."""

    __slots__ = ("at", "tape")

    def __init__(self, tape: "Tape", at: int) -> None:
        self.tape = tape
        self.at = at

    async def read(self) -> bytes:
        """What follows, as soon as there is anything; b"" at the end. May be cancelled, and asked again."""
        return await self.tape.read(self)

    def leave(self) -> None:
        """Read no more: nothing is held for this reader, and no other waits for it."""
        self.tape.leave(self)


class Tape:
    """`source` gives the next piece, b"" at the end, and may be cancelled.

    With `keep`, the last `limit` bytes stay, for who comes back; without, a piece goes once everybody has it.
    """

    def __init__(self, source: Callable[[], Awaitable[bytes]], *, limit: int = LENGTH, keep: bool = False) -> None:
        self.source = source
        self.limit = limit
        self.keep = keep
        # Places count bytes from the beginning: what is held, and where it ends.
        self.begin = 0
        self.length = 0
        self.ended = False
        self._pieces: deque[bytes] = deque()
        self._cursors: list[Cursor] = []
        self._pulling = False
        self._changed: asyncio.Event | None = None

    @property
    def readers(self) -> int:
        """How many read it."""
        return len(self._cursors)

    def attach(self, at: int = 0) -> Cursor:
        """One more reader, from this place on. Raises Gone."""
        if not self.begin <= at <= self.length:
            raise Gone
        cursor = Cursor(self, at)
        self._cursors.append(cursor)
        return cursor

    def leave(self, cursor: Cursor) -> None:
        """One reader less."""
        if cursor in self._cursors:
            self._cursors.remove(cursor)
            self._forget()
            self._tell()

    async def read(self, cursor: Cursor) -> bytes:
        """What follows this reader's place."""
        while cursor.at == self.length and not self.ended:
            if self._pulling or not self._may_pull():
                await self._change()
                continue
            piece = await self._pull()
            if not self.keep and len(self._cursors) == 1 and cursor.at == self.length:
                # Who reads alone gets each piece as it came: nothing is held, nobody is told.
                self.length += len(piece)
                self.begin = cursor.at = self.length
                return piece
            self._hold(piece)
        return self._held(cursor) if cursor.at < self.length else b""

    def _may_pull(self) -> bool:
        # The slowest of those who read; a reader at the end waits for it.
        return len(self._cursors) == 1 or self.length - min(cursor.at for cursor in self._cursors) < self.limit

    async def _pull(self) -> bytes:
        self._pulling = True
        try:
            piece = await self.source()
        finally:
            self._pulling = False
            if self._changed is not None:
                self._tell()
        self.ended = not piece
        return piece

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self.length += len(piece)

    def _held(self, cursor: Cursor) -> bytes:
        """All that is held from the reader's place on."""
        found: list[bytes] = []
        start = self.length
        for piece in reversed(self._pieces):
            start -= len(piece)
            found.append(piece)
            if start <= cursor.at:
                break
        whole = found[0] if len(found) == 1 else b"".join(reversed(found))
        piece = whole[cursor.at - start :] if cursor.at > start else whole
        cursor.at = self.length
        self._forget()
        self._tell()
        return piece

    def _forget(self) -> None:
        """Let go of pieces that nobody needs."""
        needed = min((cursor.at for cursor in self._cursors), default=self.length)
        if self.keep:
            needed = min(needed, self.length - self.limit)
        while self._pieces and self.begin + len(self._pieces[0]) <= needed:
            self.begin += len(self._pieces.popleft())

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()

    def _tell(self) -> None:
        if self._changed is not None:
            self._changed.set()
            self._changed = None
