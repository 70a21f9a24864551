"""The built-in provider on a real server: OpenAI's own SDK, what is on the wire, who leaves, who may not."""

import asyncio
import json
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from costcalc.streaming.sample import APP, MODELS
from costcalc.streaming.sample.app import REMEMBERED, Provider
from costcalc.wire.drain import Drain
from tests import loops
from tests.processes import Served, answers, free_port
from tests.streaming.sampled import CAU_HOI, PROMPT, body, pieces, reading
from tests.wire.asgi import ask

KEY = "sk-any-key-will-do-0123456789"
SAID: list[Any] = [{"role": "user", "content": PROMPT}]
AT_ONCE: dict[str, Any] = {"extra_body": {"sample_pace": 0}}


@pytest.fixture
def base(server: str) -> str:
    """The provider's base URL, as an SDK takes it."""
    return f"{server}/sample/v1"


@pytest.fixture
def sdk(base: str) -> Iterator[openai.OpenAI]:
    """OpenAI's own client, unchanged."""
    with openai.OpenAI(base_url=base, api_key=KEY, max_retries=0) as client:
        yield client


def post(base: str, content: Any = None, **members: Any) -> httpx.Response:
    """A request for a completion, made by hand."""
    content = json.dumps(body(**members)).encode() if content is None else content
    headers = {"content-type": "application/json"}
    return httpx.post(f"{base}/chat/completions", content=content, headers=headers, trust_env=False, timeout=20)


def test_the_sdk_lists_the_models_and_the_first_one_answers_it(sdk: openai.OpenAI) -> None:
    listed = [model.id for model in sdk.models.list()]
    assert listed == [model.id for model in MODELS]
    assert sdk.models.retrieve(listed[0]).owned_by == "costcalc"
    answer = sdk.chat.completions.create(model=listed[0], messages=SAID, seed=1, **AT_ONCE)
    assert answer.choices[0].message.content == reading().text
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_the_sdk_streams_with_usage(sdk: openai.OpenAI) -> None:
    chunks = list(
        sdk.chat.completions.create(
            model="sample-plain", messages=SAID, seed=1, stream=True, stream_options={"include_usage": True}, **AT_ONCE
        )
    )
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == reading().text
    assert len(chunks) >= 60
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len([text for text in texts if text])
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_asynchronous_sdk_does_the_same(base: str) -> None:
    async def both() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(base_url=base, api_key=KEY, max_retries=0) as client:
            asked: dict[str, Any] = {"model": "sample-plain", "messages": SAID, "seed": 1, **AT_ONCE}
            whole = await client.chat.completions.create(**asked)
            parts = await client.chat.completions.create(**asked, stream=True)
            streamed = [part.choices[0].delta.content or "" async for part in parts]
            return whole.choices[0].message.content, "".join(streamed)

    assert loops.run(both) == (reading().text, reading().text)


def test_the_sdk_carries_a_tool_call_through_to_the_answer(sdk: openai.OpenAI) -> None:
    tools: list[Any] = [
        {
            "type": "function",
            "function": {
                "name": "price",
                "parameters": {"type": "object", "properties": {"model": {"type": "string"}}, "required": ["model"]},
            },
        }
    ]
    asked: dict[str, Any] = {"model": "sample-tools", "tools": tools, "seed": 1, **AT_ONCE}
    first = sdk.chat.completions.create(messages=SAID, **asked).choices[0]
    assert first.finish_reason == "tool_calls"
    (call,) = first.message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == ("price", {"model": "sample"})
    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "8"}
    then = sdk.chat.completions.create(messages=[*SAID, first.message, result], **asked).choices[0]
    assert (then.finish_reason, bool(then.message.content)) == ("stop", True)
    with sdk.chat.completions.stream(messages=SAID, **asked) as stream:
        streamed = stream.get_final_completion().choices[0].message.tool_calls or []
    assert [each.function.arguments for each in streamed] == [call.function.arguments]


def test_the_sdk_raises_its_own_exceptions(sdk: openai.OpenAI) -> None:
    def ask_for(model: str, **members: Any) -> None:
        sdk.chat.completions.create(model=model, messages=SAID, **members)

    with pytest.raises(openai.AuthenticationError, match="Incorrect API key") as refused:
        ask_for("fault-401")
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.RateLimitError) as limited:
        ask_for("fault-429")
    assert limited.value.response.headers["retry-after"] == "2"
    with pytest.raises(openai.InternalServerError):
        ask_for("fault-500")
    with pytest.raises(openai.NotFoundError) as unknown:
        ask_for("gpt-4.1")
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("gpt-4.1")
    with pytest.raises(openai.BadRequestError) as wrong:
        ask_for("sample-plain", temperature=3)
    assert wrong.value.param == "temperature"
    with pytest.raises(openai.NotFoundError):
        sdk.embeddings.create(model="sample-plain", input="x")


def test_the_sdk_hears_an_error_inside_a_stream(sdk: openai.OpenAI) -> None:
    stream = sdk.chat.completions.create(model="fault-error-inside", messages=SAID, stream=True, **AT_ONCE)
    with pytest.raises(openai.APIError, match="overloaded"):
        list(stream)


def test_the_sdk_retries_as_it_is_told(base: str) -> None:
    with openai.OpenAI(base_url=base, api_key=KEY, max_retries=1) as patient:
        begun = time.monotonic()
        with pytest.raises(openai.RateLimitError):
            patient.chat.completions.create(model="fault-429", messages=SAID, **AT_ONCE)
    assert 0.9 < time.monotonic() - begun < 10


@pytest.mark.parametrize("name", ["fault-split", "fault-crlf", "fault-comments", "fault-long-line", "fault-buffered"])
def test_the_sdk_reads_the_same_text_through_the_faults(sdk: openai.OpenAI, name: str) -> None:
    stream = sdk.chat.completions.create(model=name, messages=SAID, seed=1, stream=True, **AT_ONCE)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == reading().text


def streamed(base: str, model: str = "sample-plain", **members: Any) -> AbstractContextManager[httpx.Response]:
    """A stream, read by hand."""
    content = body(model, **members)
    return httpx.stream("POST", f"{base}/chat/completions", json=content, trust_env=False, timeout=20)


def frames(base: str, **members: Any) -> list[bytes]:
    """The body as HTTP/1.1 framed it: its chunks, as the server wrote them."""
    content, address = json.dumps(body(**members)).encode(), urlsplit(base)
    head = f"POST {address.path}/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection(("localhost", address.port or 80), timeout=10) as connection:
        connection.sendall(head.encode() + content)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    rest, found = answer.partition(b"\r\n\r\n")[2], []
    while (size := int((split := rest.partition(b"\r\n"))[0], 16)) > 0:
        found.append(split[2][:size])
        rest = split[2][size + 2 :]
    return found


def bare(parts: list[bytes]) -> list[bytes]:
    """The parts without names and moments, which differ between two answers, though not in length."""
    return [re.sub(rb"chatcmpl-\w+|\d{10}", b"", part) for part in parts]


@pytest.mark.parametrize("name", ["sample-plain", "fault-crlf", "fault-cut", "fault-one-piece", "fault-no-done"])
def test_the_chunks_on_the_wire_are_the_pieces_as_written(base: str, name: str) -> None:
    assert bare(frames(base, model=name, seed=1)) == bare([piece.data for piece in pieces(name)])


def test_characters_are_cut_on_the_wire(base: str) -> None:
    cut = frames(base, model="fault-split", seed=1, prompt=CAU_HOI)
    assert sum(part[0] & 0xC0 == 0x80 for part in cut) > 50
    assert sum(part == b"\n" for part in cut) > 60


def test_pieces_arrive_apart_at_a_reader(base: str) -> None:
    with streamed(base, "fault-split", seed=1, max_tokens=40) as answer:
        arrived = list(answer.iter_raw())
    # The network may join two; it must not join them all.
    assert len(arrived) > 150


def test_tokens_come_at_the_stated_pace(base: str) -> None:
    begun = time.monotonic()
    with streamed(base, seed=1, sample_pace=1, max_tokens=40) as answer:
        arrivals = [time.monotonic() - begun for _ in answer.iter_raw()]
    wanted = sum(piece.wait for piece in pieces(sample_pace=1, max_tokens=40))
    assert wanted * 0.95 < arrivals[-1] < wanted * 2
    assert arrivals[0] > pieces(sample_pace=1)[0].wait * 0.9


def seconds_until_nothing_is_open(since: float) -> float:
    """How long after this moment the provider had let go of everything. Fails after five seconds."""
    while len(APP.open):
        assert time.monotonic() < since + 5
        time.sleep(0.001)
    return time.monotonic() - since


@pytest.mark.parametrize("name", ["sample-plain", "fault-silent-start", "fault-silent-middle"])
def test_a_reader_who_leaves_frees_everything_at_once(base: str, name: str) -> None:
    with streamed(base, name, sample_pace=10) as answer:
        assert answer.status_code == 200
        assert len(APP.open) == 1
    assert seconds_until_nothing_is_open(time.monotonic()) < 1


def test_hundreds_who_leave_at_once_leave_nothing_behind(base: str, sdk: openai.OpenAI) -> None:
    address, content = urlsplit(base), json.dumps(body(sample_pace=10)).encode()
    head = f"POST {address.path}/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

    async def one() -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection("localhost", address.port)
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await reader.readuntil(b"\r\n\r\n")
        return writer

    async def leave() -> float:
        writers = await asyncio.gather(*(one() for _ in range(300)))
        assert len(APP.open) == 300
        for writer in writers:
            writer.transport.abort()
        return time.monotonic()

    threads = threading.active_count()
    assert seconds_until_nothing_is_open(loops.run(leave)) < 1
    assert threading.active_count() <= threads
    for _ in range(10):
        assert sdk.chat.completions.create(model="sample-plain", messages=SAID, **AT_ONCE).choices[0].message.content


def test_any_page_may_ask_and_read_the_answer(base: str) -> None:
    origin = {"origin": "https://evil.example"}
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    preflight = httpx.options(f"{base}/chat/completions", headers={**origin, **asks}, trust_env=False)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for answer in (post(base), post(base, model="fault-401"), post(base, b"{"), httpx.get(base, trust_env=False)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("model", [model.id for model in MODELS])
def test_no_answer_repeats_the_key(base: str, model: str) -> None:
    headers = {"authorization": f"Bearer {KEY}", "x-request-id": KEY}
    content = body(model, max_tokens=8)
    answer = httpx.post(f"{base}/chat/completions", json=content, headers=headers, trust_env=False)
    assert KEY not in answer.text + str(answer.headers)
    assert answer.status_code in {200, 401, 429, 500}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{" * 30_000, b'{"seed": NaN}', b'{"seed": 1e999}', b'{"seed": ' + b"9" * 60_000 + b"}", b"\xff\xfe"],
)
def test_what_cannot_be_read_is_a_400_in_openai_s_shape(base: str, content: bytes) -> None:
    answer = post(base, content)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_bodies_methods_and_addresses_are_bounded(base: str) -> None:
    large = post(base, b"x" * (64 * 1024 + 1))
    assert (large.status_code, large.json()["error"]["code"]) == (413, "request_too_large")
    assert post(base, b"x" * (256 * 1024 + 1)).status_code == 413
    assert post(base, prompt="x " * 30_000, max_tokens=3).status_code == 200
    form = httpx.post(f"{base}/chat/completions", data={"model": "x"}, trust_env=False)
    assert (form.status_code, form.json()["error"]["code"]) == (415, "unsupported_content_type")
    for method in ("GET", "PUT", "DELETE"):
        wrong = httpx.request(method, f"{base}/chat/completions", trust_env=False)
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    for path in ("", "/", "/models/", "/models/nope", "/chat", "/../v1/nope", "/completions"):
        lost = httpx.get(base + path, trust_env=False)
        assert (lost.status_code, lost.json()["error"]["type"]) == (404, "invalid_request_error")
    assert httpx.head(f"{base}/models", trust_env=False).status_code == 200


def test_a_websocket_is_not_for_here(base: str) -> None:
    with pytest.raises(InvalidStatus):
        connect(base.replace("http", "ws") + "/chat/completions", proxy=None).close()


def asked(provider: Provider, content: bytes) -> tuple[list[dict[str, Any]], asyncio.Task[None]]:
    """A request of a reader who stays, and what has been sent to them so far."""
    sent: list[dict[str, Any]] = []
    incoming = [{"type": "http.request", "body": content}]

    async def receive() -> Any:
        return incoming.pop() if incoming else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/sample/v1/chat/completions", "headers": []}
    return sent, asyncio.ensure_future(provider({**scope, "client": ("192.0.2.1", 1)}, receive, send))


def test_a_visitor_may_have_so_many_open_and_no_more() -> None:
    async def three() -> list[int]:
        drain = Drain()
        drain.arm()
        provider = Provider(drain, lambda: 2)
        slow = json.dumps(body(sample_pace=5)).encode()
        first, second, third = (asked(provider, slow) for _ in range(3))
        await asyncio.sleep(0.05)
        codes = [sent[0]["status"] for sent, _ in (first, second, third)]
        first[1].cancel()
        await asyncio.wait([first[1]])
        fourth = asked(provider, slow)
        await asyncio.sleep(0.05)
        codes.append(fourth[0][0]["status"])
        second[1].cancel()
        fourth[1].cancel()
        await asyncio.wait([second[1], fourth[1]])
        return [*codes, len(provider.open)]

    assert loops.run(three) == [200, 200, 429, 200, 0]


@pytest.mark.parametrize("name", ["sample-plain", "fault-silent-start", "fault-split"])
def test_a_server_that_goes_down_says_so_and_ends_the_stream(name: str) -> None:
    async def going_down() -> tuple[list[dict[str, Any]], float]:
        drain = Drain()
        drain.arm()
        sent, task = asked(Provider(drain, lambda: None), json.dumps(body(name, sample_pace=1, seed=1)).encode())
        await asyncio.sleep(0.4)
        begun = time.monotonic()
        drain.begin()
        await task
        return sent, time.monotonic() - begun

    sent, took = loops.run(going_down)
    assert took < 0.2
    assert "more_body" not in sent[-1]
    assert b"[DONE]" not in b"".join(message.get("body", b"") for message in sent)
    # Within an event, nothing more can be said; elsewhere it is.
    assert b'"code": "going_down"' in sent[-1]["body"] or name == "fault-split"


def test_what_is_not_streamed_is_refused_when_the_server_goes_down() -> None:
    async def going_down() -> list[dict[str, Any]]:
        drain = Drain()
        drain.arm()
        sent, task = asked(Provider(drain, lambda: None), json.dumps(body(stream=False, sample_pace=5)).encode())
        await asyncio.sleep(0.05)
        drain.begin()
        await task
        return sent

    assert [message.get("status") for message in loops.run(going_down)] == [503, None]


def test_a_reader_who_leaves_before_having_asked_is_no_error() -> None:
    drain = Drain()
    scope = {"type": "http", "method": "POST", "path": "/sample/v1/chat/completions", "headers": []}

    async def gone(_scope: Any, _receive: Any, send: Any) -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        await Provider(drain, lambda: None)(scope, receive, send)

    assert ask(gone, scope).messages == []


def test_open_streams_do_not_hold_a_server_that_is_told_to_go(tmp_path: Any) -> None:
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "tests.streaming.sample_server:application", "--port", str(port))
    with Served(*command) as serving:
        answers(f"http://127.0.0.1:{port}/healthz")
        address, silent = (
            f"http://127.0.0.1:{port}/sample/v1/chat/completions",
            body("fault-silent-start", sample_pace=1),
        )
        with httpx.stream("POST", address, json=silent, trust_env=False, timeout=20) as answer:
            assert serving.end(signal.SIGTERM) < 3
            assert b"going_down" in answer.read()


def test_how_an_answer_ended_is_told_to_whoever_has_its_id(base: str) -> None:
    read = post(base, stream=True, sample_pace=0).text
    name = json.loads(read.split("\n")[0].removeprefix("data: "))["id"]
    told = httpx.get(f"{base}/chat/completions/{name}", trust_env=False)
    assert (told.status_code, told.json()["end"]) == (200, "told")
    assert httpx.get(f"{base}/chat/completions/chatcmpl-0", trust_env=False).status_code == 404
    assert httpx.delete(f"{base}/chat/completions/{name}", trust_env=False).status_code == 405


def test_of_many_answers_only_the_last_ones_are_remembered() -> None:
    provider = Provider(Drain(), lambda: None)
    for number in range(REMEMBERED + 5):
        provider.note(str(number), "told")
    assert len(provider.ends) == REMEMBERED
    assert "chatcmpl-4" not in provider.ends
