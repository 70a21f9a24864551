"""What the relay itself says of a run: how it began, how it ended, and why. Pure.

Programs read these; pages have their own words for the codes.
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from costcalc import secrets
from costcalc.streaming.completion import Reading
from costcalc.streaming.dialects import Fault, delta_of, whole_characters
from costcalc.streaming.events import Event, read_events
from costcalc.wire import sse

START: Final = "costcalc.start"
END: Final = "costcalc.end"
CUT: Final = "costcalc.cut"
LONGEST_MESSAGE: Final = 500
_MESSAGE: Final = re.compile(r'"message"\s*:\s*("(?:[^"\\]|\\.)*+")', re.DOTALL)
# A line of a comment, without the blank line that would end the event around it.
HEARTBEAT: Final = b":\n"


def milliseconds(seconds: float | None) -> float | None:
    """Seconds as milliseconds, to the microsecond."""
    return None if seconds is None else round(seconds * 1000, 3)


def ended(reading: Reading, known: list[str], **said: Any) -> dict[str, Any]:
    """What is told of an end; `known` are secrets that a provider may have repeated."""
    fault = reading.fault or Fault("", "")
    told = {"code": _masked(fault.code, known), "message": _masked(fault.message, known)}
    return {"end": str(reading.end), **told, "usage": reading.usage, **said}


def _masked(text: str, known: list[str]) -> str | None:
    return secrets.masked(text, known)[:LONGEST_MESSAGE] if text else None


def refusal(status: int, body: bytes) -> Fault:
    """The error in an answer that is one: as JSON, as an event, or as whatever it is."""
    text = body.decode("utf-8", "replace").strip()
    events = read_events(body + b"\n\n") if text.startswith(("data:", "event:")) else [Event(text)]
    fault = next((delta.fault for delta in map(delta_of, events) if delta.fault), None)
    if fault and fault.message:
        return Fault(fault.message, fault.code or str(status))
    plain = "" if text.startswith("<") else _message_in(text) or text
    return Fault(plain or phrase(status), str(status))


def _message_in(text: str) -> str:
    """The message in JSON that was cut; "" where there is none."""
    found = _MESSAGE.search(text) if text.startswith(("{", "[")) else None
    try:
        return whole_characters(json.loads(found[1])) if found else ""
    except ValueError:
        return ""


def phrase(status: int) -> str:
    """A status in words."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def said(name: str, words: Mapping[str, Any], number: int | None = None) -> bytes:
    """One of the relay's own events."""
    return sse.event(words, name, None if number is None else str(number))


def closing(*, within_line: bool, within_event: bool) -> bytes:
    """What ends an event that its provider never ended: under another name, so that nobody takes it for one."""
    return (b"\n" if within_line else b"") + (f"event: {CUT}\n\n".encode() if within_event else b"")


def is_stream(content_type: str) -> bool:
    """Whether an answer says that it is a stream of events."""
    return content_type.partition(";")[0].strip().lower() == "text/event-stream"


def looks_like_stream(beginning: bytes) -> bool:
    """Whether an answer is a stream of events, though it does not say so: some relays have the type wrong."""
    line = beginning.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return line.startswith((b"data:", b"event:", b"id:", b"retry:", b":"))
