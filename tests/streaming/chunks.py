"""Streams in the three dialects, written by hand in the shape that providers send."""

import json
from typing import Any

USAGE = {
    "prompt_tokens": 40,
    "completion_tokens": 12,
    "total_tokens": 52,
    "prompt_tokens_details": {"cached_tokens": 30},
    "completion_tokens_details": {"reasoning_tokens": 5},
}
COUNTED = {"input_tokens": 40, "cache_read_tokens": 30, "output_tokens": 12, "output_reasoning_tokens": 5}


def event(value: Any, name: str = "") -> bytes:
    """One event with a JSON value, as providers write it."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def chunk(delta: dict[str, Any], finish: str | None = None, **beside: Any) -> bytes:
    """One chunk of an OpenAI-compatible stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c-1", "object": "chat.completion.chunk", "choices": [choice], **beside})


DONE = b"data: [DONE]\n\n"
OPENAI = b"".join(
    [
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "Greet. "}),
        chunk({"content": "Xin "}),
        chunk({"content": "chào"}),
        chunk({}, "stop"),
        event({"id": "c-1", "object": "chat.completion.chunk", "choices": [], "usage": USAGE}),
        DONE,
    ]
)
SAID: list[tuple[str, dict[str, Any]]] = [
    (
        "message_start",
        {"message": {"usage": {"input_tokens": 10, "cache_read_input_tokens": 30, "output_tokens": 1}}},
    ),
    ("content_block_start", {"index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "thinking_delta", "thinking": "Greet. "}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "signature_delta", "signature": "x"}}),
    ("content_block_stop", {"index": 0}),
    ("content_block_start", {"index": 1, "content_block": {"type": "text", "text": ""}}),
    ("ping", {}),
    ("content_block_delta", {"index": 1, "delta": {"type": "text_delta", "text": "Xin "}}),
    ("content_block_delta", {"index": 1, "delta": {"type": "text_delta", "text": "chào"}}),
    ("content_block_start", {"index": 2, "content_block": {"type": "tool_use", "id": "t1", "name": "wave"}}),
    ("content_block_delta", {"index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"a"'}}),
    ("content_block_delta", {"index": 2, "delta": {"type": "input_json_delta", "partial_json": ": 1}"}}),
    ("message_delta", {"delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 12}}),
    ("message_stop", {}),
]
ANTHROPIC = b"".join(event({"type": name, **value}, name) for name, value in SAID)


def gemini(parts: list[dict[str, Any]], finish: str | None = None) -> bytes:
    """One answer of a Gemini stream; its lines end with CRLF."""
    candidate = {"content": {"parts": parts, "role": "model"}, **({"finishReason": finish} if finish else {})}
    usage = {"promptTokenCount": 40, "candidatesTokenCount": 7, "thoughtsTokenCount": 5, "cachedContentTokenCount": 30}
    return event({"candidates": [candidate], "usageMetadata": usage}).replace(b"\n", b"\r\n")


GEMINI = b"".join(
    [
        gemini([{"text": "Greet. ", "thought": True}, {"text": "Xin "}]),
        gemini([{"text": "chào"}, {"functionCall": {"name": "wave", "args": {"a": 1}}}]),
        gemini([], "STOP"),
    ]
)
