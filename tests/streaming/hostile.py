"""A provider at its worst: streams cut where it hurts, refusals, silence, resets. It counts what it is asked."""

import asyncio
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from tests.streaming.chunks import DONE, chunk, event

# Characters of two, three and four bytes, and what str.splitlines() takes for the end of a line.
TEXT = 'Truyền từng mẩu: 🚀\u2028một dòng\n\nnữa\x85, "hết".'
USAGE = {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46}
STREAM = {"content-type": "text/event-stream; charset=utf-8"}


class Reset(Exception):
    """The connection is closed in the middle, without the end of the body."""


@dataclass(frozen=True)
class Answer:
    """One answer: a status, headers, and what the body does. A number is a pause in seconds, Reset cuts it off."""

    body: tuple[bytes | float | type[Reset], ...]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: STREAM)


@dataclass
class Provider:
    """What each path answers, one answer after the other and the last one for ever; what was asked, and who left."""

    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, float, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    def plays(self, name: str, *answers: Answer) -> str:
        """Answer so under a base URL of its own, which is given back."""
        self.answers[name] = list(answers)
        return f"http://127.0.0.1:{self.port}/{name}"

    def requests(self, name: str) -> list[tuple[str, float, dict[str, Any], dict[str, str]]]:
        """What was asked under this name: path, time in seconds, body, headers."""
        return [one for one in self.asked if one[0].split("/")[1] == name]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body = b""
        while (message := await receive()).get("body") or message.get("more_body"):
            body += message["body"]
            if not message["more_body"]:
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["raw_path"].decode(), time.monotonic(), json.loads(body), headers))
        name = scope["path"].split("/")[1]
        waiting = self.answers[name]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        playing = asyncio.ensure_future(play(answer, send))
        leaving = asyncio.ensure_future(gone(receive))
        await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            self.left[name] += 1
        leaving.cancel()
        playing.cancel()
        await asyncio.gather(playing, leaving, return_exceptions=True)
        if playing.done() and not playing.cancelled() and playing.exception():
            raise Reset


async def gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def play(answer: Answer, send: Any) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for piece in answer.body:
        if isinstance(piece, bytes):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        elif isinstance(piece, (int, float)):
            await asyncio.sleep(piece)
        else:
            raise piece
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(app: Any) -> Iterator[int]:
    """A server of an ASGI application; the port that it has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="websockets-sansio")
        serving = uvicorn.Server(config)
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not serving.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield listener.getsockname()[1]
        # Who is still asleep is not waited for.
        serving.should_exit = serving.force_exit = True
        thread.join(10)


@contextmanager
def hostile_provider() -> Iterator[Provider]:
    """The provider, on a port of its own."""
    provider = Provider()
    with served(provider) as provider.port:
        yield provider


def parts_of(text: str) -> list[str]:
    """A text in pieces of some characters, always the same."""
    dice = random.Random(7)
    parts: list[str] = []
    while text:
        size = dice.randint(1, 4)
        parts, text = [*parts, text[:size]], text[size:]
    return parts


def openai(text: str = TEXT, *, finish: str | None = "stop", usage: Any = USAGE, done: bool = True) -> bytes:
    """A stream of OpenAI's dialect."""
    head = chunk({"role": "assistant", "content": ""})
    tail = chunk({}, finish) if finish else b""
    if usage:
        tail += event({"id": "c-1", "object": "chat.completion.chunk", "choices": [], "usage": usage})
    return head + b"".join(raw(chunk({"content": part})) for part in parts_of(text)) + tail + (DONE if done else b"")


def raw(line: bytes) -> bytes:
    """The same event with its characters as they are, not as escapes."""
    head, _, data = line.decode().partition("data: ")
    return f"{head}data: {json.dumps(json.loads(data), ensure_ascii=False)}\n\n".encode()


def anthropic(text: str = TEXT, *, stop: bool = True) -> bytes:
    """A stream of Anthropic's dialect."""
    said: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": {"usage": {"input_tokens": 12, "output_tokens": 1}}}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("ping", {}),
        *(("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": p}}) for p in parts_of(text)),
        ("content_block_stop", {"index": 0}),
    ]
    if stop:
        said += [
            ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 34}}),
            ("message_stop", {}),
        ]
    return b"".join(raw(event({"type": name, **value}, name)) for name, value in said)


def gemini(text: str = TEXT, *, stop: bool = True) -> bytes:
    """A stream of Gemini's dialect, which uses CRLF; a thought comes first."""

    def said(part: dict[str, Any], **beside: Any) -> bytes:
        return raw(event({"candidates": [{"content": {"parts": [part]}, **beside}]})).replace(b"\n", b"\r\n")

    thought = said({"text": "I think.", "thought": True})
    parts = b"".join(said({"text": part}) for part in parts_of(text))
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 34}
    last = {"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}], "usageMetadata": usage}
    return thought + parts + (event(last).replace(b"\n", b"\r\n") if stop else b"")


def bytewise(stream: bytes) -> tuple[bytes, ...]:
    """One byte at a time."""
    return tuple(stream[at : at + 1] for at in range(len(stream)))


def cut(stream: bytes, seed: int = 1) -> tuple[bytes, ...]:
    """In pieces of 1 to 9 bytes."""
    dice = random.Random(seed)
    pieces: list[bytes] = []
    while stream:
        size = dice.randint(1, 9)
        pieces, stream = [*pieces, stream[:size]], stream[size:]
    return tuple(pieces)
