"""A key, tried: one real, small call with a key that was given for that call, and is gone with it.

For the doctor's page, and for whoever rotates keys. What the provider says is masked before anybody sees it.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from costcalc.secrets import masked
from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.completion import Reader
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.events import Event
from costcalc.streaming.ways import route_to
from costcalc.wire import upstream
from costcalc.wire.upstream import Limits, UpstreamError

PROMPT: Final = "Say yes."
# OpenAI refuses fewer than 16 for some models.
MOST_TOKENS: Final = 16
LIMITS: Final = Limits(connect=5, first_byte=20, silence=10)
LARGEST: Final = 200_000
LONGEST_WORDS: Final = 500
# Characters of a key that may be kept to recognise it by, where it is much longer than they are.
LAST: Final = 4
LEAST: Final = 12


class Outcome(StrEnum):
    """What came of it."""

    WORKS = "works"
    REFUSED = "refused"
    NO_MODEL = "no-model"
    OVER_QUOTA = "over-quota"
    BAD_REQUEST = "bad-request"
    BROKEN = "broken"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One key's test. `status` is the HTTP status, None where none came; `seconds` until the whole answer.

    `said` is what the provider says of a failure, masked; `last` the end of the key, "" for one too short for that.
    """

    outcome: Outcome
    status: int | None = None
    seconds: float | None = None
    said: str = ""
    last: str = ""


async def try_key(endpoint: Endpoint, model: str, key: str) -> KeyTest:
    """Make one call, not streamed, of a few tokens, never retried. Raises ValueError for what no header can hold."""
    key = key.strip()
    call = completion_call(endpoint, Question(model, PROMPT, MOST_TOKENS, stream=False), key)
    last = key[-LAST:] if len(key) >= LEAST else ""
    begun = time.monotonic()
    try:
        route = await route_to(endpoint, LIMITS.connect)
        async with upstream.connected(call, route, LIMITS) as up:
            status, body = up.status, await up.whole(LARGEST)
    except UpstreamError:
        return KeyTest(Outcome.UNREACHABLE, last=last)
    seconds = time.monotonic() - begun
    outcome, said = judged(status, body)
    return KeyTest(outcome, status, seconds, masked(said, [key])[:LONGEST_WORDS], last)


def judged(status: int, body: bytes) -> tuple[Outcome, str]:
    """What an answer says of the key, and the provider's own words of a failure. Pure."""
    reader = Reader()
    delta = reader.take(Event(body.decode("utf-8", "replace")))
    said = reader.fault.message if reader.fault else ""
    code = reader.fault.code if reader.fault else ""
    if 200 <= status < 300:
        works = delta.dialect is not None and reader.fault is None
        return (Outcome.WORKS, "") if works else (Outcome.BROKEN, said)
    return _refusal(status, f"{code} {said}".lower()), said


def _refusal(status: int, said: str) -> Outcome:
    if status in {401, 403} or "api key not valid" in said or "api_key_invalid" in said:
        # Gemini answers 400 to a wrong key.
        return Outcome.REFUSED
    if status in {402, 429}:
        return Outcome.OVER_QUOTA
    if status == 404 or "model_not_found" in said:
        return Outcome.NO_MODEL
    return Outcome.BAD_REQUEST if 400 <= status < 500 else Outcome.BROKEN
