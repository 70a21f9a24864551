"""A completion as OpenAI writes it: whole, or as the chunks of a stream, each with the wait before it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from costcalc.streaming.dialects import DONE
from costcalc.streaming.sample.answering import Answer

FINGERPRINT: Final = "fp_costcalc_sample"


@dataclass(frozen=True, slots=True)
class Telling:
    """One answer about to be told: its name, moment (Unix seconds) and model, and what belongs to every chunk.

    `waits` are the seconds before each token; `with_usage` says that a stream ends with what it used.
    """

    id: str
    created: int
    model: str
    answer: Answer
    prompt_tokens: int
    waits: list[float]
    with_usage: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One event of a stream; `wait` is in seconds from the one before. `value` is JSON, or the closing mark."""

    wait: float
    value: dict[str, Any] | str


def usage(telling: Telling) -> dict[str, Any]:
    """What the answer used: every token that was sent, and the prompt's."""
    answer = telling.answer
    return {
        "prompt_tokens": telling.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "total_tokens": telling.prompt_tokens + answer.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": len(answer.thoughts)},
    }


def whole(telling: Telling) -> dict[str, Any]:
    """The answer without streaming."""
    message = {"role": "assistant", "content": "".join(telling.answer.text) or None, "refusal": None}
    if telling.answer.thoughts:
        message["reasoning_content"] = "".join(telling.answer.thoughts)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": telling.answer.finish}
    call = telling.answer.call
    if call:
        function = {"name": call.name, "arguments": "".join(call.arguments)}
        choice["message"] = {**message, "tool_calls": [{"id": call.id, "type": "function", "function": function}]}
    return {**_head(telling, "chat.completion"), "choices": [choice], "usage": usage(telling)}


def stream(telling: Telling) -> Iterator[Said]:
    """The answer's events: the role, a chunk for each token, the finish reason, the usage if wanted, the mark.

    Each is made when its turn comes: hundreds of open streams would hold a lot of them otherwise.
    """
    first = telling.waits[0] if telling.waits else 0.0
    yield Said(first, _chunk(telling, {"role": "assistant", "content": "", "refusal": None}))
    # The role comes with the first token, whose wait it has taken.
    for wait, delta in zip((0.0, *telling.waits[1:]), _deltas(telling.answer), strict=bool(telling.waits)):
        yield Said(wait, _chunk(telling, delta))
    yield Said(0.0, _chunk(telling, {}, telling.answer.finish))
    if telling.with_usage:
        yield Said(0.0, {**_head(telling), "choices": [], "usage": usage(telling)})
    yield Said(0.0, DONE)


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    for token in answer.thoughts:
        yield {"reasoning_content": token}
    for token in answer.text:
        yield {"content": token}
    call = answer.call
    for place, token in enumerate(call.arguments if call else ()):
        # Only a call's first chunk says whose arguments they are.
        name = {"name": call.name} if call and place == 0 else {}
        begin = {"id": call.id, "type": "function"} if call and place == 0 else {}
        yield {"tool_calls": [{"index": 0, **begin, "function": {**name, "arguments": token}}]}


def _chunk(telling: Telling, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    # Where usage was asked for, every other chunk says that it has none.
    return {**_head(telling), "choices": [choice], **({"usage": None} if telling.with_usage else {})}


def _head(telling: Telling, kind: str = "chat.completion.chunk") -> dict[str, Any]:
    return {
        "id": telling.id,
        "object": kind,
        "created": telling.created,
        "model": telling.model,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }
