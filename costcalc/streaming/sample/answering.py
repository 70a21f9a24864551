"""A completion before it is sent: which tokens, in which order, and why it ends. Pure."""

import json
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from typing import Any, Final

from costcalc.streaming.sample.asking import Asked, ChosenTool, Function
from costcalc.streaming.sample.texts import Language, answer_text, chance, language_of, thoughts
from costcalc.streaming.sample.tokens import tokens

# Called where the request brings no tool of its own.
OWN_TOOL: Final = Function(
    name="look_up_price",
    parameters={
        "type": "object",
        "properties": {
            "provider": {"const": "openai"},
            "model": {"const": "gpt-4.1"},
            "unit": {"enum": ["input_mtok", "cache_read_mtok", "output_mtok"]},
            "requests_per_day": {"const": 50_000},
        },
    },
)
DEEPEST: Final = 5


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool; `arguments` is JSON in tokens."""

    id: str
    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said. `finish` is OpenAI's finish reason."""

    thoughts: tuple[str, ...]
    text: tuple[str, ...]
    call: Call | None
    finish: str

    @property
    def completion_tokens(self) -> int:
        """Everything that was made; what was thought is part of it."""
        return len(self.thoughts) + len(self.text) + (len(self.call.arguments) if self.call else 0)


def answer(
    asked: Asked, seed: int, *, language: Language | None = None, thinks: bool = False, calls: bool = False
) -> Answer:
    """The answer to a request; `language` None is the prompt's own. `calls` is a model that calls a tool unasked."""
    spoken = language or language_of(asked.prompt)
    thought = tokens(thoughts(spoken, seed)) if thinks else []
    function = _function(asked) if calls or asked.must_call else None
    said = [] if function else tokens(_until(answer_text(spoken, seed), asked.stops))
    arguments = tokens(json.dumps(fitting(function.parameters, seed), ensure_ascii=False)) if function else []
    return _within(asked.limit, thought, said, (function, arguments), seed)


def _within(
    limit: int, thought: list[str], said: list[str], called: tuple[Function | None, list[str]], seed: int
) -> Answer:
    """The answer as far as it may go."""
    function, arguments = called
    left = max(0, limit - len(thought))
    cut = len(thought) + len(said) + len(arguments) > limit
    call = Call(f"call_{seed % 2**64:016x}", function.name, tuple(arguments[:left])) if function and left else None
    finish = "length" if cut else "tool_calls" if call else "stop"
    return Answer(tuple(thought[:limit]), tuple(said[:left]), call, finish)


def _until(text: str, stops: list[str]) -> str:
    """The text before the first of these."""
    found = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(found)] if found else text


def _function(asked: Asked) -> Function | None:
    """What is to be called; None where the caller wants none, or has brought what the last call gave."""
    if asked.tool_choice == "none" or (asked.messages[-1].role == "tool" and not asked.must_call):
        return None
    offered = [tool.function for tool in asked.tools or []] or [OWN_TOOL]
    if isinstance(asked.tool_choice, ChosenTool):
        wanted = asked.tool_choice.function.name
        return next(function for function in offered if function.name == wanted)
    return offered[0]


def fitting(schema: Any, seed: int, depth: int = 0) -> Any:
    """A value that fits a JSON schema of the usual kind; the same one for the same seed."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return None
    if "const" in schema:
        return _plain(schema["const"])
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return _plain(schema["enum"][int(chance(seed, "enum").integers(len(schema["enum"])))])
    return _of_kind(schema, seed, depth)


def _of_kind(schema: dict[str, Any], seed: int, depth: int) -> Any:
    kind = schema.get("type")
    kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    if isinstance(schema.get("properties"), dict):
        return {name: fitting(each, seed, depth + 1) for name, each in schema["properties"].items()}
    if kind == "array":
        return [fitting(schema.get("items", {}), seed, depth + 1)]
    if kind in {"integer", "number"}:
        return _number(schema, int(chance(seed, "number").integers(1, 100)))
    plain: dict[Any, Any] = {"string": "sample", "boolean": seed % 2 == 0, "object": {}}
    return plain.get(kind)


def _plain(value: Any) -> Any:
    """A value of a schema as JSON can write it: its fractions were read exactly."""
    return json.loads(json.dumps(value, default=float))


def _bound(value: Any) -> int | Decimal | None:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _number(schema: dict[str, Any], drawn: int) -> int:
    """A whole number within the schema's bounds, where they leave room for one."""
    low, high = _bound(schema.get("minimum")), _bound(schema.get("maximum"))
    drawn = drawn if low is None else max(drawn, ceil(low))
    return drawn if high is None else min(drawn, floor(high))
