"""Streams end cleanly when the server goes down."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest

from costcalc.wire.drain import Drain, chain
from tests import loops


async def ticking(log: list[str]) -> AsyncIterator[int]:
    """One item a millisecond, for ever."""
    try:
        for number in range(10**9):
            yield number
            await asyncio.sleep(0.001)
    finally:
        log.append("closed")


async def rushing() -> AsyncIterator[int]:
    """Items without ever waiting, for ever."""
    for number in range(10**9):
        yield number


async def silent(log: list[str]) -> AsyncIterator[int]:
    """Never an item."""
    try:
        await asyncio.sleep(3600)
        yield 0
    finally:
        log.append("closed")


async def short() -> AsyncIterator[int]:
    for number in range(3):
        yield number


def items_until_drained(source: AsyncIterator[int]) -> list[int]:
    """What arrives when the server goes down a moment after the stream began."""

    async def read() -> list[int]:
        drain = Drain()
        drain.arm()
        asyncio.get_running_loop().call_later(0.05, drain.begin)
        async with asyncio.timeout(2):
            return [item async for item in drain.until(source)]

    return loops.run(read)


@pytest.fixture(autouse=True)
def handlers_are_put_back() -> object:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_stream_that_ends_by_itself_is_read_to_its_end() -> None:
    assert items_until_drained(short()) == [0, 1, 2]


def test_an_endless_stream_ends_with_the_server_and_its_source_is_closed() -> None:
    log: list[str] = []
    items = items_until_drained(ticking(log))
    assert items == list(range(len(items)))
    assert items
    assert log == ["closed"]


def test_a_stream_that_waits_for_its_first_item_ends_too() -> None:
    log: list[str] = []
    assert items_until_drained(silent(log)) == []
    assert log == ["closed"]


def test_a_source_that_never_waits_neither_starves_the_loop_nor_outlives_the_server() -> None:
    items = items_until_drained(rushing())
    assert items == list(range(len(items)))


def test_an_error_of_the_source_reaches_the_stream() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        items_until_drained(failing())


def test_a_reader_who_leaves_closes_the_source() -> None:
    log: list[str] = []

    async def leave_early() -> None:
        drain = Drain()
        drain.arm()
        stream = drain.until(ticking(log))
        await anext(stream)
        await stream.aclose()

    loops.run(leave_early)
    assert log == ["closed"]


def test_the_handler_that_was_there_is_called_after_ours() -> None:
    heard: list[str] = []
    signal.signal(signal.SIGTERM, lambda *_: heard.append("uvicorn"))
    chain(signal.SIGTERM, lambda: heard.append("drain"))
    signal.raise_signal(signal.SIGTERM)
    assert heard == ["drain", "uvicorn"]


def test_beginning_before_or_after_the_loop_lives_is_harmless() -> None:
    drain = Drain()
    drain.begin()
    assert not drain.begun

    async def arm() -> None:
        drain.arm()

    loops.run(arm)
    drain.begin()
    assert not drain.begun
