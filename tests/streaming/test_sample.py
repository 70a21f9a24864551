"""What the built-in provider says, to whom, and when; without a server."""

import json
import statistics
import unicodedata
from contextlib import suppress
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import completion_create_params

from costcalc.streaming.completion import End
from costcalc.streaming.sample import MODELS
from costcalc.streaming.sample.answering import fitting
from costcalc.streaming.sample.asking import CANNOT, MOST_TOKENS, WITHOUT_EFFECT, Asked, read
from costcalc.streaming.sample.faults import FAULTS
from costcalc.streaming.sample.pace import BETWEEN_TOKENS, FIRST_TOKEN, waits
from costcalc.streaming.sample.refusals import RefusedError
from costcalc.streaming.sample.serving import HEALTHY, served
from costcalc.streaming.sample.texts import PARAGRAPHS, THOUGHTS, answer_text, language_of
from costcalc.streaming.sample.tokens import LONGEST_WORD, tokens
from tests.streaming.sampled import CAU_HOI, PROMPT, body, pieces, reading

# In the order of the plan: healthy and plain first, faults after all that is healthy.
LISTED = [
    "sample-plain",
    "sample-vietnamese",
    "sample-reasoning",
    "sample-tools",
    "fault-one-piece",
    "fault-silent-start",
    "fault-silent-middle",
    "fault-cut",
    "fault-no-done",
    "fault-no-usage",
    "fault-split",
    "fault-crlf",
    "fault-comments",
    "fault-error-inside",
    "fault-401",
    "fault-429",
    "fault-500",
    "fault-long-line",
    "fault-invalid-utf8",
    "fault-buffered",
]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer", "minimum": 3, "maximum": 5},
        "unit": {"enum": ["C", "F"]},
        "share": {"const": 0.5},
        "exact": {"type": ["null", "boolean"]},
        "places": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
}


def test_the_models_are_listed_in_order_and_each_is_served() -> None:
    assert [model.id for model in MODELS] == LISTED
    assert [model.id for model in MODELS if not model.is_fault] == list(HEALTHY)
    assert [model.id for model in MODELS if model.is_fault] == list(FAULTS)


@pytest.mark.parametrize("seed", range(40))
def test_the_plain_model_answers_in_at_least_60_chunks_and_counts_them(seed: int) -> None:
    usage: dict[str, Any] = {"stream_options": {"include_usage": True}}
    for prompt in (PROMPT, CAU_HOI):
        sent = pieces(seed=seed, prompt=prompt, **usage)
        read_back = reading(seed=seed, prompt=prompt, **usage)
        assert len(sent) >= 64
        # The role, the finish reason, the usage and the closing mark are no tokens.
        assert read_back.usage is not None
        assert read_back.usage["output_tokens"] == len(sent) - 4
        assert read_back.end == End.COMPLETE
        assert read_back.finish == "stop"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_text() -> None:
    assert pieces(seed=7) == pieces(seed=7)
    texts = {reading(seed=seed).text for seed in range(50)}
    assert len(texts) > 40
    assert {reading(seed=seed).text for seed in (-1, 2**63 - 1, -(2**63))} - texts


def test_an_answer_is_running_text_of_three_paragraphs_of_its_language() -> None:
    for language, paragraphs in PARAGRAPHS.items():
        text = answer_text(language, 11)
        assert [text.count(each) for each in paragraphs].count(1) == 3
        assert text.count("\n\n") == 2
        # Every one has characters of several bytes, for what is cut within them.
        assert all(not each.isascii() for each in paragraphs)


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        (PROMPT, "en"),
        (CAU_HOI, "vi"),
        ("Xin chào, SSE là gì?", "vi"),
        ("Giải thích", "vi"),
        (unicodedata.normalize("NFD", "Giải thích"), "vi"),
        ("Café à la carte, señor? Où êtes-vous?", "en"),
        ("Qualità e libertà", "en"),
        ("", "en"),
    ],
)
def test_the_answer_is_in_the_prompt_s_language(prompt: str, language: str) -> None:
    assert language_of(prompt) == language
    assert any(each in reading(prompt=prompt).text for each in PARAGRAPHS[language_of(prompt)])


def test_the_vietnamese_model_answers_in_vietnamese_to_anybody() -> None:
    assert any(each in reading("sample-vietnamese", prompt=PROMPT).text for each in PARAGRAPHS["vi"])


def test_thoughts_come_first_and_are_counted_within_the_output() -> None:
    asked = reading("sample-reasoning", seed=5, stream_options={"include_usage": True})
    assert asked.reasoning in THOUGHTS["en"]
    assert asked.usage is not None
    assert asked.usage["output_reasoning_tokens"] == len(tokens(asked.reasoning))
    assert asked.usage["output_tokens"] == len(tokens(asked.reasoning)) + len(tokens(asked.text))
    order = [b"reasoning_content" in piece.data for piece in pieces("sample-reasoning", seed=5)][1:-2]
    assert order == sorted(order, reverse=True)
    assert reading("sample-reasoning", max_tokens=9).text == ""


def test_a_tool_of_the_request_is_called_with_arguments_that_fit_its_schema() -> None:
    tools = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
    asked = reading("sample-tools", tools=tools)
    (call,) = asked.tools
    arguments = json.loads(call.arguments)
    assert (asked.finish, call.name, asked.text) == ("tool_calls", "weather", "")
    assert arguments.keys() == SCHEMA["properties"].keys()
    assert arguments["days"] in {3, 4, 5}
    assert arguments["unit"] in {"C", "F"}
    assert arguments["share"] == 0.5
    assert arguments["exact"] in {True, False}
    assert arguments["places"] == [{"name": "sample"}]


def test_tools_are_called_as_the_request_wants_them() -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("one", "two")]
    chosen = {"type": "function", "function": {"name": "two"}}
    assert reading("sample-tools").tools[0].name == "look_up_price"
    assert reading("sample-tools", tools=tools).tools[0].name == "one"
    assert reading("sample-tools", tools=tools, tool_choice=chosen).tools[0].name == "two"
    assert reading("sample-tools", tools=tools, tool_choice="none").tools == ()
    result = [{"role": "user", "content": "x"}, {"role": "tool", "tool_call_id": "c", "content": "8"}]
    assert reading("sample-tools", messages=result).finish == "stop"
    assert reading("sample-tools", messages=result, tools=tools, tool_choice="required").finish == "tool_calls"


@pytest.mark.parametrize("model", ["sample-plain", "sample-vietnamese", "sample-reasoning", "fault-split"])
def test_a_tool_that_must_be_called_is_called_by_every_model(model: str) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("one", "two")]
    assert reading(model, tools=tools).tools == ()
    required = reading(model, tools=tools, tool_choice="required")
    assert ([call.name for call in required.tools], required.text, required.finish) == (["one"], "", "tool_calls")
    chosen = reading(model, tools=tools, tool_choice={"type": "function", "function": {"name": "two"}})
    assert [call.name for call in chosen.tools] == ["two"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: (
            st.lists(each)
            | st.dictionaries(st.sampled_from(["type", "properties", "items", "enum", "const", "minimum", "x"]), each)
        ),
    )
)
def test_whatever_a_schema_is_something_is_given(schema: Any) -> None:
    json.dumps(fitting(schema, 3))


def test_an_answer_ends_where_it_may_go_no_further() -> None:
    short = reading(max_tokens=5, stream_options={"include_usage": True})
    assert (short.finish, len(tokens(short.text))) == ("length", 5)
    assert short.usage is not None
    assert short.usage["output_tokens"] == 5
    assert reading(max_completion_tokens=5, max_tokens=9).text == short.text
    assert reading(max_tokens=MOST_TOKENS).finish == "stop"
    whole = reading().text
    assert reading(stop="\n\n").text == whole.partition("\n\n")[0]
    assert reading(stop=["\n\n", ".", ""]).text == whole.partition(".")[0]
    nothing = reading(stop=whole[0])
    assert (nothing.text, nothing.finish, nothing.end) == ("", "stop", End.COMPLETE)


@given(st.text(max_size=200))
def test_tokens_are_the_text_however_it_is_written(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert all(0 < len(token) <= LONGEST_WORD + 1 or token.isspace() for token in tokens(text))


def test_tokens_of_running_text_are_about_as_long_as_a_tokenizer_s() -> None:
    lengths = [len(text) / len(tokens(text)) for text in PARAGRAPHS["en"]]
    assert 4 <= statistics.mean(lengths) <= 5


def test_waits_follow_the_stated_distribution() -> None:
    first = sorted(waits(1, seed, 1)[0] for seed in range(2000))
    between = sorted(waits(2000, 1, 1)[1:])
    assert first[1000] == pytest.approx(FIRST_TOKEN.median, rel=0.03)
    assert first[1900] == pytest.approx(0.295, rel=0.05)
    assert between[1000] == pytest.approx(BETWEEN_TOKENS.median, rel=0.03)
    assert between[1900] == pytest.approx(0.036, rel=0.05)
    assert waits(50, 3, 1) == waits(50, 3, 1)
    assert waits(50, 3, 0.5) == pytest.approx([wait / 2 for wait in waits(50, 3, 1)])
    assert set(waits(50, 3, 0)) == {0.0}
    assert waits(0, 3, 1) == []


def test_every_member_that_the_sdk_can_send_is_known() -> None:
    params = completion_create_params
    sent = {*params.CompletionCreateParamsBase.__annotations__, *params.CompletionCreateParamsStreaming.__annotations__}
    assert sent <= Asked.model_fields.keys() | CANNOT | WITHOUT_EFFECT
    assert not CANNOT & Asked.model_fields.keys()


def test_what_only_tunes_a_real_model_is_taken_and_changes_nothing() -> None:
    tuned: dict[str, Any] = {
        "temperature": 0.5,
        "top_p": 1,
        "logit_bias": {"1": 2},
        "user": "me",
        "metadata": {"a": "b"},
        "store": True,
    }
    assert reading(**tuned, reasoning_effort="low", seed=1).text == reading().text
    nothing: dict[str, Any] = dict.fromkeys(
        ["temperature", "max_tokens", "tools", "stop", "stream_options", "response_format"]
    )
    assert reading(**nothing).text == reading().text
    parts = [{"role": "user", "content": [{"type": "text", "text": CAU_HOI}, {"type": "image_url", "image_url": {}}]}]
    assert any(each in reading(messages=parts).text for each in PARAGRAPHS["vi"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({*Asked.model_fields, *CANNOT, *WITHOUT_EFFECT})), JSON, max_size=6))
def test_whatever_is_in_a_body_it_is_served_or_refused(members: dict[str, Any]) -> None:
    with suppress(RefusedError):
        assert list(served(read(json.dumps({**body(), **members}).encode()), 1, "test", 1).pieces)


def test_roles_of_messages_are_openai_s() -> None:
    roles = get_args(Asked.model_fields["messages"].annotation)[0].model_fields["role"].annotation
    assert set(get_args(roles)) == {"system", "developer", "user", "assistant", "tool", "function"}
