"""One reading of three dialects, and an end that is never called better than it was."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming import counts
from costcalc.streaming.completion import End, Reader, Reading, ToolCall, read
from costcalc.streaming.dialects import PLACES, Dialect, Fault, parsed
from costcalc.streaming.events import Event, Parser, read_events
from tests.streaming.chunks import ANTHROPIC, COUNTED, DONE, GEMINI, OPENAI, USAGE, chunk, event

KEYS = (
    *("choices", "delta", "message", "content", "tool_calls", "function", "index", "usage", "x_groq", "error", "code"),
    *("type", "content_block", "thinking", "text", "candidates", "parts", "functionCall", "usageMetadata", "object"),
    *("finish_reason", "prompt_tokens", "prompt_tokens_details", "promptFeedback", "promptTokensDetails"),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["x", "error", "message", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=15,
)


def reading(stream: bytes) -> Reading:
    return read(read_events(stream))


@pytest.mark.parametrize("stream", [OPENAI, ANTHROPIC, GEMINI], ids=["openai", "anthropic", "gemini"])
def test_three_dialects_have_one_reading(stream: bytes) -> None:
    seen = reading(stream)
    assert (seen.text, seen.reasoning, seen.end) == ("Xin chào", "Greet. ", End.COMPLETE)
    assert seen.usage is not None
    assert {key: seen.usage[key] for key in ("input_tokens", "cache_read_tokens", "output_tokens")} == {
        "input_tokens": 40,
        "cache_read_tokens": 30,
        "output_tokens": 12,
    }


def test_who_speaks_and_why_it_ended_is_known() -> None:
    assert [(r.dialect, r.finish, r.done) for r in map(reading, (OPENAI, ANTHROPIC, GEMINI))] == [
        (Dialect.OPENAI, "stop", True),
        (Dialect.ANTHROPIC, "tool_use", True),
        (Dialect.GEMINI, "STOP", False),
    ]


def test_a_tool_call_is_put_together_from_its_pieces() -> None:
    parts = [
        {"index": 0, "id": "t1", "function": {"name": "wave", "arguments": ""}},
        {"index": 1, "id": "t2", "function": {"name": "bow", "arguments": '{"low"'}},
        {"index": 0, "function": {"arguments": '{"a": 1}'}},
        {"index": 1, "function": {"arguments": ": true}"}},
    ]
    stream = b"".join(chunk({"tool_calls": [part]}) for part in parts) + chunk({}, "tool_calls")
    assert reading(stream).tools == (ToolCall("t1", "wave", '{"a": 1}'), ToolCall("t2", "bow", '{"low": true}'))
    assert reading(ANTHROPIC).tools == (ToolCall("t1", "wave", '{"a": 1}'),)
    assert reading(GEMINI).tools == (ToolCall("", "wave", '{"a": 1}'),)


def test_tool_calls_of_a_relay_that_gives_no_index_are_told_apart() -> None:
    parts = [{"id": "t1", "function": {"name": "wave"}}, {"function": {"arguments": "{}"}}, {"id": "t2"}]
    assert reading(b"".join(chunk({"tool_calls": [part]}) for part in parts)).tools == (
        ToolCall("t1", "wave", "{}"),
        ToolCall("t2", "", ""),
    )


@pytest.mark.parametrize(
    ("stream", "end"),
    [
        (b"", End.TRUNCATED),
        (chunk({"content": "a"}), End.TRUNCATED),
        (chunk({"content": "a"}) + b"data: [DONE]", End.TRUNCATED),
        (chunk({"content": "a"}) + DONE, End.COMPLETE),
        (chunk({"content": "a"}, "length"), End.COMPLETE),
        (chunk({"content": "a"}, "stop") + event({"error": {"message": "no"}}) + DONE, End.ERROR),
        (event({"error": "no"}), End.ERROR),
        (event({"error": None, "choices": []}) + DONE, End.COMPLETE),
        (b"event: error\ndata: overloaded\n\n" + DONE, End.ERROR),
        (event({"object": "error", "message": "no", "code": 400}), End.ERROR),
        (event({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}, "error"), End.ERROR),
        (chunk({}, "error") + DONE, End.ERROR),
        (ANTHROPIC[: ANTHROPIC.index(b"event: message_delta")], End.TRUNCATED),
        (GEMINI[: GEMINI.index(b"STOP")], End.TRUNCATED),
        (event({"promptFeedback": {"blockReason": "SAFETY"}}), End.COMPLETE),
    ],
)
def test_error_beats_complete_beats_truncated(stream: bytes, end: End) -> None:
    assert reading(stream).end == end


def test_a_reader_who_leaves_cancels_what_had_not_ended() -> None:
    reader = Reader()
    reader.take(Event('{"choices": [{"delta": {"content": "a"}}]}'))
    assert (reader.reading().end, reader.reading(cancelled=True).end) == (End.TRUNCATED, End.CANCELLED)
    reader.take(Event("[DONE]"))
    assert reader.reading(cancelled=True).end == End.COMPLETE
    reader.fail("429", "rate_limited")
    assert (reader.reading(cancelled=True).end, reader.fault) == (End.ERROR, Fault("429", "rate_limited"))


def test_an_error_is_told_in_its_own_words() -> None:
    assert reading(event({"error": {"code": 400, "message": "Token limit"}})).fault == Fault("Token limit", "400")
    assert reading(b"event: error\ndata: overloaded\n\n").fault == Fault("overloaded")
    long = reading(event({"error": "x" * 10_000})).fault
    assert long is not None
    assert len(long.message) == 2000


def test_what_is_no_json_is_counted_and_read_past() -> None:
    seen = reading(b"data: {broken\n\n" + chunk({"content": "a"}) + b"data: 7\n\n" + DONE)
    assert (seen.text, seen.unreadable, seen.end) == ("a", 2, End.COMPLETE)


def test_of_several_answers_the_first_is_read() -> None:
    choices = [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]
    assert reading(event({"choices": choices}) + event({"choices": choices[:1]})).text == "a"


def test_two_halves_of_a_character_are_one_again() -> None:
    half = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
    stream = half + half.replace(b"ud83d", b"ude00")
    assert reading(stream).text == "😀"
    assert reading(half).text == "\ufffd"


def test_a_content_of_parts_is_read() -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]
    seen = reading(chunk({"content": parts}))
    assert (seen.text, seen.reasoning) == ("a", "hm")


@pytest.mark.parametrize("depth", [100, 100_000])
def test_depth_costs_nothing(depth: int) -> None:
    assert reading(b"data: " + b"[" * depth + b"\n\n").unreadable == 1
    assert parsed("9" * 10_000) is None


@given(st.lists(st.tuples(JSON, st.sampled_from(["message", "error", "ping"])), max_size=4))
def test_whatever_a_stranger_sends_is_read(sent: list[tuple[Any, str]]) -> None:
    seen = read(Event(json.dumps(value), name) for value, name in sent)
    assert seen.text.encode() is not None
    assert all(count >= 0 for count in (seen.usage or {}).values())


@cache
def extractors() -> dict[tuple[str, str], Any]:
    from genai_prices.data import providers

    return {(p.id, e.api_flavor): e for p in providers for e in p.extractors or []}


OF = {
    Dialect.OPENAI: ("openai", "chat"),
    Dialect.ANTHROPIC: ("anthropic", "default"),
    Dialect.GEMINI: ("google", "default"),
}


def judged(dialect: Dialect, report: dict[str, Any]) -> dict[str, int]:
    """What genai-prices itself takes from a provider's report."""
    root = "usageMetadata" if dialect is Dialect.GEMINI else "usage"
    usage = extractors()[OF[dialect]].extract({"model": "m", "modelVersion": "m", root: report})[1]
    return {name: value for name, value in vars(usage).items() if value is not None}


NUMBER = st.integers(0, 10**9)
REPORTS: dict[Dialect, st.SearchStrategy[dict[str, Any]]] = {
    Dialect.OPENAI: st.fixed_dictionaries(
        {"prompt_tokens": NUMBER, "completion_tokens": NUMBER},
        optional={
            "prompt_tokens_details": st.dictionaries(
                st.sampled_from(["cached_tokens", "cache_write_tokens", "audio_tokens"]), NUMBER
            ),
            "completion_tokens_details": st.dictionaries(st.sampled_from(["audio_tokens", "reasoning_tokens"]), NUMBER),
        },
    ),
    Dialect.ANTHROPIC: st.fixed_dictionaries(
        {"input_tokens": NUMBER, "output_tokens": NUMBER},
        optional={
            "cache_creation_input_tokens": NUMBER,
            "cache_read_input_tokens": NUMBER,
            "cache_creation": st.dictionaries(
                st.sampled_from(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]), NUMBER
            ),
            "server_tool_use": st.fixed_dictionaries({"web_search_requests": NUMBER}),
        },
    ),
    Dialect.GEMINI: st.fixed_dictionaries(
        {"promptTokenCount": NUMBER, "candidatesTokenCount": NUMBER},
        optional={
            "thoughtsTokenCount": NUMBER,
            "cachedContentTokenCount": NUMBER,
            "toolUsePromptTokenCount": NUMBER,
            "promptTokensDetails": st.lists(
                st.fixed_dictionaries({"modality": st.sampled_from(["TEXT", "AUDIO"]), "tokenCount": NUMBER}),
                max_size=2,
                unique_by=lambda entry: str(entry["modality"]),
            ),
        },
    ),
}


@given(st.data(), st.sampled_from(Dialect))
def test_usage_is_what_genai_prices_itself_would_take(data: st.DataObject, dialect: Dialect) -> None:
    report = data.draw(REPORTS[dialect])
    assert counts.counted(report, PLACES[dialect]) == judged(dialect, report)


def test_a_report_is_never_completed_by_guessing() -> None:
    assert counts.counted(USAGE, counts.OPENAI) == COUNTED
    odd = {"prompt_tokens": "7", "completion_tokens": 10.0, "prompt_tokens_details": [1, {"modality": []}]}
    assert counts.counted(odd, counts.OPENAI) == {"output_tokens": 10}
    assert counts.counted({"prompt_tokens": -1, "completion_tokens": True}, counts.OPENAI) == {}
    assert reading(chunk({"content": "a"}, "stop")).usage is None


TEXTS = {
    "anthropic_claude-sonnet-4-5": "2",
    "crusoe_llama-3.3-70b_vllm_style": "1, 2, 3, 4, 5",
    "deepseek_reasoner_reasoning_content": "Hello there! 😊 How can I help you today?",
    "gemini_native_2.5-flash_crlf": "\n".join(map(str, range(1, 31))),
    "openai_chat_gpt-4o-mini": "The capital of the UK is London.",
    "openai_chat_gpt-4o_text_usage_last": "The capital of Mexico is Mexico City.",
    "openrouter_comments_claude-4.5_reasoning": "2 + 2 = 4",
}


def dialect_of(name: str) -> Dialect:
    return next((dialect for dialect in Dialect if name.startswith(dialect)), Dialect.OPENAI)


def test_every_recording_is_read_to_its_text_usage_and_end(samples: Path) -> None:
    manifest: list[dict[str, Any]] = json.loads((samples / "sse" / "MANIFEST.json").read_bytes())
    for told in manifest:
        name, stream = told["file"].removesuffix(".txt"), (samples / "sse" / told["file"]).read_bytes()
        events = read_events(stream)
        parser = Parser()
        assert [each for byte in stream for each in parser.feed(bytes([byte]))] == events
        seen = read(events)
        assert (len(events), parser.comments) == (told["sse_events"], told["comment_lines"]), name
        assert seen.text == TEXTS.get(name, seen.text)
        if told["models"]:
            assert (len(seen.text), len(seen.reasoning)) == (told["content_len"], told["reasoning_len"]), name
        expected = judged(dialect_of(name), told["final_usage"]) if told["final_usage"] else None
        assert seen.usage == expected, name
        assert seen.end == (End.ERROR if told["error_events"] else End.COMPLETE), name
        assert bool(seen.tools) == ("tool_calls" in told["finish_reasons"]), name
    assert len(manifest) == 13
