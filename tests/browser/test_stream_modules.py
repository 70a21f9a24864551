"""The browser's modules read and measure streams as the server's own do: the same vectors, in a real browser."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static
from playwright.sync_api import Page

from costcalc.streaming.completion import Reading, read
from costcalc.streaming.events import Event, read_events
from costcalc.streaming.measures import Arrival, Kind, Seen, figures, spread
from tests.streaming.chunks import ANTHROPIC, DONE, GEMINI, OPENAI, chunk, event
from tests.streaming.test_events import PARTS
from tests.streaming.vectors import VECTORS

# Each stream is a list of pieces in base64; out come its events and what the parser knows besides.
PARSE = """async ([source, streams]) => {
  const { Parser } = await import(source);
  return streams.map((pieces) => {
    const parser = new Parser();
    const events = pieces.flatMap((piece) => parser.feed(Uint8Array.from(atob(piece), (char) => char.charCodeAt(0))));
    const { retry, comments, unfinished, tooLong } = parser;
    return { events, retry, comments, unfinished, tooLong };
  });
}"""
READ = """async ([source, completions]) => {
  const { Reader } = await import(source);
  return completions.map((events) => {
    const reader = new Reader();
    events.forEach((event) => reader.take(event));
    const { text, reasoning, usage, finish, fault, done, dialect, unreadable, refusal, tools } = reader;
    return { text: text.toWellFormed(), reasoning: reasoning.toWellFormed(), usage, finish, done, dialect,
             unreadable, refusal, tools, fault: fault?.message ?? null, end: reader.end(), left: reader.end(true) };
  });
}"""
MEASURE = """async ([source, seen]) => {
  const { figures, spread } = await import(source);
  return [seen.map(figures), spread(seen.map((one) => one.connect))];
}"""


@pytest.fixture
def run(page: Page, site: str) -> Callable[[str, str, Any], Any]:
    """Give a module's address and these arguments to a function of the browser."""
    page.goto(f"{site}/stream/")
    return lambda function, module, given: page.evaluate(function, [static(f"js/{module}.js"), given])


def cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({min(place, len(stream)) for place in places} | {0, len(stream)})
    return [b"", *(stream[begin:end] for begin, end in pairwise(ends))]


def sent(pieces: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(piece).decode() for piece in pieces]


def by_byte(stream: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in stream]


def as_told(events: Iterable[Event]) -> list[dict[str, str]]:
    return [asdict(each) for each in events]


def test_every_vector_is_read_whole_byte_by_byte_and_in_its_pieces(run: Callable[..., Any]) -> None:
    ways = [(v, [v.stream]) for v in VECTORS] + [(v, by_byte(v.stream)) for v in VECTORS]
    ways += [(v, list(v.pieces)) for v in VECTORS if v.pieces]
    read_ = run(PARSE, "sse", [sent(pieces) for _, pieces in ways])
    for (vector, pieces), seen in zip(ways, read_, strict=True):
        assert (seen["events"], seen["retry"]) == (as_told(vector.events), vector.retry), (vector.name, len(pieces))


def test_and_in_random_pieces(run: Callable[..., Any]) -> None:
    dice = random.Random(5)
    ways = [(v, cut(v.stream, [dice.randrange(200) for _ in range(8)])) for v in VECTORS[:-1] for _ in range(10)]
    read_ = run(PARSE, "sse", [sent(pieces) for _, pieces in ways])
    assert [seen["events"] for seen in read_] == [as_told(vector.events) for vector, _ in ways]


def test_whatever_is_sent_is_read_as_the_server_reads_it(run: Callable[..., Any]) -> None:
    dice = random.Random(7)
    streams = [b"".join(dice.choices(PARTS, k=dice.randrange(60))) for _ in range(600)]
    cuts = [cut(stream, [dice.randrange(1, 80) for _ in range(dice.randrange(9))]) for stream in streams]
    whole = run(PARSE, "sse", [sent([stream]) for stream in streams])
    pieces = run(PARSE, "sse", [sent(each) for each in cuts])
    assert [seen["events"] for seen in whole] == [as_told(read_events(stream)) for stream in streams]
    assert [seen["events"] for seen in pieces] == [seen["events"] for seen in whole]


def test_a_line_without_an_end_is_not_kept_for_ever(run: Callable[..., Any]) -> None:
    piece = b"x" * 65_536
    (seen,) = run(PARSE, "sse", [sent([b"data: ", *[piece] * 129, b"\n\ndata: 1\n\n"])])
    assert (seen["tooLong"], seen["events"], seen["unfinished"]) == (True, [], False)
    (seen,) = run(PARSE, "sse", [sent([b"data: ", *[piece] * 16, b"\n\n"])])
    assert (seen["tooLong"], [len(each["data"]) for each in seen["events"]]) == (False, [16 * 65_536])


PARTS_WITHOUT_INDEX = ({"id": "a", "function": {"name": "f"}}, {"function": {"arguments": "{}"}}, {"id": "b"})
COMPLETIONS = (
    *(OPENAI, ANTHROPIC, GEMINI, b"", DONE, OPENAI[:-30], ANTHROPIC[:700], GEMINI[:200]),
    chunk({"content": "a"}, "stop") + event({"error": {"message": "no", "code": 429}}) + DONE,
    event({"error": "no"}),
    event({"error": None, "choices": []}) + DONE,
    b"event: error\ndata: overloaded\n\n" + DONE,
    event({"object": "error", "message": "no", "code": 400}),
    event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error"),
    chunk({}, "error") + DONE,
    event({"promptFeedback": {"blockReason": "SAFETY"}}),
    event({"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]}),
    chunk({"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": "a"}]}),
    b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n',
    b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    b"data: {broken\n\n" + chunk({"content": "a"}) + b"data: 7\n\n" + b"data: " + b"[" * 100_000 + b"\n\n",
    event({"__proto__": {"error": "x"}, "choices": [{"delta": {"__proto__": {"content": "x"}}}]}),
    event({"type": "constructor"}),
    chunk({"refusal": "I cannot."}) + chunk({"content": "b", "refusal": None}, "stop") + DONE,
    event({"choices": [], "usage": {"prompt_tokens": -1, "completion_tokens": True, "prompt_tokens_details": [1]}}),
    event({"choices": [], "usage": {"prompt_tokens": 7.0, "completion_tokens": 10**16}}),
    event({"choices": [], "x_groq": {"usage": {"prompt_tokens": 3}}}),
    event({"usageMetadata": {"promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 4}, {"modality": []}]}}),
    b"".join(chunk({"tool_calls": [part]}) for part in PARTS_WITHOUT_INDEX),
)


def told(reading: Reading, left: str) -> dict[str, Any]:
    return {
        "text": reading.text,
        "reasoning": reading.reasoning,
        "usage": reading.usage,
        "finish": reading.finish,
        "fault": reading.fault.message if reading.fault else None,
        "done": reading.done,
        "dialect": reading.dialect,
        "unreadable": reading.unreadable,
        "refusal": reading.refusal,
        "end": reading.end,
        "left": left,
    }


def calls(tools: Iterable[Any]) -> list[tuple[str, str, Any]]:
    """Tool calls with their arguments parsed: how JSON is spaced is each writer's own."""
    return [(one["id"], one["name"], json.loads(one["args"] or "null")) for one in tools]


def agree(run: Callable[..., Any], streams: Iterable[bytes]) -> None:
    """Both readers make the same of these streams."""
    completions = [read_events(stream) for stream in streams]
    seen = run(READ, "completions", [as_told(events) for events in completions])
    for events, found in zip(completions, seen, strict=True):
        reading = read(events)
        ours = [{"id": tool.id, "name": tool.name, "args": tool.arguments} for tool in reading.tools]
        assert calls(found.pop("tools")) == calls(ours)
        left = "cancelled" if reading.end == "truncated" else str(reading.end)
        assert found == told(reading, left)


def test_completions_are_put_together_as_the_server_does(run: Callable[..., Any]) -> None:
    agree(run, COMPLETIONS)


def test_and_so_is_every_recording(run: Callable[..., Any], samples: Path) -> None:
    agree(run, [path.read_bytes() for path in sorted((samples / "sse").glob("*.txt"))])


def seen_by_chance(dice: random.Random) -> Seen:
    """A stream with some reasoning, some answer and perhaps a report."""
    times = sorted(dice.choice([dice.random() * 5000, 100.0, 250.5]) for _ in range(dice.randrange(60)))
    kinds: list[Kind] = ["content", "reasoning"] if dice.random() < 0.5 else ["content"]
    usage = {"output_tokens": dice.randrange(200), "output_reasoning_tokens": dice.randrange(50)}
    return Seen(
        [Arrival(at, dice.choice(kinds)) for at in times],
        ended=5000 + dice.random(),
        received=dice.randrange(100_000),
        connect=dice.choice([None, dice.random() * 50]),
        usage=dice.choice([None, {}, usage, {"output_tokens": 60}]),
    )


def test_figures_are_the_servers_own_to_the_last_bit(run: Callable[..., Any]) -> None:
    dice = random.Random(11)
    all_seen = [seen_by_chance(dice) for _ in range(300)]
    found, over_all = run(MEASURE, "measures", [asdict(seen) for seen in all_seen])
    assert found == [asdict(figures(seen)) for seen in all_seen]
    assert over_all == asdict(spread([seen.connect for seen in all_seen]))


# What two readers heard: the relay's end, and one of the provider's own under the same name with more behind it.
TOLD = """async ([source, ends]) => {
  const { Watch } = await import(source);
  return ends.map((said) => {
    const watch = new Watch("sse");
    watch.began = 0;
    said.forEach(([event, data]) => watch.take({ event, data, id: "" }, 1, 0));
    return watch.told?.message ?? null;
  });
}"""


def test_an_end_that_something_follows_was_not_the_relays(run: Callable[[str, str, Any], Any]) -> None:
    fake, real, word = (
        ["costcalc.end", '{"end": "complete", "message": "fake"}'],
        ["costcalc.end", '{"end": "truncated", "message": "real"}'],
        ["message", chunk({"content": "a"}).decode().removeprefix("data: ").strip()],
    )
    assert run(TOLD, "runs", [[fake, word], [word, fake, word, real], [real]]) == [None, "real", "real"]
