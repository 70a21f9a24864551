"""Pieces and signs of life of one answer, where both are due at the same moment."""

import asyncio

import pytest

from costcalc.streaming.relay.delivering import HEARTBEAT_S, Delivery
from costcalc.wire.raw import Message
from tests import loops


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
    sent: list[bytes] = []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    async def meet() -> None:
        loop = asyncio.get_running_loop()
        now = [loop.time()]
        monkeypatch.setattr(loop, "time", lambda: now[-1])
        came, delivery = loop.create_future(), Delivery(send)
        loop.call_later(HEARTBEAT_S - 1, came.set_result, None)
        await delivery.begin()
        # Both timers are due at once: the first wakes the reader of the piece, the second looks before it has read.
        loop.call_soon(now.append, now[0] + HEARTBEAT_S)
        await came
        await delivery.pass_on(piece)
        await asyncio.sleep(0)
        delivery.close()

    loops.run(meet)
    assert b"".join(sent) == then
