"""Numbers the events of a passing stream, so that a reader who was cut off can say which was its last. Pure."""

import re
from collections import deque
from typing import Final

_LINE_END: Final = re.compile(rb"\r\n?|\n")
_MAX_DIGITS: Final = 15


class Numbering:
    """Puts an `id:` line before the blank line that ends an event; its number leads to the place after it.

    The stream's own ids are overruled: of two in one event the last counts.
    """

    def __init__(self) -> None:
        self.number = 0
        # Places after the events from `first` on, counted in the bytes that came out.
        self.first = 0
        self._places: deque[int] = deque([0])
        self._out = 0
        self._line_is_empty = True
        self._event_is_empty = True
        self._after_cr = False

    def feed(self, chunk: bytes) -> bytes:
        """The same bytes with the ids in them."""
        begin = 1 if self._after_cr and chunk.startswith(b"\n") else 0
        self._after_cr = self._after_cr and not chunk
        out = bytearray(chunk[:begin])
        for end in _LINE_END.finditer(chunk, begin):
            if self._line_is_empty and end.start() == begin:
                self._end_event(out, end.group())
            else:
                out += chunk[begin : end.end()]
                self._event_is_empty = False
            begin, self._line_is_empty = end.end(), True
            self._after_cr = end.group() == b"\r" and begin == len(chunk)
        out += chunk[begin:]
        self._line_is_empty = self._line_is_empty and begin == len(chunk)
        self._out += len(out)
        return bytes(out)

    def _end_event(self, out: bytearray, blank: bytes) -> None:
        if self._event_is_empty:
            out += blank
            return
        self.number += 1
        out += b"id: %d\n%b" % (self.number, blank)
        self._places.append(self._out + len(out))
        self._event_is_empty = True

    def place_after(self, last_id: str) -> int | None:
        """Where what follows this event begins; None for an id that was never given, or is forgotten."""
        if not (last_id.isascii() and last_id.isdigit() and len(last_id) <= _MAX_DIGITS):
            return None
        index = int(last_id) - self.first
        return self._places[index] if 0 <= index < len(self._places) else None

    def forget(self, begin: int) -> None:
        """Forget the places before this one."""
        while self._places and self._places[0] < begin:
            self._places.popleft()
            self.first += 1
