"""The relay as it is served: two workers and no sticky routing, going down, dying, a thousand readers leaving."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from django.conf import settings

from costcalc.streaming.relay.passing import lost_words
from tests import loops
from tests.processes import Served, environment, free_port
from tests.streaming.chunks import chunk
from tests.streaming.relay.asking import RUNS, asked, is_closed_at_once, made, read, reading, soon
from tests.wire.providers import SSE, Reader, Writer, chunked, provider_in_thread

EVENT = chunked(chunk({"content": "a"}))
KEY = "sk-typed-0123456789abcdef"


async def ticking(reader: Reader, writer: Writer) -> None:
    """An event every 50 ms, until the client leaves."""

    async def tick() -> None:
        writer.write(SSE)
        while True:
            writer.write(EVENT)
            await asyncio.sleep(0.05)

    ticks = asyncio.create_task(tick())
    try:
        await reader.read()
    finally:
        ticks.cancel()


@pytest.fixture(scope="module")
def two(static_files: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str, Any]]:
    """The product with two workers, its address, and a provider of the tests' own that it may call."""
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(settings.STATIC_ROOT, folder / "static", copy_function=shutil.copy2)
    with provider_in_thread(ticking) as acme:
        env = environment(
            DATA_DIR=str(folder),
            PORT=str(free_port()),
            WORKERS="2",
            RATE_LIMIT="off",
            # What readers hold is counted, and rounds hold a thread and a connection now and then.
            ROUNDS="no",
            PROVIDERS=f"acme={acme.url('/v1')}",
            PRIVATE_PROVIDERS="yes",
        )
        env.pop("DATABASE_URL", None)
        with Served(sys.executable, "manage.py", "serve", env=env) as served:
            site = served.address()
            soon(lambda: len(list((folder / "sockets").glob("[0-9a-f]*"))) == 2, 20)
            yield served, site, (acme, folder)


def test_requests_go_to_either_worker_and_every_run_is_found(two: tuple[Served, str, Any]) -> None:
    _, site, _ = two
    homes: Counter[str] = Counter()
    for _run in range(24):
        address = made(site)
        homes[address.rpartition("/")[2].partition(".")[0]] += 1
        with reading(address) as stream:
            assert stream.end["end"] == "complete"
            assert stream.end["events"] == len(stream.said) >= 60
        assert httpx.get(address, trust_env=False).status_code == 404
    assert len(homes) == 2


def test_a_port_that_no_address_can_have_is_no_servers_error(two: tuple[Served, str, Any]) -> None:
    _, site, _ = two
    place = site.removeprefix("http://").partition(":")
    for _run in range(8):
        path = made(site).removeprefix(site)
        head = (
            f"GET {path}/socket HTTP/1.1\r\nHost: localhost:99999999\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        )
        with socket.create_connection((place[0], int(place[2].rstrip("/")))) as asking:
            asking.sendall(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode())
            assert asking.recv(100).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    ("last", "closing"),
    [
        (b"x\n\n", b""),
        (b"\r\n\r\n", b""),
        (b'"}\r\n', b"event: costcalc.cut\n\n"),
        (b"data", b"\nevent: costcalc.cut\n\n"),
    ],
)
def test_the_last_words_for_a_lost_worker_stand_alone(last: bytes, closing: bytes) -> None:
    assert lost_words(last).partition(b"event: costcalc.end")[0] == closing


def test_resuming_and_stopping_work_from_either_worker(two: tuple[Served, str, Any]) -> None:
    _, site, _ = two
    for _run in range(8):
        address = made(site, resume=True, seed=3, extra={"sample_pace": 0.2})
        with reading(address) as stream:
            last, before = stream.until(10)[-1].id, len(stream.said)
        with reading(address, last) as stream:
            assert stream.until(5)[1].id == str(int(last) + 1)
            stopped = httpx.delete(address, trust_env=False)
            assert stopped.status_code == 204, stopped.text
            assert (stream.end["end"], stream.end["code"]) == ("cancelled", "stopped")
            assert stream.end["events"] >= before + 3


def test_the_reader_leaving_closes_the_provider_through_either_worker(two: tuple[Served, str, Any]) -> None:
    _, site, (acme, _) = two
    assert is_closed_at_once(site, acme, KEY)


def test_a_worker_that_dies_takes_its_streams_along_and_that_is_told(two: tuple[Served, str, Any]) -> None:
    served, site, (_, folder) = two
    for _attempt in range(20):
        address = made(site, extra={"sample_pace": 5})
        home = address.rpartition("/")[2].partition(".")[0]
        worker = owner_of(folder / "sockets" / home, served)
        with reading(address) as stream:
            stream.until(2)
            port = stream.response.extensions["network_stream"].get_extra_info("client_addr")[1]
            if port in {each.raddr[1] for each in worker.net_connections("tcp") if each.status == "ESTABLISHED"}:
                # This reader is at the run's own worker, and would die with it.
                continue
            worker.kill()
            end = stream.end
        assert (end["end"], end["code"]) == ("truncated", "worker_lost")
        break
    else:
        pytest.fail("never at the other worker")
    assert httpx.get(address, trust_env=False).status_code == 404
    soon(lambda: len(alive(folder, served)) == 2, 20)
    # The socket of the dead one went when the new one came.
    assert {path.name for path in (folder / "sockets").iterdir()} == alive(folder, served)


def owner_of(path: Path, served: Served) -> psutil.Process:
    """The worker that listens there."""
    for worker in psutil.Process(served.process.pid).children():
        if path.name in doors(worker):
            return worker
    raise AssertionError(path)


def doors(worker: psutil.Process) -> set[str]:
    """The names of the sockets that a worker listens on; they were bound under a draft's."""
    return {str(each.laddr).rpartition("/")[2].lstrip(".") for each in worker.net_connections("unix")}


def alive(folder: Path, served: Served) -> set[str]:
    """The sockets that are there, and have a worker behind them."""
    names = {path.name for path in (folder / "sockets").iterdir()}
    return names & set().union(*map(doors, psutil.Process(served.process.pid).children()))


def test_a_thousand_readers_leaving_at_once_leave_nothing(two: tuple[Served, str, Any]) -> None:
    served, site, (acme, _) = two
    # Both workers have done it once: what is made once, and kept, is made.
    loops.run(lambda: crowd(site, 30))
    soon(lambda: acme.open == 0)
    before = held(served)
    loops.run(lambda: crowd(site, 1000))
    soon(lambda: acme.open == 0, 10)
    soon(lambda: all(now <= then for now, then in zip(held(served), before, strict=True)), 10)
    for _run in range(10):
        assert read(site).end["end"] == "complete"


async def crowd(site: str, count: int) -> None:
    """So many readers, each of whom has read two events when all leave at the same moment."""
    port = int(site.rpartition(":")[2])
    body = json.dumps(asked("acme", key=KEY)).encode()
    head = f"POST {RUNS} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    gate = asyncio.Semaphore(50)

    async def one() -> asyncio.StreamWriter:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            await reader.readuntil(b"finish_reason")
            return writer

    writers = await asyncio.gather(*(one() for _ in range(count)))
    for writer in writers:
        writer.transport.abort()


def held(served: Served) -> tuple[int, int]:
    """Sockets and threads of all workers."""
    workers = psutil.Process(served.process.pid).children()
    return sum(each.num_fds() for each in workers), sum(each.num_threads() for each in workers)


def test_going_down_every_reader_is_told_and_no_socket_stays(two: tuple[Served, str, Any]) -> None:
    served, site, (acme, folder) = two
    waiting = made(site)
    slow = {"sample_pace": 5}
    with (
        reading(made(site, extra=slow)) as first,
        reading(made(site, extra=slow)) as second,
        reading(f"{site}{RUNS}", method="POST", json=asked("acme", key=KEY)) as third,
    ):
        for stream in (first, second, third):
            stream.until(2)
        begun = time.monotonic()
        os.kill(served.process.pid, signal.SIGTERM)
        for stream in (first, second, third):
            assert (stream.end["end"], stream.end["code"]) == ("cancelled", "going_down")
        assert time.monotonic() - begun < 8
    served.process.wait(15)
    # gunicorn tells of the worker that was killed above, and there is nothing else to tell.
    assert [line for line in served.rest() if "SIGKILL" not in line] == []
    assert list((folder / "sockets").iterdir()) == []
    assert acme.open == 0
    assert waiting
