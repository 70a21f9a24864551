"""Answers as servers write them, well or badly: what is a body's end, and what is none."""

import asyncio
import socket
from typing import Any

import pytest

from costcalc.wire.exchange import request
from costcalc.wire.routes import Addresses, Broken, NotAllowed
from costcalc.wire.upstream import Limits, connected
from tests import loops
from tests.wire.providers import Act, Asked, Reader, Writer, chunked, provider, whole

QUICK = Limits(connect=2, first_byte=2, silence=2)
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def answered(act: Act | bytes, ips: tuple[str, ...] = ("127.0.0.1",)) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes of this."""

    async def run() -> tuple[int, dict[str, str], bytes]:
        async with provider(act) as made:
            route = Addresses(("http", "127.0.0.1", made.port), ips)
            async with connected(Asked(made.url()), route, QUICK) as up:
                return up.status, dict(up.headers), b"".join([chunk async for chunk in up.chunks()])

    return loops.run(run)


def saying(*pieces: bytes, close: bool = True) -> Act:
    """Pieces, one after the other."""

    async def act(_: Reader, writer: Writer) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)
        if close:
            writer.close()

    return act


def test_what_comes_before_the_answer_is_not_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    status, headers, body = answered(early + whole("200 OK", b"yes", "x-a: b"))
    assert (status, headers, body) == (200, {"content-length": "3", "x-a": "b"}, b"yes")


def test_an_answer_that_says_no_length_ends_with_its_connection() -> None:
    assert answered(saying(b"HTTP/1.1 200 OK\r\n\r\n", b"all of ", b"it"))[2] == b"all of it"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_some_answers_have_no_body(status: str) -> None:
    assert answered(f"HTTP/1.1 {status}\r\n\r\n".encode())[2] == b""


def test_an_answer_may_come_byte_by_byte() -> None:
    bytes_ = CHUNKED + chunked(b"data: a\n\n") + chunked(b"")
    assert answered(saying(*(bytes_[at : at + 1] for at in range(len(bytes_)))))[2] == b"data: a\n\n"


def test_nothing_after_the_end_is_read() -> None:
    assert answered(whole("200 OK", b"one") + whole("500 Oh", b"two"))[::2] == (200, b"one")


def test_fields_that_come_twice_are_joined_and_those_after_the_body_are_nobodys() -> None:
    head = b"HTTP/1.1 200 OK\r\nVia: a\r\nvia: b\r\ntransfer-encoding: chunked\r\n\r\n"
    headers = answered(head + b"1\r\nx\r\n0\r\nvia: c\r\nset-cookie: d\r\n\r\n")[1]
    assert headers == {"via": "a, b", "transfer-encoding": "chunked"}


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\nx",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"1\r\nxyz",
        CHUNKED + b"0\r\n" + b"a: b\r\n" * 40_000,
        CHUNKED + b"1;" + b"a" * 200_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
    ],
)
def test_what_is_no_http_is_broken_and_grows_no_memory(broken: bytes) -> None:
    with pytest.raises(Broken):
        answered(saying(broken, close=False))


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    # Documentation addresses (RFC 5737, RFC 3849) have nobody behind them.
    assert answered(whole("200 OK", b"x"), ("192.0.2.1", "2001:db8::1", "127.0.0.1"))[2] == b"x"


def test_one_refused_address_of_two_is_no_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async def run() -> bytes:
        server = await asyncio.start_server(_answers, "127.0.0.1", port)
        try:
            route = Addresses(("http", "127.0.0.1", port), ("127.0.0.2", "127.0.0.1"))
            async with connected(Asked(f"http://127.0.0.1:{port}/"), route, QUICK) as up:
                return await up.whole(10)
        finally:
            server.close()

    assert loops.run(run) == b"x"


async def _answers(reader: Reader, writer: Writer) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(whole("200 OK", b"x"))
    writer.close()


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://a.example", b"POST / HTTP/1.1\r\nhost: a.example\r\n"),
        ("https://a.example:443/v1?x=1", b"POST /v1?x=1 HTTP/1.1\r\nhost: a.example\r\n"),
        ("https://a.example:8443/a b/é", b"POST /a%20b/%C3%A9 HTTP/1.1\r\nhost: a.example:8443\r\n"),
        ("https://a.example/models/x%2Fy:run", b"POST /models/x%2Fy:run HTTP/1.1\r\nhost: a.example\r\n"),
        ("http://[2001:db8::1]/", b"POST / HTTP/1.1\r\nhost: [2001:db8::1]\r\n"),
        ("https://bücher.example/", b"POST / HTTP/1.1\r\nhost: xn--bcher-kva.example\r\n"),
    ],
)
def test_a_request_begins_with_where_it_goes(url: str, head: bytes) -> None:
    assert request("POST", url, {}, b"{}").startswith(head)


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer a\r\nx: y"}, {"authorization": "Bearer \x00"}, {"authorization": "é"}, {"a b": "c"}],
)
def test_what_would_break_out_of_its_line_is_not_sent(headers: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed) as raised:
        request("POST", "https://a.example/", headers, b"")
    assert "Bearer" not in str(raised.value)
