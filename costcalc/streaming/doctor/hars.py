"""A browser's HAR: the streams in it, and the requests. Pure."""

import base64
import json
import re
from dataclasses import replace
from typing import Any

from costcalc.streaming.doctor.addresses import base_of
from costcalc.streaming.doctor.recorded import Failure, NotARecordingError, Piece, Recording

_DATA = re.compile(rb"^data:", re.MULTILINE)
# What the body of a request for a completion has in it: OpenAI's and Anthropic's, Gemini's, and a relay's own.
_ASKED = re.compile(r'"(?:messages|contents|stream)"\s*:')


def har_entries(data: bytes) -> list[dict[str, Any]] | None:
    """The entries of a HAR, or None for any other file."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    entries = part(value, "log").get("entries") if isinstance(value, dict) else None
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else None


def read_har(entries: list[dict[str, Any]], which: int = 1) -> Recording:
    """The stream of this number, from 1 on, the last one where there are not so many. Raises NotARecordingError.

    Where there is none it is what came instead: a refusal, one whole answer, a page, or nothing at all.
    """
    answers = [entry for entry in entries if part(entry, "response")]
    streams = [entry for entry in answers if "text/event-stream" in _headers(entry)["content-type"]]
    streams = streams or [entry for entry in answers if _DATA.search(_text(part(part(entry, "response"), "content")))]
    instead = [] if streams else [entry for entry in answers if len(answers) == 1 or _asks_for_a_stream(entry)]
    found = streams or instead
    if not found:
        raise NotARecordingError("har-without-stream")
    chosen = _answer(found[min(max(which, 1), len(found)) - 1])
    if not chosen.body and chosen.failure is None and (chosen.status or 200) < 300:
        raise NotARecordingError("har-without-body")
    return replace(chosen, streams=max(1, len(streams)))


def _asks_for_a_stream(entry: dict[str, Any]) -> bool:
    """Whether a request is one for a completion; a browser's preflight asks for nothing."""
    request = part(entry, "request")
    asked = _ASKED.search(str(part(request, "postData").get("text")))
    return request.get("method") != "OPTIONS" and (
        "text/event-stream" in headers_of(request).get("accept", "")
        or asked is not None
        or base_of(str(request.get("url")))[1] is not None
    )


def _answer(entry: dict[str, Any]) -> Recording:
    response, timings = part(entry, "response"), part(entry, "timings")
    status, body = status_of(response), _text(part(response, "content"))
    return Recording(
        (Piece(body),),
        status,
        _headers(entry),
        _milliseconds(timings.get("wait")),
        _milliseconds(timings.get("receive")),
        # A browser writes 0 for an answer that it did not get, or did not let the page have.
        failure=Failure("no-answer") if response.get("status") == 0 and not body else None,
    )


def _headers(entry: dict[str, Any]) -> dict[str, str]:
    """The answer's headers, its type among them: where it is not said, as the browser took it."""
    response = part(entry, "response")
    taken = str(part(response, "content").get("mimeType") or "")
    return {"content-type": taken} | headers_of(response)


def status_of(response: dict[str, Any]) -> int | None:
    """The status; None where there was no answer."""
    status = response.get("status")
    return status if type(status) is int and status else None


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    """Headers, their names in lower case."""
    listed = message.get("headers")
    named = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each.get("name")).lower(): str(each.get("value")) for each in named}


def part(value: dict[str, Any], key: str) -> dict[str, Any]:
    """A member that is an object; empty where it is anything else."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(content: dict[str, Any]) -> bytes:
    text = content.get("text")
    data = text.encode("utf-8", "replace") if isinstance(text, str) else b""
    if content.get("encoding") != "base64":
        return data
    try:
        return base64.b64decode(data)
    except ValueError:
        return b""


def _milliseconds(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return value / 1000 if known else None
