"""A worker's own door: found by its name, closed to others, gone with the worker."""

import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from costcalc.wire.inside import Inside, left_behind
from costcalc.wire.raw import nothing
from costcalc.wire.upstream import Unreachable, connected
from tests import loops
from tests.processes import ROOT
from tests.wire.asgi import swallow
from tests.wire.providers import Asked


def while_served(folder: Path, then: Callable[[Inside], Awaitable[Any]]) -> Any:
    """What comes of a block in which the door is open."""

    async def run() -> Any:
        inside = Inside()
        async with inside.served(swallow, folder):
            return await then(inside)

    return loops.run(run)


async def call(inside: Inside, name: str = "") -> bytes:
    async with connected(Asked("http://inside.invalid/x", {}, b"12345"), inside.route(name)) as up:
        return await up.whole(100)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("depth", [1, 12])
def test_it_is_reached_however_long_its_path_is(tmp_path: Path, depth: int) -> None:
    folder = tmp_path.joinpath(*["a folder"] * depth)
    assert while_served(folder, call) == b"5"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_workers_reach_each_other_by_name(tmp_path: Path) -> None:
    async def both(first: Inside) -> list[bytes]:
        second = Inside()
        async with second.served(swallow, tmp_path):
            assert first.knows(second.name)
            assert second.knows(first.name)
            return [await call(first, second.name), await call(second, first.name)]

    assert while_served(tmp_path, both) == [b"5", b"5"]


@pytest.mark.parametrize(
    "name",
    ["..", "../secret_key", "a/b", "ABCDEF012345", "0123456789ab\n", "0123456789a", "０123456789ab", ".0123456789ab"],
)
def test_no_other_name_becomes_a_path(tmp_path: Path, name: str) -> None:
    async def ask(inside: Inside) -> None:
        assert not inside.knows(name)
        inside.route(name)

    with pytest.raises(Unreachable):
        while_served(tmp_path, ask)


def test_without_a_server_there_is_no_way() -> None:
    inside = Inside()
    assert not inside.knows("0123456789ab")
    with pytest.raises(Unreachable):
        inside.route()


def test_sockets_of_the_dead_are_cleaned_up_and_those_of_the_living_stay(tmp_path: Path) -> None:
    dead, draft, old_draft = tmp_path / "0", tmp_path / ".1", tmp_path / ".2"
    for path in (dead, draft, old_draft):
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    os.utime(old_draft, (time.time() - 120,) * 2)
    (tmp_path / "notes.txt").touch()

    async def again(living: Inside) -> set[str]:
        async with Inside().served(swallow, tmp_path):
            pass
        return names(tmp_path) - {living.name}

    assert while_served(tmp_path, again) == {".1", "notes.txt"}


def test_a_listener_that_is_too_busy_to_answer_is_no_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as first:
        busy.bind(str(path))
        busy.listen(0)
        first.connect(str(path))
        assert not left_behind(path)
    assert left_behind(path)


SIGNALS = """
import asyncio, signal, sys
from pathlib import Path
from costcalc.wire.inside import Inside
from costcalc.wire.raw import nothing


def handlers():
    return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]


async def run():
    before = handlers()
    async with Inside().served(nothing, Path(sys.argv[1])):
        assert handlers() == before

asyncio.run(run())
"""


def test_signals_stay_with_whoever_had_them(tmp_path: Path) -> None:
    # In the main thread of a process, where uvicorn would take them; in ours a browser's loop may be running.
    subprocess.run([sys.executable, "-c", SIGNALS, str(tmp_path)], check=True, cwd=ROOT)


def test_where_nothing_is_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    loops.run(lambda: nothing({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.close"}]
