"""The request that asks a provider for a streamed completion, in its own dialect. Pure.

Sources: OpenAI "Create chat completion", Anthropic "Create a Message", Gemini "streamGenerateContent".
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from costcalc.streaming.dialects import Dialect
from costcalc.streaming.endpoints import Endpoint

_JSON: Final = json.JSONEncoder(ensure_ascii=False)
ANTHROPIC_VERSION: Final = "2023-06-01"
# Anthropic has no default: without a number it answers 400.
ANTHROPIC_TOKENS: Final = 1024
# OpenAI's own newer models refuse `max_tokens`; other providers know no other name.
NEWER_NAME: Final = frozenset({"openai"})


@dataclass(frozen=True, slots=True)
class Call:
    """One POST. The headers hold the key: they are never shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which model. `extra` is added to the body as it is."""

    model: str
    prompt: str
    max_tokens: int | None = None
    seed: int | None = None
    stream: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


def completion_call(endpoint: Endpoint, question: Question, key: str = "") -> Call:
    """The request for a completion; an empty key sends none. Raises ValueError for a key that no header can hold."""
    if not (key.isascii() and key.isprintable()):
        raise ValueError("A key is one line of ASCII characters.")
    return _MADE[endpoint.dialect](endpoint, question, key)


def _openai(endpoint: Endpoint, question: Question, key: str) -> Call:
    limit = "max_completion_tokens" if endpoint.name in NEWER_NAME else "max_tokens"
    body = {
        "model": question.model,
        "messages": [{"role": "user", "content": question.prompt}],
        limit: question.max_tokens,
        "seed": question.seed,
        "stream": True if question.stream else None,
        "stream_options": {"include_usage": True} if question.stream else None,
    }
    return _call(
        f"{endpoint.base_url}/chat/completions", {"authorization": f"Bearer {key}"} if key else {}, body, question
    )


def _anthropic(endpoint: Endpoint, question: Question, key: str) -> Call:
    body = {
        "model": question.model,
        "max_tokens": question.max_tokens or ANTHROPIC_TOKENS,
        "messages": [{"role": "user", "content": question.prompt}],
        "stream": True if question.stream else None,
    }
    headers = {"anthropic-version": ANTHROPIC_VERSION} | ({"x-api-key": key} if key else {})
    return _call(f"{endpoint.base_url}/messages", headers, body, question)


def _gemini(endpoint: Endpoint, question: Question, key: str) -> Call:
    config = {"maxOutputTokens": question.max_tokens, "seed": question.seed}
    body = {
        "contents": [{"role": "user", "parts": [{"text": question.prompt}]}],
        "generationConfig": {name: value for name, value in config.items() if value is not None} or None,
    }
    verb = "streamGenerateContent?alt=sse" if question.stream else "generateContent"
    # Never `?key=`: addresses are logged on their way.
    url = f"{endpoint.base_url}/models/{quote(question.model, safe='')}:{verb}"
    return _call(url, {"x-goog-api-key": key} if key else {}, body, question)


def _call(url: str, headers: Mapping[str, str], body: Mapping[str, Any], question: Question) -> Call:
    said = {name: value for name, value in {**body, **question.extra}.items() if value is not None}
    accept = "text/event-stream" if question.stream else "application/json"
    common = {"content-type": "application/json", "accept": accept, "accept-encoding": "identity"}
    return Call(url, {**common, **headers}, _JSON.encode(said).encode("utf-8", "replace"))


_MADE: Final[Mapping[Dialect, Callable[[Endpoint, Question, str], Call]]] = {
    Dialect.OPENAI: _openai,
    Dialect.ANTHROPIC: _anthropic,
    Dialect.GEMINI: _gemini,
}
