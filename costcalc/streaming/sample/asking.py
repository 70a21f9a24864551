"""What is asked of the built-in provider: the body of a chat completion, held to OpenAI's rules. Pure.

What would change the answer and cannot be done here (several answers, logprobs, JSON, audio) is refused rather
than passed over; what only tunes a real model (temperature, penalties …) is checked, and changes nothing.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from costcalc.streaming.sample.refusals import RefusedError
from costcalc.streaming.sample.tokens import count
from costcalc.streaming.sample.wrong import first_wrong
from costcalc.wire.strict_json import BadJSONError, loads

MOST_TOKENS: Final = 4096
# OpenAI's own overhead: three tokens a message and one for its role, three for the beginning of the answer.
A_MESSAGE: Final = 4
THE_ANSWER: Final = 3
CANNOT: Final = frozenset({"audio", "function_call", "functions", "moderation", "prediction", "web_search_options"})
WITHOUT_EFFECT: Final = frozenset(
    {
        "logit_bias",
        "metadata",
        "modalities",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "safety_identifier",
        "service_tier",
        "store",
        "user",
        "verbosity",
    }
)


def _as_float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


Number = Annotated[float, BeforeValidator(_as_float), Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True)]


class Loose(BaseModel):
    """An object of which only a part is read."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Strict(BaseModel):
    """An object that has these members and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Loose):
    """One part of a message; a picture or a sound is taken, and not looked at."""

    type: Text
    text: Text = ""


class Message(Loose):
    """One turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """What is written in it."""
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(Strict):
    """How a stream is to be told."""

    include_usage: Flag = False
    include_obfuscation: Flag = False


class Function(Loose):
    """What a model may call; `parameters` is a JSON schema."""

    name: Annotated[str, Field(strict=True, pattern="^[a-zA-Z0-9_-]{1,64}$")]
    parameters: dict[str, Any] = Field(default_factory=dict)


class Tool(Loose):
    """A tool on offer."""

    type: Literal["function"]
    function: Function


class ChosenTool(Loose):
    """The one tool that must be called."""

    type: Literal["function"]
    function: Function


class ResponseFormat(Strict):
    """Plain text is the only form."""

    type: Literal["text"]


class Asked(Strict):
    """A request for a completion that can be served."""

    model: Text
    messages: Annotated[list[Message], Field(min_length=1, max_length=2048)]
    stream: Flag = False
    stream_options: StreamOptions | None = None
    seed: Annotated[Whole, Field(ge=-(2**63), lt=2**63)] | None = None
    max_tokens: Annotated[Whole, Field(ge=1, le=MOST_TOKENS)] | None = None
    max_completion_tokens: Annotated[Whole, Field(ge=1, le=MOST_TOKENS)] | None = None
    stop: Text | Annotated[list[Text], Field(min_length=1, max_length=4)] = Field(default_factory=list)
    tools: Annotated[list[Tool], Field(min_length=1, max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ChosenTool = "auto"
    parallel_tool_calls: Flag = True
    n: Annotated[Whole, Field(ge=1, le=1)] = 1
    logprobs: Literal[False] = False
    top_logprobs: Annotated[Whole, Field(ge=0, le=0)] = 0
    response_format: ResponseFormat | None = None
    temperature: Annotated[Number, Field(ge=0, le=2)] = 1
    top_p: Annotated[Number, Field(ge=0, le=1)] = 1
    presence_penalty: Annotated[Number, Field(ge=-2, le=2)] = 0
    frequency_penalty: Annotated[Number, Field(ge=-2, le=2)] = 0
    sample_pace: Annotated[Number, Field(ge=0, le=10)] = 1

    @model_validator(mode="before")
    @classmethod
    def without_what_says_nothing(cls, given: Any) -> Any:
        """OpenAI takes null as if a member were absent; what has no effect here is left out."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None and name not in WITHOUT_EFFECT}

    @property
    def limit(self) -> int:
        """Tokens that the answer may have."""
        return self.max_completion_tokens or self.max_tokens or MOST_TOKENS

    @property
    def stops(self) -> list[str]:
        """Before the first of these the text ends."""
        stops = [self.stop] if isinstance(self.stop, str) else self.stop
        return [stop for stop in stops if stop]

    @property
    def must_call(self) -> bool:
        """Whether a tool has to be called, whatever the model would rather do."""
        return self.tool_choice == "required" or isinstance(self.tool_choice, ChosenTool)

    @property
    def prompt(self) -> str:
        """The last thing that the user said."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the whole conversation so far."""
        return THE_ANSWER + sum(A_MESSAGE + count(message.text) for message in self.messages)


def read(body: bytes) -> Asked:
    """The request in a body. Raises RefusedError."""
    try:
        given = loads(body)
    except BadJSONError as error:
        raise RefusedError(400, f"We could not parse the JSON body of your request: {error}") from None
    if not isinstance(given, dict):
        raise RefusedError(400, "Invalid body: expected a JSON object.")
    for name in sorted(CANNOT & {name for name, value in given.items() if value is not None}):
        raise RefusedError(
            400, f"Unsupported parameter: '{name}' is not supported by this provider.", "unsupported_parameter", name
        )
    try:
        asked = Asked.model_validate(given)
    except ValidationError as error:
        raise first_wrong(error, given) from None
    for message, param in _at_odds(asked, given):
        raise RefusedError(400, message, "invalid_value", param)
    return asked


def _at_odds(asked: Asked, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What does not go together: what is said of it, and the member."""
    if asked.stream_options and not asked.stream:
        yield "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options"
    if given.get("tool_choice") is not None and not asked.tools:
        yield "The 'tool_choice' parameter is only allowed when 'tools' are specified.", "tool_choice"
    elif isinstance(asked.tool_choice, ChosenTool):
        name = asked.tool_choice.function.name
        if name not in {tool.function.name for tool in asked.tools or []}:
            yield "Invalid value for 'tool_choice': no function of this name is in 'tools'.", "tool_choice"
