"""Server-sent events, decoded. Pure. After the WHATWG HTML standard, section 9.2.6.

Bytes go in as the network cuts them, in the middle of a character or between CR and LF; the events
that come out are the same for every way of cutting. What is kept between two pieces has a bound.
"""

import re
from dataclasses import dataclass
from typing import Final

# Eight times the longest line that the fault lab sends. A stream that says more without ending an event is not read on.
MAX_BYTES: Final = 8 * 1024 * 1024
# A reconnection time of longer than 30,000 years is as good as none, and costs nothing to convert.
MAX_RETRY_DIGITS: Final = 15
_BOM: Final = b"\xef\xbb\xbf"
# The standard's three line ends, and no other: bytes.splitlines() would agree, str.splitlines() cuts at U+2028.
# Empty lines after one are taken with it: the first of them ends an event, the others nothing.
_LINE_ENDS: Final = re.compile(rb"(?:\r\n?|\n)([\r\n]+)?")
_COLON: Final = ord(":")


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event; `id` is the last event id of the stream at that moment."""

    data: str
    event: str = "message"
    id: str = ""


class Parser:
    """Reads one stream. An event that its stream never finished is not dispatched, as the standard has it."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        """`limit` is in bytes, for one line and for the data of one event."""
        self.limit = limit
        self.retry: int | None = None
        self.comments = 0
        self.too_long = False
        self._rest = bytearray()
        self._searched = 0
        self._at_start = True
        self._after_cr = False
        self._id = ""
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    @property
    def unfinished(self) -> bool:
        """Whether the bytes so far end inside an event or a line: at the end of a stream, that part is lost."""
        return bool(self._rest or self._data)

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete. Once `too_long` is set, there are no more."""
        if self.too_long:
            return []
        self._rest += data
        if self._at_start and not self._past_bom():
            return []
        return self._events()

    def _past_bom(self) -> bool:
        """Take one byte order mark away; False while it cannot be told whether there is one."""
        if len(self._rest) < len(_BOM) and _BOM.startswith(self._rest):
            return False
        if self._rest.startswith(_BOM):
            del self._rest[: len(_BOM)]
        self._at_start = False
        return True

    def _events(self) -> list[Event]:
        found: list[Event] = []
        begin = 1 if self._after_cr and self._rest.startswith(b"\n") else 0
        self._after_cr = self._after_cr and not self._rest
        for ends in _LINE_ENDS.finditer(self._rest, max(begin, self._searched)):
            line_end = ends.start()
            if begin < line_end:
                self._line(begin, line_end)
            if (begin == line_end or ends[1]) and (event := self._dispatch()):
                found.append(event)
            begin = ends.end()
        # A CR ends its line at once: waiting for an LF that may follow would hold the event back.
        self._after_cr = self._after_cr or (begin == len(self._rest) and self._rest.endswith(b"\r"))
        del self._rest[:begin]
        self._check(len(self._rest))
        if self.too_long:
            self._rest.clear()
            self._data.clear()
        self._searched = len(self._rest)
        return found

    def _check(self, size: int) -> None:
        self.too_long = self.too_long or size > self.limit

    def _line(self, begin: int, end: int) -> None:
        size = end - begin
        self._check(size)
        if self.too_long:
            return
        if self._rest[begin] == _COLON:
            self.comments += 1
            return
        # A character never spans a line end, so that decoding by lines is decoding the stream.
        name, _, value = self._rest[begin:end].decode("utf-8", "replace").partition(":")
        self._field(name, value.removeprefix(" "), size)

    def _field(self, name: str, value: str, size: int) -> None:
        if name == "data":
            self._data.append(value)
            self._size += size
            self._check(self._size)
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= MAX_RETRY_DIGITS:
            self.retry = int(value)

    def _dispatch(self) -> Event | None:
        if self.too_long:
            return None
        event = Event("\n".join(self._data), self._name or "message", self._id) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


def read_events(stream: bytes) -> list[Event]:
    """The events of a whole stream."""
    return Parser().feed(stream)
