"""Going down, being stuck and being killed, on the real servers with streams open."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import httpx
import pytest

from tests.processes import Served, answers, free_port

READERS = 20


@pytest.fixture
def product_like() -> Iterator[tuple[Served, str]]:
    """The streaming application, served as the product is."""
    with Served(sys.executable, "-m", "tests.wire.streams", str(free_port()), "1") as served:
        yield served, served.address()


@pytest.fixture
def plain() -> Iterator[tuple[Served, str]]:
    """The streaming application on uvicorn alone."""
    port = free_port()
    with Served(sys.executable, "-m", "uvicorn", "tests.wire.streams:application", "--port", str(port)) as served:
        answers(f"http://127.0.0.1:{port}/healthz")
        yield served, f"http://127.0.0.1:{port}"


def read_to_the_end(address: str, begun: Barrier) -> bytes:
    """A whole stream, once all readers have begun theirs. Raises when it is cut rather than ended."""
    with httpx.stream("GET", address, timeout=30, trust_env=False) as answer:
        chunks = answer.iter_raw()
        first = next(chunks)
        begun.wait(60)
        return first + b"".join(chunks)


def end_with_streams_open(served: Served, address: str, number: signal.Signals, everybody: bool) -> list[bytes]:
    """What each of many readers had read when the server ended, which must take less than 3 s."""
    with ThreadPoolExecutor(READERS) as readers:
        begun = Barrier(READERS + 1)
        reading = [readers.submit(read_to_the_end, f"{address}/stream", begun) for _ in range(READERS)]
        begun.wait(60)
        assert served.end(number, everybody) < 3
        return [one.result() for one in reading]


@pytest.mark.parametrize(
    ("number", "everybody"), [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGINT, True)]
)
def test_every_reader_sees_a_clean_end_when_the_server_is_told_to_go(
    product_like: tuple[Served, str], number: signal.Signals, everybody: bool
) -> None:
    served, address = product_like
    for stream in end_with_streams_open(served, address, number, everybody):
        assert stream.startswith(b"data: 0\n\n")
        assert stream.endswith(b'event: done\ndata: "bye"\n\n')
    assert served.process.returncode == 0
    assert served.rest() == []


def test_plain_uvicorn_ends_cleanly_too(plain: tuple[Served, str]) -> None:
    for stream in end_with_streams_open(*plain, signal.SIGTERM, everybody=False):
        assert stream.endswith(b'event: done\ndata: "bye"\n\n')


def test_a_stream_that_does_not_listen_cannot_hold_the_server(product_like: tuple[Served, str]) -> None:
    served, address = product_like
    with httpx.stream("GET", f"{address}/deaf", timeout=30, trust_env=False) as answer:
        next(answer.iter_raw())
        assert served.end(signal.SIGINT) < 3


def test_a_stuck_worker_is_ended_by_its_watchdog_and_replaced(product_like: tuple[Served, str]) -> None:
    served, address = product_like
    before = answers(f"{address}/pid").text
    with suppress(httpx.TransportError):
        httpx.get(f"{address}/stuck", timeout=0.2, trust_env=False)
    served.wait_for(lambda line: "event loop is stuck" in line, seconds=15)
    assert answers(f"{address}/pid").text != before
    # Where it was stuck is in the log.
    assert any("in stuck" in line for line in [*served.lines, served.wait_for(lambda line: "in stuck" in line)])


def test_a_worker_that_is_killed_is_replaced_within_seconds(product_like: tuple[Served, str]) -> None:
    _, address = product_like
    before = answers(f"{address}/pid").text
    os.kill(int(before), signal.SIGKILL)
    begun = time.monotonic()
    assert answers(f"{address}/pid").text != before
    assert time.monotonic() - begun < 15


def test_a_body_without_a_length_is_cut_off_at_the_cap(product_like: tuple[Served, str]) -> None:
    _, address = product_like
    whole = httpx.post(f"{address}/x", content=iter([b"x" * 65536] * 16), trust_env=False)
    assert (whole.status_code, whole.text) == (200, str(1024 * 1024))
    with suppress(httpx.WriteError):
        over = httpx.post(f"{address}/x", content=iter([b"x" * 65536] * 17), trust_env=False)
        assert over.status_code == 413


def test_a_declared_giant_is_refused_before_it_is_sent(product_like: tuple[Served, str]) -> None:
    _, address = product_like
    with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=5) as connection:
        connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
