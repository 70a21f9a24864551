"""Knows how a passing stream ends and what it used, without reading all of it. Pure.

Most events of a completion are a few characters of text, and parsing each would cost more than passing it on.
What says how a stream ends always has one of a few words in it: events without any are counted and let go.
The result is that of reading every event, however the bytes are cut; the tests hold it to that.
"""

import re
from typing import Final

from costcalc.streaming.completion import Reader, Reading
from costcalc.streaming.events import Parser

# A blank line ends an event. The groups never give back a character: CR LF is one line end, not two.
_BLANK: Final = re.compile(rb"(?>\r\n|\r|\n)(?>\r\n|\r|\n)")
_DATA: Final = re.compile(rb"(?:\A|[\r\n])data(?=[:\r\n]|\Z)")
_AT_BLANK: Final = (b"\n\n", b"\r\n\r\n", b"\r\r")
# Every way of the three dialects to say an end, a count or an error has one of these in it (`dialects.py`); where one
# is null, as in most chunks, it says nothing. Their letters may be written as escapes: `<`, `>` and `&`, which some
# writers escape in texts, are none of them.
_NOT_NULL: Final = rb'(?!"\s*:\s*null)'
# Flat, each alternative beginning with a letter of its own: so the search leaps from one such letter to the next.
_TELLING: Final = re.compile(
    rb"finish_reason%b|finishReason|usage%b|error%b|stop_reason|message_stop|blockReason|\[DONE\]|\\u00[4-7]"
    % ((_NOT_NULL,) * 3)
)
# An event that is longer is read closely, which keeps its own bound.
LONGEST_KEPT: Final = 16 * 1024


class Scanner:
    """Takes the bytes of one completion as they pass."""

    def __init__(self, longest_kept: int = LONGEST_KEPT) -> None:
        """`longest_kept` is in bytes: what an event may have while it is only looked at."""
        self._longest_kept = longest_kept
        self.bytes = 0
        self.events = 0
        self.reader = Reader(keep=False)
        self._parser = Parser()
        # The beginning of an event; while the parser has begun one itself, what follows is its own.
        self._begun = b""
        self._tail = b""
        self._closely = False

    @property
    def unfinished(self) -> bool:
        """Whether the bytes so far end within an event."""
        if self._closely:
            return self._parser.unfinished or self._parser.too_long
        return bool(self._begun.strip(b"\r\n"))

    @property
    def too_long(self) -> bool:
        """Whether an event is longer than any may be: nothing that follows is understood."""
        return self._parser.too_long

    def reading(self, *, cancelled: bool = False) -> Reading:
        """The completion's end and usage so far; text is not kept."""
        return self.reader.reading(cancelled=cancelled)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.bytes += len(chunk)
        if self._closely:
            self._read(chunk)
        elif not self._begun and chunk.endswith(b"\n\n"):
            self._take(chunk)
        else:
            self._gather(self._begun + chunk)

    def _gather(self, data: bytes) -> None:
        end = _whole_events(data)
        if end:
            self._take(data[:end])
        self._begun = data[end:]
        if len(self._begun) > self._longest_kept:
            data, self._begun = self._begun, b""
            self._read(data)

    def _take(self, block: bytes) -> None:
        # Who speaks is said by the first event that can be understood.
        if self.reader.dialect is None or _TELLING.search(block):
            self._read(block)
        else:
            self.events += count(block)

    def _read(self, data: bytes) -> None:
        for event in self._parser.feed(data):
            self.events += 1
            self.reader.take(event)
        if self._parser.too_long:
            self.reader.fail("An event is too long to be one.", "too_long")
        # Only where a blank line is the last thing is it certain that nothing is kept of an event, not even its name.
        self._tail = (self._tail + data[-4:])[-4:]
        self._closely = self.too_long or self._parser.unfinished or not self._tail.endswith(_AT_BLANK)


def tells(block: bytes) -> bool:
    """Whether something in these events may say an end, a count or an error."""
    return bool(_TELLING.search(block))


def count(block: bytes) -> int:
    """How many events there are in a block of whole ones: those with data."""
    if block.startswith(b"data:") and block.find(b"\n\n") == len(block) - 2 and b"\r" not in block:
        return 1
    return sum(1 for event in _BLANK.split(block) if _DATA.search(event))


def _whole_events(data: bytes) -> int:
    """Where the last whole event ends; 0 where there is none."""
    end = 0
    for blank in _BLANK.finditer(data):
        end = blank.end()
    return end
