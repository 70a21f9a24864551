"""When a failed call is made again, and after how long. Pure.

Sources: RFC 9110, section 10.2.3 (Retry-After); OpenAI's and Anthropic's own SDKs, which retry the same
statuses, read `retry-after-ms` first, and give up on a wait of over a minute.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

# A first try, and two more.
ATTEMPTS: Final = 3
LONGEST_WAIT: Final = 60.0
FIRST_WAIT: Final = 0.5
STATUSES: Final = frozenset({408, 409, 429})
_MAX_DIGITS: Final = 12


def passes(status: int) -> bool:
    """Whether an answer of this status may be another one a moment later."""
    return status in STATUSES or 500 <= status <= 599


def told_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a provider asks to wait, 0 or more; None where it does not say, or nothing that can be read."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    return _until(said, now) if said and seconds is None else seconds


def _number(text: str) -> float | None:
    whole, _, part = text.strip().partition(".")
    digits = whole + part
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        return None
    return float(f"{whole or 0}.{part or 0}")


def _until(date: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def wait_before(attempt: int, told: float | None, chance: float) -> float | None:
    """Seconds to wait before this attempt, the first being 1; None: it is not made.

    `told` is the provider's own wait, which is kept to the second, up to a minute; a longer one is the
    reader's to know. `chance`, from 0 to 1, spreads what failed at the same moment: half a second, then
    one, each less up to half of it.
    """
    if attempt > ATTEMPTS:
        return None
    if told is not None:
        return told if told <= LONGEST_WAIT else None
    return FIRST_WAIT * math.pow(2, attempt - 2) * (1 - chance / 2)
