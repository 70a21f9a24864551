"""The one way out, against real sockets: what is sent, what comes back, and every way to fail."""

import asyncio
import socket
import ssl
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trustme

from costcalc.wire import exchange, upstream
from costcalc.wire.routes import Addresses, UnixSocket, UpstreamError
from costcalc.wire.upstream import Limits, connected, persisted, pinned
from tests import loops
from tests.wire.providers import SSE, Act, Asked, Flood, Provider, Reader, Writer, chunked, provider, whole

KEY = "sk-live-0123456789abcdef"
HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
QUICK = Limits(connect=0.3, first_byte=0.3, silence=0.3)
Result = TypeVar("Result")


def asking(act: Act | bytes, then: Callable[[Provider, Asked, Any], Awaitable[Result]]) -> Result:
    """What comes of a call to a provider that does this."""

    async def run() -> Result:
        async with provider(act) as made:
            call = Asked(made.url(), HEADERS, b'{"model":"m"}')
            return await then(made, call, await pinned(call.url, private=True))

    return loops.run(run)


async def read(_: Provider, call: Asked, route: Any) -> tuple[int, bytes]:
    async with connected(call, route, QUICK) as up:
        return up.status, b"".join([chunk async for chunk in up.chunks()])


def failure(act: Act | bytes) -> UpstreamError:
    with pytest.raises(UpstreamError) as raised:
        asking(act, read)
    assert KEY not in f"{raised.value!r}{raised.value.__context__!r}"
    return raised.value


def test_the_request_is_what_was_given_and_little_more() -> None:
    async def sent(made: Provider, call: Asked, route: Any) -> bytes:
        await read(made, call, route)
        return made.requests[0]

    head, _, body = asking(whole("200 OK"), sent).partition(b"\r\n\r\n")
    assert body == b'{"model":"m"}'
    first, *fields = head.decode().split("\r\n")
    names = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    assert first == "POST /v1/chat/completions HTTP/1.1"
    assert names.pop("host").startswith("127.0.0.1:")
    assert names == {
        **HEADERS,
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": "13",
    }


def test_pieces_come_as_they_were_sent() -> None:
    pieces = [b"data: a\n\n", b"data: \xc4", b"\x91\n\n"]

    async def act(_: Reader, writer: Writer) -> None:
        writer.write(SSE)
        for piece in [*pieces, b""]:
            await asyncio.sleep(0.01)
            writer.write(chunked(piece))

    async def then(_: Provider, call: Asked, route: Any) -> None:
        async with connected(call, route) as up:
            assert [chunk async for chunk in up.chunks()] == pieces
            assert up.headers["content-type"] == "text/event-stream"
            assert up.first_byte_s is not None
            assert 0 < up.connect_s < up.head_s < up.first_byte_s < 0.5

    asking(act, then)


def test_a_redirect_is_an_answer_and_a_cookie_is_nobodys() -> None:
    async def twice(made: Provider, call: Asked, route: Any) -> list[bytes]:
        assert (await read(made, call, route))[0] == 302
        await read(made, call, route)
        return made.requests

    answer = whole("302 Found", b"", "location: http://127.0.0.1:1/", "set-cookie: a=1; path=/")
    requests = asking(answer, twice)
    assert len(requests) == 2
    assert not any(b"cookie" in request.lower() for request in requests)


def test_what_is_compressed_stays_so() -> None:
    assert asking(whole("200 OK", b"\x1f\x8bno gzip", "content-encoding: gzip"), read)[1] == b"\x1f\x8bno gzip"


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert asking(whole("200 OK", b"x"), read) == (200, b"x")


def test_a_route_is_good_for_its_own_host_only() -> None:
    async def elsewhere(made: Provider, call: Asked, route: Any) -> None:
        await read(made, Asked(made.url(host="localhost")), route)

    with pytest.raises(upstream.NotAllowed):
        asking(whole("200 OK"), elsewhere)


def test_the_connection_goes_to_the_address_that_was_judged_whatever_the_name_says_now() -> None:
    async def named(made: Provider, call: Asked, route: Any) -> bytes:
        pinned_one = Addresses(("http", "provider.invalid", made.port), ("127.0.0.1",))
        await read(made, Asked(made.url(host="provider.invalid")), pinned_one)
        return made.requests[0]

    assert b"host: provider.invalid:" in asking(whole("200 OK"), named).lower()


def test_a_socket_of_this_machine_is_asked_like_any_host(tmp_path: Path) -> None:
    async def run() -> tuple[int, bytes]:
        async with provider(whole("200 OK", b"x"), path=tmp_path / "s") as made:
            return await read(made, Asked("http://sample.invalid/sample/v1"), UnixSocket(tmp_path / "s"))

    assert loops.run(run) == (200, b"x")


async def silence(_: Reader, __: Writer) -> None:
    await asyncio.sleep(2)


async def headers_only(_: Reader, writer: Writer) -> None:
    writer.write(SSE)
    await asyncio.sleep(2)


async def one_event(_: Reader, writer: Writer) -> None:
    writer.write(SSE + chunked(b"data: a\n\n"))
    await asyncio.sleep(2)


async def hang_up(_: Reader, writer: Writer) -> None:
    writer.transport.abort()


async def cut(_: Reader, writer: Writer) -> None:
    writer.write(SSE + chunked(b"data: a\n\n"))
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("act", "kind", "stage"),
    [
        (silence, upstream.TooSlow, "first byte"),
        (headers_only, upstream.TooSlow, "first byte"),
        (one_event, upstream.TooSlow, "silence"),
        (hang_up, upstream.Unreachable, "first byte"),
        (cut, upstream.Broken, "body"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort", upstream.TooSlow, "silence"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", upstream.Broken, "head"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", upstream.Broken, "head"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 500 + b"\r\n", upstream.Broken, "head"),
    ],
)
def test_each_failure_is_told_with_its_stage(act: Any, kind: type[UpstreamError], stage: str) -> None:
    error = failure(act)
    assert (type(error), error.stage) == (kind, stage)


def test_nobody_listening_is_unreachable_and_never_answering_is_too_slow() -> None:
    async def refused() -> None:
        async with connected(Asked("http://127.0.0.1:1/"), await pinned("http://127.0.0.1:1/", private=True), QUICK):
            pass

    with pytest.raises(upstream.Unreachable) as raised:
        loops.run(refused)
    assert raised.value.stage == "connect"

    async def full() -> None:
        # A listener whose queue is full answers no knock.
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            with socket.create_connection(listener.getsockname()):
                async with connected(Asked(url), await pinned(url, private=True), QUICK):
                    pass

    with pytest.raises(upstream.TooSlow) as slow:
        loops.run(full)
    assert slow.value.stage == "connect"


def test_a_reader_who_pauses_is_no_silent_provider() -> None:
    async def act(_: Reader, writer: Writer) -> None:
        writer.write(SSE + chunked(b"a"))
        await asyncio.sleep(0.2)
        writer.write(chunked(b"b") + chunked(b""))

    async def then(_: Provider, call: Asked, route: Any) -> list[bytes]:
        async with connected(call, route, QUICK) as up:
            first = await up.read()
            await asyncio.sleep(0.7)
            return [first, await up.read(), await up.read()]

    assert asking(act, then) == [b"a", b"b", b""]


def test_what_came_before_a_loss_is_read_before_it_is_told() -> None:
    async def then(_: Provider, call: Asked, route: Any) -> bytes:
        async with connected(call, route, QUICK) as up:
            # By now both have come: the event, and the end that is none.
            await asyncio.sleep(0.1)
            assert await up.read() == b"data: a\n\n"
            for _again in range(2):
                with pytest.raises(upstream.Broken):
                    await up.read()
            return b"told"

    assert asking(cut, then) == b"told"


def test_a_read_may_be_cancelled_and_asked_again() -> None:
    async def act(_: Reader, writer: Writer) -> None:
        writer.write(SSE)
        await asyncio.sleep(0.1)
        writer.write(chunked(b"a") + chunked(b""))

    async def then(_: Provider, call: Asked, route: Any) -> bytes:
        async with connected(call, route) as up:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(up.read(), 0.02)
            return await up.read()

    assert asking(act, then) == b"a"


def test_a_provider_is_held_back_while_nobody_reads() -> None:
    flood = Flood(chunked(b"x" * 16_000), 2000)

    async def then(_: Provider, call: Asked, route: Any) -> int:
        async with connected(call, route) as up:
            await up.read()
            tracemalloc.start()
            await asyncio.sleep(0.5)
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            assert held < 3_000_000
            return flood.sent

    # 32 MB were offered; what went out is in the buffers of the two sockets.
    assert asking(flood, then) < 12_000_000


def test_leaving_is_seen_by_the_provider_at_once() -> None:
    async def then(made: Provider, call: Asked, route: Any) -> float:
        async with connected(call, route) as up:
            await up.read()
            left = time.monotonic()
        return await made.left.get() - left

    async def endless(reader: Reader, writer: Writer) -> None:
        writer.write(SSE + chunked(b"data: a\n\n"))

    assert asking(endless, then) < 0.05


def test_closing_wakes_who_reads() -> None:
    async def then(_: Provider, call: Asked, route: Any) -> None:
        async with connected(call, route) as up:
            await up.read()
            reading = asyncio.create_task(up.read())
            await asyncio.sleep(0.02)
            up.close()
            with pytest.raises(upstream.Broken):
                await reading

    asking(one_event, then)


def test_too_large_an_answer_is_not_held() -> None:
    async def then(_: Provider, call: Asked, route: Any) -> None:
        async with connected(call, route) as up:
            with pytest.raises(upstream.TooLarge):
                await up.whole(1000)
        async with connected(call, route) as up:
            assert len(await up.whole(5000)) == 5000

    asking(whole("200 OK", b"x" * 5000), then)


def answering(*answers: bytes) -> Act:
    """A provider that gives these answers, one a connection; b"" hangs up."""
    left = list(answers)

    async def act(_: Reader, writer: Writer) -> None:
        answer = left.pop(0)
        if answer:
            writer.write(answer)
        else:
            writer.transport.abort()

    return act


async def insist(made: Provider, call: Asked, route: Any) -> tuple[int, int, int]:
    up = await persisted(call, route, QUICK)
    up.close()
    return up.status, up.attempts, len(made.requests)


AT_ONCE = "retry-after-ms: 1"


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ([whole("200 OK")], (200, 1, 1)),
        ([whole("429 Too Many Requests", b"", AT_ONCE), whole("200 OK")], (200, 2, 2)),
        ([whole("500 Oh", b"", AT_ONCE), whole("503 Oh", b"", AT_ONCE), whole("200 OK")], (200, 3, 3)),
        ([whole("500 Oh", b"", AT_ONCE)] * 3, (500, 3, 3)),
        ([whole("401 Unauthorized", b"", AT_ONCE)], (401, 1, 1)),
        ([whole("429 Too Many Requests", b"", "retry-after: 61")], (429, 1, 1)),
        ([b"", whole("200 OK")], (200, 2, 2)),
    ],
)
def test_what_may_pass_is_tried_again_at_most_twice(answers: list[bytes], seen: tuple[int, int, int]) -> None:
    assert asking(answering(*answers), insist) == seen


def test_a_connection_that_is_lost_thrice_is_given_up() -> None:
    with pytest.raises(upstream.Unreachable) as raised:
        asking(answering(b"", b"", b""), insist)
    assert raised.value.attempts == 3


def test_too_slow_an_answer_is_not_asked_for_twice() -> None:
    # It may be on its way, and be paid for.
    with pytest.raises(upstream.TooSlow) as raised:
        asking(silence, insist)
    assert raised.value.attempts == 1


def test_tls_asks_for_the_name_and_trusts_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("provider.invalid").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    asked: list[Any] = []
    tls.sni_callback = lambda _, name, __: asked.append(name)

    async def run(host: str) -> tuple[int, bytes]:
        async with provider(whole("200 OK", b"x"), tls=tls) as made:
            route = Addresses(("https", host, made.port), ("127.0.0.1",))
            return await read(made, Asked(made.url(scheme="https", host=host)), route)

    def ask(host: str) -> tuple[int, bytes]:
        exchange.trust.cache_clear()
        return loops.run(lambda: run(host))

    with pytest.raises(upstream.NotTrusted):
        ask("provider.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert ask("provider.invalid") == (200, b"x")
    with pytest.raises(upstream.NotTrusted):
        ask("other.invalid")
    assert asked == ["provider.invalid", "provider.invalid", "other.invalid"]
    monkeypatch.undo()
    exchange.trust.cache_clear()
