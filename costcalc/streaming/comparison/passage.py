"""What a client saw of one stream, to the byte and the millisecond, and what follows from several. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from costcalc.streaming.completion import Reader, Reading
from costcalc.streaming.dialects import delta_of
from costcalc.streaming.events import Event

# Two arrivals that are closer than this many milliseconds came in one piece.
TOGETHER_MS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message: when it was read, in milliseconds since the connection was begun, and what it says."""

    at: float
    event: Event


@dataclass(slots=True)
class Passage:
    """One stream over one transport. Times are milliseconds since the client began to connect; sizes are bytes.

    `asked` and `head` are the request and the answer's head, or the two halves of the WebSocket's handshake;
    `received` is all that came after the head, `labels` the part of it that names or numbers the relay's events.
    `compressed` says whether the messages were.
    """

    ready: float | None = None
    asked: int = 0
    head: int = 0
    received: int = 0
    labels: int = 0
    compressed: bool = False
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def tokens(self) -> list[Arrival]:
        """The messages with text of the answer."""
        return [arrival for arrival in self.arrivals if delta_of(arrival.event).text]

    @property
    def texts(self) -> list[str]:
        """The text of each of these."""
        return [delta_of(arrival.event).text for arrival in self.tokens]

    @property
    def first(self) -> float | None:
        """When the first token was there."""
        return next((arrival.at for arrival in self.tokens), None)

    @property
    def last(self) -> float | None:
        """When the last message was there."""
        return self.arrivals[-1].at if self.arrivals else None

    @property
    def payload(self) -> int:
        """Bytes of what the messages say: the provider's JSON."""
        return sum(len(arrival.event.data.encode()) for arrival in self.arrivals)

    @property
    def framing(self) -> float | None:
        """Bytes that the transport adds to a message, on average."""
        return (self.received - self.labels - self.payload) / len(self.arrivals) if self.arrivals else None

    @property
    def a_message(self) -> float | None:
        """Bytes of a message on the wire, on average, all told."""
        return (self.received - self.labels) / len(self.arrivals) if self.arrivals else None

    @property
    def bursts(self) -> int:
        """In how many pieces the tokens came."""
        times = [arrival.at for arrival in self.tokens]
        return bool(times) + sum(after - before > TOGETHER_MS for before, after in pairwise(times))

    @property
    def reading(self) -> Reading:
        """The completion that was read."""
        reader = Reader()
        for arrival in self.arrivals:
            reader.take(arrival.event)
        return reader.reading()


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut in the middle cost: tokens that the reader never got or got twice, and calls of the provider."""

    lost: int
    repeated: int
    calls: int


def after_cut(wanted: Sequence[str], before: Sequence[str], after: Sequence[str], calls: int) -> Cut:
    """Compares what arrived before and after a cut with the whole answer, token by token."""
    kept = len(before)
    begins_at = len(wanted) - len(after)
    return Cut(lost=max(0, begins_at - kept), repeated=max(0, kept - begins_at), calls=calls)


def middle(values: Iterable[float | None]) -> float | None:
    """The median of what is known; None of nothing."""
    known = [value for value in values if value is not None]
    return median(known) if known else None
