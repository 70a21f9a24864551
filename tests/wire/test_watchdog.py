"""A loop that is stuck is noticed; one that is merely busy is not."""

import asyncio
import threading
import time

from costcalc.wire.watchdog import Watchdog
from tests import loops


def watched(patience: int, *blocks: float) -> bool:
    """Whether the watchdog bit while the loop was blocked for these seconds, one after another."""
    bitten = threading.Event()

    async def live() -> None:
        watching = Watchdog(patience, interval=0.05, end=bitten.set).start()
        for seconds in blocks:
            await asyncio.sleep(0.1)
            time.sleep(seconds)  # noqa: ASYNC251 (this is the stuck loop)
        await asyncio.sleep(0.1)
        watching.cancel()

    loops.run(live)
    return bitten.is_set()


def test_a_stuck_loop_is_noticed() -> None:
    assert watched(3, 0.5)


def test_a_loop_that_is_slow_now_and_then_is_left_alone() -> None:
    assert not watched(6, 0.15, 0.15, 0.15, 0.15)


def test_nothing_is_watched_after_the_server_has_ended() -> None:
    bitten = threading.Event()

    async def live() -> None:
        Watchdog(2, interval=0.02, end=bitten.set).start().cancel()
        await asyncio.sleep(0)

    loops.run(live)
    assert not bitten.wait(0.3)
