"""The proxy of the experiment: it holds back what HTTP says, in its order and whole, and nothing after an upgrade."""

from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.comparison.between import Holding

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@given(st.binary(max_size=400), st.lists(st.integers(1, 60), min_size=1), st.integers(0, 100))
def test_what_is_held_back_comes_whole_and_in_order(body: bytes, sizes: list[int], limit: int) -> None:
    said, holding, heard = HEAD + body, Holding(limit), b""
    while said:
        piece, said = said[: sizes[0]], said[sizes[0] :]
        heard += holding.let(piece)
        sizes = sizes[1:] + sizes[:1]
    assert heard + holding.let(b"") == HEAD + body


def test_a_body_waits_for_its_page() -> None:
    holding = Holding(100)
    assert holding.let(HEAD + b"x" * 10) == b""
    assert holding.let(b"x" * 100).endswith(b"x" * 110)
    assert holding.let(b"y") == b""
    assert holding.let(b"") == b"y"


def test_after_an_upgrade_nothing_is_held() -> None:
    holding = Holding(100)
    assert holding.let(b"HTTP/1.1 101 Switching Protocols\r\n") == b""
    assert holding.let(b"upgrade: websocket\r\n\r\n").endswith(b"\r\n\r\n")
    assert holding.let(b"z") == b"z"
