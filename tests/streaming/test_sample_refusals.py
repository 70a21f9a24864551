"""What the built-in provider refuses, in OpenAI's words and shape; without a server."""

import json
from typing import Any

import pytest

from costcalc.streaming.sample.asking import MOST_TOKENS, read
from costcalc.streaming.sample.refusals import RefusedError
from tests.streaming.sampled import body

TOOLS = [{"type": "function", "function": {"name": "one"}}]


def refused(**changes: Any) -> RefusedError:
    """How a request with these members is refused."""
    with pytest.raises(RefusedError) as caught:
        read(json.dumps(body(**changes)).encode())
    return caught.value


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"model": 3}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"stream": "yes"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"stream": False, "stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream_options": {"include": True}}, "stream_options.include"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": MOST_TOKENS + 1}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_completion_tokens": 10**50}, "max_completion_tokens"),
        ({"sample_pace": -1}, "sample_pace"),
        ({"sample_pace": 11}, "sample_pace"),
        ({"sample_pace": "1"}, "sample_pace"),
        ({"temperature": 2.1}, "temperature"),
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"tools": [{"type": "function", "function": {"name": "no spaces"}}]}, "tools[0].function.name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": "sometimes", "tools": TOOLS}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "other"}}, "tools": TOOLS}, "tool_choice"),
        ({"functions": [{"name": "x"}]}, "functions"),
        ({"audio": {}}, "audio"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_wrong_body_is_refused_by_the_name_of_what_is_wrong(members: dict[str, Any], param: str) -> None:
    error = refused(**members)
    assert (error.status, error.param, error.kind) == (400, param, "invalid_request_error")


ROLES = "'system', 'developer', 'user', 'assistant', 'tool' or 'function'"


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        (
            {"messages": []},
            "empty_array",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        ),
        ({"messages": None}, "missing_required_parameter", "Missing required parameter: 'messages'."),
        (
            {"messages": "x"},
            "invalid_type",
            "Invalid type for 'messages': expected an array, but got a string instead.",
        ),
        (
            {"messages": [{"role": "wizard"}]},
            "invalid_value",
            f"Invalid value for 'messages[0].role'. Supported values are: {ROLES}.",
        ),
        (
            {"messages": [{"role": "user", "content": 3}]},
            "invalid_type",
            "Invalid type for 'messages[0].content': expected one of a string or an array, but got an integer instead.",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": 3}]}]},
            "invalid_type",
            "Invalid type for 'messages[0].content[0].type': expected a string, but got an integer instead.",
        ),
        (
            {"max_tokens": 0},
            "integer_below_min_value",
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1.",
        ),
        (
            {"temperature": 2.5},
            "decimal_above_max_value",
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2.",
        ),
        (
            {"stop": ["a"] * 5},
            "array_above_max_length",
            (
                "Invalid 'stop': array too long. "
                "Expected an array with maximum length 4, but got an array with length 5 instead."
            ),
        ),
        ({"logprobs": True}, "invalid_value", "Invalid value for 'logprobs'. Supported values are: false."),
        ({"seed": 1.5}, "invalid_type", "Invalid type for 'seed': expected an integer, but got a decimal instead."),
        ({"nonsense": 1}, "unknown_parameter", "Unknown parameter: 'nonsense'."),
        ({"a/b": 1}, "unknown_parameter", "Unknown parameter: 'a/b'."),
    ],
)
def test_a_refusal_reads_as_openai_writes_it(members: dict[str, Any], code: str, message: str) -> None:
    error = refused(**members)
    assert (error.message, error.code) == (message, code)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"model": NaN}',
        b'{"model": 1e999}',
        b'{"model": "a", "model": "b"}',
        b'{"messages": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"seed": ' + b"9" * 30_000 + b"}",
        b'{"model": "sample-plain", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "sample-plain"}',
        b'{"messages": [{"role": "user", "content": "x"}]}',
    ],
)
def test_a_body_that_is_no_request_is_a_400(text: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        read(text)
    assert caught.value.status == 400
    assert set(json.loads(caught.value.encode())["error"]) == {"message", "type", "param", "code"}


def test_the_refusal_repeats_nothing_of_what_was_sent() -> None:
    secret = "sk-proj-do-not-repeat-me"
    for members in (
        {"model": 3, "user": secret},
        {"seed": secret},
        {"messages": [{"role": secret}]},
        {"stop": [secret] * 9},
    ):
        assert secret.encode() not in refused(**members).encode()
