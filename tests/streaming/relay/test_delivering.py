"""Pieces and signs of life of one answer, where both are due at the same moment."""

import asyncio
import time

import pytest

from costcalc.streaming.relay import delivering
from costcalc.streaming.relay.delivering import Delivery
from costcalc.wire.raw import Message
from tests import loops

HEARTBEAT_S = 0.02


@pytest.mark.parametrize(
    ("piece", "then"),
    [
        (b"data: {", b"data: {"),
        (b"data: {}\n", b"data: {}\n:\n"),
    ],
)
def test_a_sign_of_life_that_is_due_with_a_piece_goes_where_a_line_has_ended(
    monkeypatch: pytest.MonkeyPatch, piece: bytes, then: bytes
) -> None:
    monkeypatch.setattr(delivering, "HEARTBEAT_S", HEARTBEAT_S)
    sent: list[bytes] = []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    async def meet() -> None:
        loop = asyncio.get_running_loop()
        came = loop.create_future()
        delivery = Delivery(send)
        loop.call_later(HEARTBEAT_S / 2, came.set_result, None)
        await delivery.begin()
        # The loop is held up until both timers are due: it wakes the reader of the piece, then looks.
        loop.call_soon(time.sleep, HEARTBEAT_S * 2)
        await came
        await delivery.pass_on(piece)
        await asyncio.sleep(0)
        delivery.close()

    loops.run(meet)
    assert b"".join(sent) == then
