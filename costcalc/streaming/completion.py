"""A completion, put together from its events, and how it ended. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from costcalc.streaming import counts
from costcalc.streaming.dialects import PLACES, Delta, Dialect, Fault, ToolPart, delta_of, whole_characters
from costcalc.streaming.events import Event


class End(StrEnum):
    """How a stream ended. An error beats everything; a stream that was cut is never complete."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    ERROR = "error"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the model asks for; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A completion as far as it came. `usage` is in genai-prices' names, None where none was reported.

    `refusal` says that the model refused, and that its refusal is in the text.
    """

    text: str
    reasoning: str
    tools: tuple[ToolCall, ...]
    usage: dict[str, int] | None
    finish: str
    fault: Fault | None
    end: End
    dialect: Dialect | None
    done: bool
    unreadable: int
    refusal: bool = False


class Reader:
    """Takes the events of one completion as they come. What only passes by is not kept: its reading has no text."""

    def __init__(self, *, keep: bool = True) -> None:
        self.keep = keep
        self.dialect: Dialect | None = None
        self.finish = ""
        self.fault: Fault | None = None
        self.done = False
        self.unreadable = 0
        self.refusal = False
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._usage: dict[str, Any] = {}
        self._tools: dict[int, list[ToolPart]] = {}
        # The highest of their numbers; -1 while there is none.
        self._last = -1

    def take(self, event: Event) -> Delta:
        """Add one event; what it said is given back, for whoever measures."""
        delta = delta_of(event)
        self.dialect = self.dialect or delta.dialect
        self.finish = delta.finish or self.finish
        self.fault = self.fault or delta.fault
        self.done = self.done or delta.done
        self.unreadable += not delta.readable
        self.refusal = self.refusal or delta.refusal
        # Anthropic reports the input at the beginning and the output at the end; what is later is right.
        self._usage |= {key: value for key, value in delta.usage.items() if value is not None}
        if self.keep:
            self._keep(delta)
        return delta

    def _keep(self, delta: Delta) -> None:
        self._text.append(delta.text)
        self._reasoning.append(delta.reasoning)
        for part in delta.tools:
            place = self._place(part)
            self._last = place if place > self._last or not self._tools else self._last
            self._tools.setdefault(place, []).append(part)

    def fail(self, message: str, code: str = "") -> None:
        """The stream failed outside itself: an HTTP error, or a bound that it broke."""
        self.fault = self.fault or Fault(message, code)

    def reading(self, *, cancelled: bool = False) -> Reading:
        """The completion so far, as if nothing more came; `cancelled` says that its reader left."""
        places = PLACES[self.dialect] if self.dialect else counts.OPENAI
        return Reading(
            text=whole_characters("".join(self._text)),
            reasoning=whole_characters("".join(self._reasoning)),
            tools=tuple(_call(self._tools[place]) for place in sorted(self._tools)),
            usage=counts.counted(self._usage, places) or None,
            finish=self.finish,
            fault=self.fault,
            end=self._end(cancelled=cancelled),
            dialect=self.dialect,
            done=self.done,
            unreadable=self.unreadable,
            refusal=self.refusal,
        )

    def _end(self, *, cancelled: bool) -> End:
        if self.fault:
            return End.ERROR
        if self.done or self.finish:
            return End.COMPLETE
        return End.CANCELLED if cancelled else End.TRUNCATED

    def _place(self, part: ToolPart) -> int:
        if part.number is not None:
            return part.number
        # Without an index, what has an id or a name begins a call, and the rest goes on with the last one.
        return self._last + 1 if part.id or part.name or self._last < 0 else self._last


def read(events: Iterable[Event]) -> Reading:
    """The completion in a whole stream's events."""
    reader = Reader()
    for event in events:
        reader.take(event)
    return reader.reading()


def _call(parts: list[ToolPart]) -> ToolCall:
    first_id = next((part.id for part in parts if part.id), "")
    name = next((part.name for part in parts if part.name), "")
    return ToolCall(first_id, name, "".join(part.arguments for part in parts))
