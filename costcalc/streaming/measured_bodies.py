"""Figures as the browser sends them: finite, within bounds, in no contradiction with each other."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from costcalc.secrets import without_key
from costcalc.streaming import counts
from costcalc.streaming.completion import End
from costcalc.streaming.measurements import Measurement
from costcalc.wire.exact import Within, name
from costcalc.wire.problem import Fault, locate
from costcalc.wire.strict_json import BadJSONError, loads

MOST_AT_ONCE: Final = 40
# Milliseconds of an hour: no relay keeps a stream for longer.
LONGEST: Final = "3600000"
COUNTS: Final = frozenset(name for places in (counts.OPENAI, counts.ANTHROPIC, counts.GEMINI) for name in places)
TIMES: Final = {
    "connect": "connect_us",
    "upstream": "upstream_us",
    "ttft": "ttft_us",
    "reasoning_ttft": "reasoning_us",
    "between_p50": "between_p50_us",
    "between_p95": "between_p95_us",
    "between_p99": "between_p99_us",
    "span": "span_us",
    "total": "total_us",
}
SAME: Final = (
    *("provider", "model", "transport", "status", "chunks", "tokens", "received", "resumed", "attempts"),
    *("batch", "place"),
)

Milliseconds = Annotated[Decimal, Within("0", LONGEST)]
Count = Annotated[int, Field(strict=True, ge=0, le=10**9)]
Few = Annotated[int, Field(strict=True, ge=0, le=100)]


class MeasuredIn(BaseModel):
    """The figures of one stream; times in milliseconds since it was asked for, null where unknown."""

    model_config = ConfigDict(extra="forbid")

    provider: Annotated[str, Field(max_length=40), AfterValidator(without_key)]
    model: Annotated[str, Field(max_length=200), AfterValidator(without_key)]
    transport: Literal["sse", "websocket"]
    end: End
    status: Annotated[int, Field(strict=True, ge=100, le=599)] | None = None
    connect: Milliseconds | None = None
    upstream: Milliseconds | None = None
    ttft: Milliseconds | None = None
    reasoning_ttft: Milliseconds | None = None
    between_p50: Milliseconds | None = None
    between_p95: Milliseconds | None = None
    between_p99: Milliseconds | None = None
    span: Milliseconds | None = None
    total: Milliseconds
    chunks: Count
    tokens: Count | None = None
    received: Count
    resumed: Few = 0
    attempts: Few = 1
    usage: dict[str, Count] | None = Field(None, max_length=len(COUNTS))
    priced_as: Annotated[str, Field(max_length=300), AfterValidator(without_key)] = ""
    batch: str = Field("", max_length=32, pattern="^([0-9a-f]{32})?$")
    place: Annotated[int, Field(strict=True, ge=0, lt=MOST_AT_ONCE)] = 0

    @model_validator(mode="after")
    def consistent(self) -> MeasuredIn:
        """Raises ValueError for what no stream can have measured."""
        name(self.model)
        within = (self.connect, self.ttft, self.reasoning_ttft, self.span)
        if any(value is not None and value > self.total for value in within):
            raise ValueError("no part of a stream takes longer than the whole")
        gaps = [gap for gap in (self.between_p50, self.between_p95, self.between_p99) if gap is not None]
        if gaps != sorted(gaps) or len(gaps) not in {0, 3} or bool(gaps) != (self.chunks > 1):
            raise ValueError("from two chunks on there are three percentiles of their gaps, in order; before, none")
        if unknown := set(self.usage or ()) - COUNTS:
            raise ValueError(f"{min(unknown)!r} is no count of a completion")
        return self

    def row(self) -> Measurement:
        """As it is kept, but for its owner and its price."""
        times = {field: microseconds(getattr(self, name)) for name, field in TIMES.items()}
        return Measurement(
            **times, **{field: getattr(self, field) for field in SAME}, end=self.end.value, usage=self.usage or {}
        )


_BODY: Final = TypeAdapter(Annotated[list[MeasuredIn], Field(min_length=1, max_length=MOST_AT_ONCE)])


class NotMeasuredError(ValueError):
    """What was sent are no figures; `faults` say where, in the words of the API."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("These are no figures of streams.")
        self.faults = faults


def read_measured(text: str) -> list[MeasuredIn]:
    """The figures in a JSON list. Raises NotMeasuredError."""
    try:
        document: Any = loads(text.encode("utf-8", "surrogatepass"))
        return _BODY.validate_python(document)
    except BadJSONError as error:
        raise NotMeasuredError([Fault(pointer="", detail=str(error))]) from None
    except ValidationError as error:
        faults = [Fault(pointer=locate(document, found["loc"]), detail=found["msg"]) for found in error.errors()]
        raise NotMeasuredError(faults) from None


def microseconds(milliseconds: Decimal | None) -> int | None:
    """Whole microseconds, half up."""
    return None if milliseconds is None else int((milliseconds * 1000).to_integral_value(ROUND_HALF_UP))
