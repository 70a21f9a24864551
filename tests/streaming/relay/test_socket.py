"""A run over a WebSocket: the same messages as over SSE, from one call; refused to others' pages; never left open."""

import asyncio
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from costcalc.streaming.calls import Call
from costcalc.streaming.relay import socket
from costcalc.streaming.relay.app import APP
from costcalc.streaming.relay.feed import Plan
from costcalc.streaming.relay.runs import Run, runs
from costcalc.streaming.sample import APP as SAMPLE
from costcalc.wire.upstream import pinned
from tests import loops
from tests.processes import Served, answers, environment, free_port
from tests.streaming.chunks import chunk
from tests.streaming.relay.asking import RUNS, asked, post, reading, soon
from tests.wire.providers import Flood, chunked, provider

SLOW = {"extra": {"sample_pace": 5}}


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """After every test nobody reads, and nothing is asked of the provider any more."""
    yield
    soon(lambda: len(APP.open) == 0 and len(SAMPLE.open) == 0)
    assert [run for run in runs.by_id.values() if not run.waiting] == []


def ws(address: str) -> str:
    return address.replace("http", "ws", 1)


def new(site: str, **members: Any) -> dict[str, Any]:
    """A new run, as its POST tells it."""
    told: dict[str, Any] = post(site, asked(**members)).json()
    return told


@contextmanager
def opened(address: str, **more: Any) -> Iterator[ClientConnection]:
    with connect(ws(address), compression=None, proxy=None, **more) as listener:
        yield listener


def heard(listener: ClientConnection) -> list[dict[str, Any] | str]:
    """All that is said: the relay's own words and the provider's as JSON, what is none as it is."""
    return [text if text == "[DONE]" else json.loads(text) for text in listener]


def refused(address: str, **more: Any) -> tuple[int, str]:
    """The status and the type of what is answered instead of a socket."""
    with pytest.raises(InvalidStatus) as error, opened(address, **more):
        pass
    return error.value.response.status_code, error.value.response.headers["content-type"]


def test_a_socket_says_what_the_stream_says_between_our_start_and_end(server: str) -> None:
    with opened(server + new(server)["socket"]) as listener:
        said = heard(listener)
        assert listener.close_code == 1000
    assert isinstance(said[0], dict)
    assert isinstance(said[-1], dict)
    assert (said[0]["costcalc"], said[0]["status"], said[0]["model"]) == ("start", 200, "sample-plain")
    assert (said[-1]["costcalc"], said[-1]["end"]) == ("end", "complete")
    assert said[-2] == "[DONE]"
    assert len(said) - 2 == said[-1]["events"] >= 60


def test_a_twin_says_the_same_over_both_from_one_call(server: str) -> None:
    run = new(server, twin=True)
    said: list[str] = []

    def listen() -> None:
        with opened(server + run["socket"]) as listener:
            said.extend(str(text) for text in listener)

    listening = threading.Thread(target=listen)
    listening.start()
    with reading(server + run["events"]) as stream:
        end = stream.end
    listening.join(10)
    # The completion's id is the call's own: it is in every message.
    assert said[1:-1] == stream.said
    assert json.loads(said[-1]) == {"costcalc": "end", **end}


def test_only_this_sites_pages_may_listen(server: str) -> None:
    run, problem = new(server), "application/problem+json"
    address = server + run["socket"]
    assert refused(address, origin="https://evil.example") == (403, problem)
    assert refused(address, origin="null") == (403, problem)
    assert refused(address, additional_headers={"Sec-Fetch-Site": "cross-site"}) == (403, problem)
    with opened(address, origin=server) as listener:
        assert heard(listener)[-2] == "[DONE]"


def test_a_strangers_name_that_leads_here_is_not_this_site(server: str) -> None:
    run = new(server)
    scope = {
        "type": "websocket",
        "path": run["socket"],
        "headers": [(b"host", b"evil.example"), (b"origin", b"http://evil.example")],
        "extensions": {"websocket.http.response": {}},
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    loops.run(lambda: socket.APP(scope, receive, send))
    assert sent[0]["status"] == 403


def test_what_is_unknown_or_used_up_is_a_404(server: str) -> None:
    run, gone = new(server), (404, "application/problem+json")
    with opened(server + run["socket"]) as listener:
        heard(listener)
    assert refused(server + run["socket"]) == gone
    worker = run["id"].partition(".")[0]
    other = "f" * 12 if worker != "f" * 12 else "e" * 12
    for name in (f"{worker}.{'A' * 32}", f"{other}.{'A' * 32}", "nonsense", "..", "%00"):
        assert refused(f"{server}{RUNS}/{name}/socket")[0] in {400, 404}
    assert refused(f"{server}{RUNS}/{run['id']}/other") == gone


def test_the_reader_leaving_closes_the_provider_at_once(server: str) -> None:
    delays = []
    for _ in range(20):
        with opened(server + new(server, **SLOW)["socket"]) as listener:
            listener.recv()
            soon(lambda: len(SAMPLE.open) == 1)
            # As when a cable is pulled: no farewell.
            listener.socket.close()
            delays.append(soon(lambda: len(SAMPLE.open) == 0))
    assert sorted(delays)[18] < 0.1


def test_a_reader_who_talks_is_told_that_nobody_listens(server: str) -> None:
    with opened(server + new(server, **SLOW)["socket"]) as listener:
        listener.recv()
        listener.send("hello")
        with pytest.raises(ConnectionClosed):
            heard(listener)
        assert (listener.close_code, listener.close_reason) == (1003, "This socket only speaks.")


def test_a_run_that_is_called_off_ends_as_cancelled(server: str) -> None:
    run = new(server, **SLOW)
    with opened(server + run["socket"]) as listener:
        listener.recv()
        assert httpx.delete(server + run["events"], trust_env=False).status_code == 204
        end = heard(listener)[-1]
        assert isinstance(end, dict)
        assert (end["end"], end["code"], listener.close_code) == ("cancelled", "stopped", 1000)


@pytest.mark.parametrize(
    ("model", "end"), [("fault-cut", "truncated"), ("fault-error-inside", "error"), ("fault-500", "error")]
)
def test_every_end_is_told_as_what_it_was(server: str, model: str, end: str) -> None:
    with opened(server + new(server, model=model)["socket"]) as listener:
        last = heard(listener)[-1]
    assert isinstance(last, dict)
    assert last["end"] == end


def test_a_reader_who_does_not_read_holds_the_provider_back() -> None:
    flood = Flood(chunked(chunk({"content": "x" * 8000})), 4000)

    async def hold(message: Any) -> None:
        if "nothing more" in str(message) or flood.sent:
            await asyncio.sleep(3600)

    async def silent() -> Any:
        await asyncio.sleep(3600)

    async def main() -> tuple[int, int]:
        async with provider(flood) as acme:
            call = Call(acme.url(), {}, b"{}")
            plan = Plan(f"{'0' * 12}.x", "me", "acme", "m", call, await pinned(call.url, private=True))
            run = Run(plan, lambda _: None)
            delivering = asyncio.create_task(socket.deliver(run, silent, hold))
            await asyncio.sleep(0.8)
            first = flood.sent
            await asyncio.sleep(0.3)
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
            run.close()
            return first, flood.sent

    first, later = loops.run(main)
    assert 0 < first == later < 16_000_000


def test_two_workers_say_it_wherever_the_reader_comes_in(tmp_path: Path) -> None:
    env = environment(DATA_DIR=str(tmp_path), PORT=str(free_port()), WORKERS="2", RATE_LIMIT="off")
    with Served(sys.executable, "manage.py", "serve", env=env) as served:
        site = served.address()
        answers(f"{site}/healthz")
        names = set()
        for _ in range(24):
            run = new(site)
            names.add(run["id"].partition(".")[0])
            with opened(site + run["socket"], origin=site) as listener:
                said = heard(listener)
                assert (said[-2], listener.close_code) == ("[DONE]", 1000)
        # Each connection goes to whichever worker is free: one chance in 2**24 that none came to the wrong one.
        assert len(names) == 2
        left_at = new(site, **SLOW)
        with opened(site + left_at["socket"]) as listener:
            listener.recv()
            begun = time.monotonic()
            served.send(signal.SIGTERM)
            end = heard(listener)[-1]
            assert isinstance(end, dict)
            assert (end["costcalc"], end["end"], end["code"]) == ("end", "cancelled", "going_down")
            assert listener.close_code == 1001
            assert time.monotonic() - begun < 8
        served.process.wait(10)
        assert left_at["id"] not in "\n".join([*served.lines, *served.rest()]), "a run's id is in the log"
