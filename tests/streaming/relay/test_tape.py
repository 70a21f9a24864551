"""Several readers of one source: each gets all of it, in order, and the slowest sets the pace."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.relay.tape import Cursor, Gone, Tape
from tests import loops


class Source:
    """Gives pieces, each after a turn of the loop, and knows how many were asked for."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.given = 0
        self.at_once = 0

    async def __call__(self) -> bytes:
        self.at_once += 1
        assert self.at_once == 1, "read by two at once"
        try:
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        self.given += 1
        return self.pieces[self.given - 1] if self.given <= len(self.pieces) else b""


async def rest(cursor: Cursor) -> bytes:
    """All that a reader reads to the end."""
    parts: list[bytes] = []
    while piece := await cursor.read():
        parts.append(piece)
    return b"".join(parts)


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(5):
            return await main()

    return loops.run(bounded)


PIECES = [bytes([65 + number]) * (number % 7 + 1) for number in range(20)]


def test_one_reader_gets_each_piece_as_it_was() -> None:
    async def main() -> list[bytes]:
        tape = Tape(Source(PIECES))
        cursor = tape.attach()
        read = [await cursor.read() for _ in PIECES]
        assert await cursor.read() == b""
        assert (tape.begin, len(tape._pieces)) == (tape.length, 0)
        return read

    assert run(main) == PIECES


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=20), st.integers(1, 12), st.integers(1, 4), st.booleans())
def test_all_readers_get_everything(pieces: list[bytes], limit: int, readers: int, keep: bool) -> None:
    async def main() -> list[bytes]:
        tape = Tape(Source(pieces), limit=limit, keep=keep)
        return list(await asyncio.gather(*(rest(tape.attach()) for _ in range(readers))))

    assert run(main) == [b"".join(pieces)] * readers


def test_the_slowest_reader_holds_the_source_back() -> None:
    async def main() -> int:
        source = Source([b"x" * 10] * 1000)
        tape = Tape(source, limit=50)
        slow, fast = tape.attach(), tape.attach()
        reading = asyncio.create_task(rest(fast))
        await slow.read()
        await asyncio.sleep(0.05)
        given = source.given
        assert sum(map(len, tape._pieces)) <= 60
        slow.leave()
        assert len(await reading) == 10_000
        return given

    assert run(main) <= 7


def test_a_reader_who_leaves_while_it_reads_for_all_is_succeeded() -> None:
    async def main() -> bytes:
        tape = Tape(Source(PIECES))
        first, second = tape.attach(), tape.attach()
        pulling = asyncio.create_task(first.read())
        waiting = asyncio.create_task(rest(second))
        await asyncio.sleep(0)
        pulling.cancel()
        first.leave()
        return await waiting

    assert run(main) == b"".join(PIECES)


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=20), st.integers(0, 60), st.integers(1, 60))
def test_who_comes_back_gets_the_rest_or_is_told(pieces: list[bytes], back: int, limit: int) -> None:
    async def main() -> None:
        whole = b"".join(pieces)
        tape = Tape(Source(pieces), limit=limit, keep=True)
        cursor = tape.attach()
        for _ in range(len(pieces) // 2):
            await cursor.read()
        cursor.leave()
        place = max(0, tape.length - back)
        # A whole piece is let go only when all of it is older than the limit.
        assert tape.length - tape.begin >= min(limit, tape.length)
        if place < tape.begin:
            with pytest.raises(Gone):
                tape.attach(place)
        else:
            assert await rest(tape.attach(place)) == whole[place:]

    run(main)


def test_without_keeping_there_is_no_way_back() -> None:
    async def main() -> None:
        tape = Tape(Source(PIECES))
        cursor = tape.attach()
        await cursor.read()
        cursor.leave()
        with pytest.raises(Gone):
            tape.attach(0)
        with pytest.raises(Gone):
            tape.attach(10**6)

    run(main)


def test_nobody_reading_nothing_is_read() -> None:
    async def main() -> int:
        source = Source(PIECES)
        tape = Tape(source, keep=True)
        cursor = tape.attach()
        await cursor.read()
        cursor.leave()
        await asyncio.sleep(0.02)
        return source.given

    assert run(main) == 1
