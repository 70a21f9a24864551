"""Server-sent events, encoded. Pure. After the WHATWG HTML standard, section 9.2."""

import json
import re
from typing import Any

# A proxy must not hold a stream back, and a gzip layer would: each chunk its own member.
HEADERS = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-encoding", "identity"),
    ("x-accel-buffering", "no"),
]
# The standard's three line ends, and no other: str.splitlines() would cut at U+2028 and lose a final "\n".
_LINE_END = re.compile(r"\r\n|\r|\n")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def event(data: Any, name: str | None = None, last_id: str | None = None) -> bytes:
    """One event carrying a value as JSON, so that no newline in it can end the event."""
    return text_event(_JSON.encode(data), name, last_id)


def text_event(text: str, name: str | None = None, last_id: str | None = None) -> bytes:
    """One event carrying text as it is. Its line ends all arrive as "\\n", as the standard has it.

    Raises ValueError for a name or id that would break out of its line.
    """
    fields = [("event", _one_line(name)), ("id", _one_line(last_id))]
    lines = [f"{field}: {value}" for field, value in fields if value is not None]
    lines += [f"data: {line}" for line in _LINE_END.split(text)]
    return _encode("\n".join(lines) + "\n\n")


def comment(text: str = "") -> bytes:
    """A line that readers ignore: it keeps a connection open, and finds out who has left."""
    return _encode("".join(f": {line}\n" for line in _LINE_END.split(text)) + "\n")


def retry(milliseconds: int) -> bytes:
    """How long a reader waits before it connects again."""
    return b"retry: %d\n\n" % milliseconds


def _one_line(value: str | None) -> str | None:
    if value is not None and (_LINE_END.search(value) or "\0" in value):
        raise ValueError("The name or id of an event is one line without NUL.")
    return value


def _encode(text: str) -> bytes:
    # Half a surrogate pair from a model is shown as "?", rather than ending the stream.
    return text.encode("utf-8", "replace")
