"""What one event of a completion says, in whichever of three dialects. Pure.

OpenAI-compatible chunks (OpenAI, Azure, DeepSeek, Groq, Mistral, OpenRouter, vLLM …), Anthropic's
messages events and Gemini's answers are told apart by their shape, so that an unknown relay is read,
too. A whole answer, sent without streaming, has nearly the same shape, and is read the same way.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from costcalc.streaming import counts
from costcalc.streaming.events import Event

DONE: Final = "[DONE]"
LONGEST_WORD: Final = 2000


class Dialect(StrEnum):
    """Whose way of writing a stream."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"


PLACES: Final = {Dialect.OPENAI: counts.OPENAI, Dialect.ANTHROPIC: counts.ANTHROPIC, Dialect.GEMINI: counts.GEMINI}


@dataclass(frozen=True, slots=True)
class Fault:
    """An error told in the stream; each part is "" where it is not said."""

    message: str
    code: str = ""


class ToolPart(NamedTuple):
    """A piece of a tool call. `number` says of which one; None begins a new one. One event may have any number."""

    number: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one event adds. `usage` is the provider's own report; `readable` is False for what is no JSON object.

    A `refusal` is text, which OpenAI writes beside the content, not in it.
    """

    dialect: Dialect | None = None
    text: str = ""
    reasoning: str = ""
    tools: tuple[ToolPart, ...] = ()
    usage: Mapping[str, Any] = field(default_factory=dict)
    finish: str = ""
    fault: Fault | None = None
    done: bool = False
    readable: bool = True
    refusal: bool = False


def delta_of(event: Event) -> Delta:
    """What an event says; raises nothing, whatever is in it."""
    if event.data.strip() == DONE:
        return Delta(done=True)
    value = parsed(event.data)
    if not isinstance(value, dict):
        fault = Fault(_word(event.data)) if event.event == "error" else None
        return Delta(fault=fault, readable=False)
    delta = _spoken(value)
    fault = _fault(value, event.event)
    return replace(delta, fault=fault) if fault else delta


def parsed(text: str) -> Any:
    """JSON from a stranger, or None. Lenient: half a surrogate pair in one chunk is made whole by the next."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _spoken(value: dict[str, Any]) -> Delta:
    if isinstance(value.get("choices"), list):
        return _openai(value)
    if any(key in value for key in ("candidates", "usageMetadata", "promptFeedback")):
        return _gemini(value)
    reads = ANTHROPIC_EVENTS.get(_text(value, "type"))
    return reads(value) if reads else Delta()


def _fault(value: dict[str, Any], name: str) -> Fault | None:
    told = value.get("error")
    if told is None or told in ({}, "", False):
        wrong = name == "error" or value.get("object") == "error" or value.get("type") == "error"
        told = value if wrong else None
    if told is None:
        return None
    if not isinstance(told, dict):
        return Fault(_word(told))
    code = next((told[key] for key in ("code", "type", "status") if told.get(key) not in (None, "")), "")
    return Fault(_word(told.get("message") or told), _word(code))


def _word(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return whole_characters(text)[:LONGEST_WORD]


def whole_characters(text: str) -> str:
    """Two halves of a character that came one after the other as one; a lone half as the replacement character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _openai(value: dict[str, Any]) -> Delta:
    choices = [choice for choice in value["choices"] if isinstance(choice, dict)]
    # Of several answers (`n`) the first is read: the others are the same stream again.
    choice = next((each for each in choices if each.get("index") in (None, 0)), {})
    said = _object(choice, "delta") or _object(choice, "message")
    texts, thoughts = _content(said.get("content"))
    refusal = _text(said, "refusal")
    return Delta(
        Dialect.OPENAI,
        text=texts + _text(choice, "text") + refusal,
        reasoning=thoughts + (_text(said, "reasoning_content") or _text(said, "reasoning")),
        tools=tuple(_openai_tools(said.get("tool_calls"))),
        usage=_object(value, "usage") or _object(_object(value, "x_groq"), "usage"),
        finish=_text(choice, "finish_reason"),
        fault=Fault(choice["finish_reason"]) if choice.get("finish_reason") == "error" else None,
        refusal=bool(refusal),
    )


def _content(content: Any) -> tuple[str, str]:
    """Text and reasoning of a content that is a string, or Mistral's and Anthropic's list of parts."""
    if isinstance(content, str):
        return content, ""
    parts = _objects(content)
    texts = "".join(_text(part, "text") for part in parts)
    thoughts = "".join(_thought(part.get("thinking")) for part in parts)
    return texts, thoughts


def _thought(thinking: Any) -> str:
    return thinking if isinstance(thinking, str) else "".join(_text(part, "text") for part in _objects(thinking))


def _openai_tools(calls: Any) -> Iterator[ToolPart]:
    for call in _objects(calls):
        function, index = call.get("function"), call.get("index")
        said = (_text(function, "name"), _text(function, "arguments")) if isinstance(function, dict) else ("", "")
        yield ToolPart(index if type(index) is int else None, _text(call, "id"), *said)


def _anthropic_start(value: dict[str, Any]) -> Delta:
    return Delta(Dialect.ANTHROPIC, usage=_object(_object(value, "message"), "usage"))


def _anthropic_block(value: dict[str, Any]) -> Delta:
    block = _object(value, "content_block")
    texts, thoughts = _content([block])
    return Delta(Dialect.ANTHROPIC, texts, thoughts, tuple(_anthropic_tool(block, value.get("index"))))


def _anthropic_tool(block: dict[str, Any], index: Any) -> Iterator[ToolPart]:
    if block.get("type") == "tool_use":
        given = block.get("input")
        arguments = json.dumps(given, ensure_ascii=False) if given else ""
        yield ToolPart(index if type(index) is int else None, _text(block, "id"), _text(block, "name"), arguments)


def _anthropic_delta(value: dict[str, Any]) -> Delta:
    delta, index = _object(value, "delta"), value.get("index")
    arguments = _text(delta, "partial_json")
    tools = (ToolPart(index, arguments=arguments),) if arguments and type(index) is int else ()
    return Delta(Dialect.ANTHROPIC, _text(delta, "text"), _text(delta, "thinking"), tools)


def _anthropic_end(value: dict[str, Any]) -> Delta:
    finish = _text(_object(value, "delta"), "stop_reason")
    return Delta(Dialect.ANTHROPIC, usage=_object(value, "usage"), finish=finish)


def _anthropic_whole(value: dict[str, Any]) -> Delta:
    texts, thoughts = _content(value.get("content"))
    tools = tuple(part for block in _objects(value.get("content")) for part in _anthropic_tool(block, None))
    return Delta(Dialect.ANTHROPIC, texts, thoughts, tools, _object(value, "usage"), _text(value, "stop_reason"))


def _anthropic_stop(_value: dict[str, Any]) -> Delta:
    return Delta(Dialect.ANTHROPIC, done=True)


def _anthropic_silence(_value: dict[str, Any]) -> Delta:
    return Delta(Dialect.ANTHROPIC)


ANTHROPIC_EVENTS: Final[Mapping[str, Callable[[dict[str, Any]], Delta]]] = {
    "message_start": _anthropic_start,
    "content_block_start": _anthropic_block,
    "content_block_delta": _anthropic_delta,
    "content_block_stop": _anthropic_silence,
    "message_delta": _anthropic_end,
    "message_stop": _anthropic_stop,
    "message": _anthropic_whole,
    "ping": _anthropic_silence,
}


def _gemini(value: dict[str, Any]) -> Delta:
    candidate = next(iter(_objects(value.get("candidates"))), {})
    parts = _objects(_object(candidate, "content").get("parts"))
    calls = [_object(part, "functionCall") for part in parts if "functionCall" in part]
    return Delta(
        Dialect.GEMINI,
        text="".join(_text(part, "text") for part in parts if part.get("thought") is not True),
        reasoning="".join(_text(part, "text") for part in parts if part.get("thought") is True),
        tools=tuple(ToolPart(None, _text(call, "id"), _text(call, "name"), _arguments(call)) for call in calls),
        usage=_object(value, "usageMetadata"),
        # A prompt that was refused has no candidate to finish.
        finish=_text(candidate, "finishReason") or _text(_object(value, "promptFeedback"), "blockReason"),
    )


def _arguments(call: dict[str, Any]) -> str:
    return json.dumps(call.get("args") or {}, ensure_ascii=False)


def _object(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
