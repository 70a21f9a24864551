"""A live endpoint is asked, and what is wrong with it is found: the sample's faults, and servers made for a test."""

import asyncio
import gzip
import json
import socket
import zlib
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from costcalc.streaming.doctor.addresses import allowed_endpoint, base_of, typed_endpoint
from costcalc.streaming.doctor.examining import Examination
from costcalc.streaming.doctor.probed import examined, timings
from costcalc.streaming.doctor.probing import Patience, Target, probe
from costcalc.streaming.doctor.report import as_json, as_lines
from costcalc.streaming.doctor.shown import shown
from costcalc.streaming.endpoints import SAMPLE, allowed
from costcalc.streaming.sample.app import Provider
from costcalc.wire.drain import Drain
from costcalc.wire.inside import inside
from tests import loops
from tests.streaming.test_doctor import TOKENS
from tests.wire.providers import SSE, Reader, Writer, chunked, provider, whole
from tests.wire.providers import Provider as Provided

HASTE = {"sample_pace": 0.2, "seed": 7}
ALWAYS = {"cors-open", "not-compressed", "stops", "429-says-when"}
KEY = "sk-test-0a1b2c3d4e5f6a7b"


def sampled(model: str, folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, float | int | None]]:
    """What is found in a model of the built-in provider, and the times."""

    async def run() -> Any:
        async with inside.served(Provider(Drain(), lambda: None), folder):
            return await probe(Target(SAMPLE, model, extra=HASTE), Patience(silence=2, stream=8))

    found = loops.run(run)
    return {finding.code: dict(finding.figures) for finding in examined(found).findings}, timings(found)


@pytest.mark.parametrize(
    ("model", "codes"),
    [
        ("sample-plain", {"streams"}),
        ("sample-reasoning", {"streams"}),
        ("fault-one-piece", {"at-once"}),
        ("fault-silent-start", {"silent"}),
        ("fault-cut", {"truncated", "unfinished-event", "streams"}),
        ("fault-no-done", {"no-done", "streams"}),
        ("fault-no-usage", {"no-usage", "streams"}),
        ("fault-error-inside", {"error-inside", "streams"}),
        ("fault-401", {"refused-key", "says"}),
        ("fault-429", {"too-many", "says"}),
        ("fault-500", {"http-error", "says"}),
        ("fault-comments", {"keep-alive", "streams"}),
        ("fault-invalid-utf8", {"not-utf8", "streams"}),
    ],
)
def test_every_fault_of_the_sample_is_found(model: str, codes: set[str], tmp_path: Path) -> None:
    found, _ = sampled(model, tmp_path)
    refused = {"refused-key", "too-many", "http-error", "silent"} & codes
    expected = codes | (ALWAYS - {"stops", "not-compressed", "429-says-when"} if refused else ALWAYS)
    # What comes in one piece cannot be left in the middle.
    assert set(found) - {"stops", "leaving-unknown", "no-429-seen", "cors-open"} == expected - {"stops", "cors-open"}
    if not refused and model != "fault-one-piece":
        assert float(found["stops"]["milliseconds"]) < 1000


def test_its_times_are_in_order(tmp_path: Path) -> None:
    _, times = sampled("sample-reasoning", tmp_path)
    order = [times[name] for name in ("connect_ms", "head_ms", "first_reasoning_ms", "first_token_ms", "total_ms")]
    assert None not in order
    assert order == sorted(order, key=lambda value: value or 0.0)
    assert 0 < (times["gap_p50_ms"] or 0) < 200


# What is found in every server made here whose stream is sound.
HEALTHY = {"streams", "no-usage", "leaving-unknown", "no-429-seen"}
Act = Callable[[bytes, Writer], Awaitable[None]]


def asked(act: Act, ask: Callable[[str], Awaitable[Any]]) -> Any:
    """What comes of asking a server that does this with each request."""

    made: list[Provided] = []

    async def serve(_: Reader, writer: Writer) -> None:
        await act(made[0].requests[-1], writer)

    async def run() -> Any:
        async with provider(serve) as server:
            made.append(server)
            found = await ask(server.url("/v1"))
            async with asyncio.timeout(5):
                for _ in server.requests:
                    await server.left.get()
            return found

    return loops.run(run)


def served(act: Act, *, key: str = "") -> Examination:
    """What a probe of such a server shows."""

    async def ask(url: str) -> Examination:
        endpoint, _ = typed_endpoint(url)
        return examined(await probe(Target(endpoint, "m", key), Patience(2, 1, 5)))

    found: Examination = asked(act, ask)
    return found


def codes_of(act: Act, key: str = "") -> set[str]:
    """The codes of what is found."""
    return {finding.code for finding in served(act, key=key).findings}


async def tokens(writer: Writer, head: bytes = SSE, wait: float = 0.02) -> None:
    """A stream as it should be."""
    writer.write(head)
    for token in TOKENS:
        writer.write(chunked(token))
        await writer.drain()
        await asyncio.sleep(wait)
    writer.write(chunked(b""))
    await writer.drain()


async def plain(head: bytes, writer: Writer) -> None:
    if head.startswith(b"OPTIONS"):
        writer.write(whole("405 Method Not Allowed"))
    else:
        await tokens(writer)


async def to_all(head: bytes, writer: Writer) -> None:
    allow = "access-control-allow-origin: *"
    if head.startswith(b"OPTIONS"):
        writer.write(whole("204 No Content", b"", allow, "access-control-allow-headers: *"))
    else:
        await tokens(writer, SSE.replace(b"\r\n\r\n", b"\r\n" + allow.encode() + b"\r\n\r\n"))


async def half(head: bytes, writer: Writer) -> None:
    if head.startswith(b"OPTIONS"):
        writer.write(whole("204 No Content", b"", "access-control-allow-origin: *"))
    else:
        await tokens(writer)


async def packs(writer: Writer, *, flushes: bool) -> None:
    packer = zlib.compressobj(wbits=31)
    writer.write(SSE.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n"))
    for token in TOKENS:
        data = packer.compress(token) + (packer.flush(zlib.Z_SYNC_FLUSH) if flushes else b"")
        writer.write(chunked(data) if data else b"")
        await writer.drain()
        await asyncio.sleep(0.02)
    writer.write(chunked(packer.flush()) + chunked(b""))
    await writer.drain()


def packing(*, flushes: bool) -> Act:
    async def act(head: bytes, writer: Writer) -> None:
        if b"gzip" in head.lower():
            await packs(writer, flushes=flushes)
        else:
            await plain(head, writer)

    return act


async def redirects(_head: bytes, writer: Writer) -> None:
    writer.write(whole("307 Temporary Redirect", b"", "location: https://evil.example/"))


async def breaks_off(head: bytes, writer: Writer) -> None:
    if head.startswith(b"OPTIONS"):
        writer.write(whole("405 Method Not Allowed"))
        return
    writer.write(SSE + chunked(TOKENS[0]) + b"ff\r\nhalf")
    await writer.drain()
    writer.close()


async def lies_about_gzip(head: bytes, writer: Writer) -> None:
    if head.startswith(b"OPTIONS"):
        writer.write(whole("405 Method Not Allowed"))
        return
    writer.write(whole("200 OK", b"\x1f\x8b\x08 no gzip at all", "content-encoding: gzip", "content-type: text/html"))


async def members(head: bytes, writer: Writer) -> None:
    if head.startswith(b"OPTIONS"):
        writer.write(whole("405 Method Not Allowed"))
        return
    body = b"".join(chunked(gzip.compress(token)) for token in TOKENS)
    writer.write(SSE.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n") + body + chunked(b""))


async def says_all(_head: bytes, writer: Writer) -> None:
    writer.write(whole("401 Unauthorized", json.dumps({"error": {"message": f"No such key: {KEY}"}}).encode()))


@pytest.mark.parametrize(
    ("act", "found"),
    [
        (plain, {*HEALTHY, "cors-closed", "not-compressed"}),
        (to_all, {*HEALTHY, "open-to-all", "not-compressed"}),
        (half, {*HEALTHY, "cors-half", "not-compressed"}),
        (packing(flushes=True), {*HEALTHY, "cors-closed", "compressed"}),
        (packing(flushes=False), {*HEALTHY - {"leaving-unknown"}, "cors-closed", "compression-holds"}),
        (redirects, {"redirected", "cors-closed", "no-429-seen"}),
        (breaks_off, {"lost", "cors-closed", "no-429-seen"}),
        (lies_about_gzip, {"packed-broken", "compressed", "content-type", "cors-closed", "no-429-seen"}),
        (members, {*HEALTHY - {"streams", "leaving-unknown"}, "at-once", "gzip-members", "compressed", "cors-closed"}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_server_is_found_and_nothing_else(act: Act, found: set[str]) -> None:
    assert codes_of(act) == found


def test_a_key_that_a_server_repeats_is_never_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = served(says_all, key=KEY)
    report = as_json(found)
    assert "No such key: …" in json.dumps(report, ensure_ascii=False)
    assert KEY not in as_lines(shown(found)) + json.dumps(report["findings"])


def test_nobody_there_is_found_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    endpoint, _ = typed_endpoint(f"http://127.0.0.1:{port}/v1")
    found = loops.run(lambda: probe(Target(endpoint, "m"), Patience(1, 1, 1)))
    assert [finding.code for finding in examined(found).findings] == ["unreachable"]
    assert timings(found)["first_byte_ms"] is None


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://llm.example/v1/", "https://llm.example/v1"),
        ("https://llm.example/v1/chat/completions?x=1", "https://llm.example/v1"),
        ("https://llm.example/v1/messages", "https://llm.example/v1"),
        ("https://g.example/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", "https://g.example/v1beta"),
    ],
)
def test_an_address_of_completions_is_that_of_its_base(address: str, base: str) -> None:
    assert base_of(address)[0] == base


def test_an_address_must_belong_to_an_allowed_provider() -> None:
    providers = allowed(["openai", "acme=https://llm.acme.example/v1"])
    for address in ("https://llm.acme.example/v1", "https://llm.acme.example/v1/chat/completions"):
        found = allowed_endpoint(address, providers)
        assert found is not None
        assert found[0].base_url == "https://llm.acme.example/v1"
    for address in (
        *("https://evil.example/v1", "http://llm.acme.example/v1", "https://llm.acme.example:8443/v1", "", "x"),
        *("https://llm.acme.example.evil/v1", "https://a@llm.acme.example/v1", "https://llm.acme.example/v1/../v2"),
        *("https://llm.acme.example/v10", "https://[::1", "https://169.254.169.254/v1", "file:///etc/passwd"),
    ):
        assert allowed_endpoint(address, providers) is None, address


def command(*args: str, **options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("stream_doctor", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_asks_the_sample_without_a_server_and_adds_the_times() -> None:
    told = json.loads(command("sample", json=True))
    assert list(told) == ["events", "text", "reasoning", "usage", "end", "findings", "timings"]
    assert told["end"] == "complete"
    assert len(told["events"]) >= 60
    assert told["timings"]["first_token_ms"] > 0


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("ftp://x",), "no address"),
        (("https://user:pass@x.example/v1",), "without a user"),
        ((), "Give an address"),
        (("https://x.example/v1", "--key-env", "NO_SUCH_NAME"), "NO_SUCH_NAME is not set"),
    ],
)
def test_what_the_command_cannot_use_is_a_line_and_status_two(args: tuple[str, ...], word: str) -> None:
    with pytest.raises(CommandError, match=word) as refused:
        command(*args)
    assert refused.value.returncode == 2


def test_a_key_goes_from_the_environment_into_the_header_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    heads: list[bytes] = []

    async def act(head: bytes, writer: Writer) -> None:
        heads.append(head)
        await says_all(head, writer)

    async def ask(url: str) -> str:
        return await asyncio.to_thread(command, url, model="m", key_env="A_KEY")

    told = asked(act, ask)
    assert any(f"authorization: bearer {KEY}".encode() in head.lower() for head in heads)
    assert not any(KEY.encode() in head for head in heads if head.startswith(b"OPTIONS"))
    assert "refuses the key" in told
    assert KEY not in told


async def refuses(_head: bytes, writer: Writer) -> None:
    writer.write(whole("429 Too Many Requests", b"{}", "retry-after: 7"))


def test_a_provider_that_refuses_is_asked_no_more() -> None:
    heads: list[bytes] = []

    async def act(head: bytes, writer: Writer) -> None:
        heads.append(head)
        await refuses(head, writer)

    assert "too-many" in codes_of(act)
    assert [head.split()[0] for head in heads] == [b"OPTIONS", b"POST"]
