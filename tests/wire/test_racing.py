"""Work that lasts as long as its reader is there, whoever leaves first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from costcalc.wire.racing import first_of, gone
from tests import loops


async def stays() -> Any:
    """A reader who stays."""
    await asyncio.sleep(3600)


async def leaves() -> Any:
    """A reader who sends the rest of a body, and leaves."""
    await asyncio.sleep(0)
    return {"type": "http.disconnect"}


def outcome(receive: Callable[[], Awaitable[Any]], work: Callable[[], Any]) -> Any:
    async def run() -> Any:
        async with asyncio.timeout(2):
            place, _ = await first_of(work(), gone(receive))
        task = asyncio.current_task()
        assert task
        assert task.cancelling() == 0
        # Nothing that was meant for the wait comes later.
        await asyncio.sleep(0.01)
        return place == 0

    return loops.run(run)


async def done() -> None:
    await asyncio.sleep(0.01)


async def at_once() -> None:
    return


async def fails() -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError


async def for_ever() -> None:
    await asyncio.sleep(3600)


def test_work_that_ends_ends_the_wait() -> None:
    assert outcome(stays, done) is True
    assert outcome(stays, at_once) is True


def test_a_reader_who_leaves_ends_the_work() -> None:
    assert outcome(leaves, for_ever) is False


def test_both_at_the_same_moment_is_no_accident() -> None:
    for turns in range(6):

        async def leaves_then(count: int = turns) -> Any:
            for _turn in range(count):
                await asyncio.sleep(0)
            return {"type": "http.disconnect"}

        async def works(count: int = turns) -> None:
            for _turn in range(count):
                await asyncio.sleep(0)

        assert outcome(leaves_then, works) in {True, False}


def test_an_error_of_the_work_is_the_requests() -> None:
    with pytest.raises(ZeroDivisionError):
        outcome(stays, fails)


def test_a_server_that_gives_up_on_the_request_ends_the_work() -> None:
    ended: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(True)

    async def run() -> None:
        task = asyncio.create_task(first_of(work(), gone(stays)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    loops.run(run)
    assert ended == [True]
