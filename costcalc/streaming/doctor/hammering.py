"""Whether a client hammers: who asks again after a failure, and how soon. Pure.

It is read from a server's access log (the common or combined format of nginx, Apache and gunicorn), or from the
requests of a browser's HAR. A log does not say what was in a request: whoever asks for the same thing again counts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from statistics import fmean
from typing import Any, Final

from costcalc.streaming.doctor.findings import Finding, Level
from costcalc.streaming.doctor.hars import headers_of, part, status_of

_LINE: Final = re.compile(
    rb"^(?:\S+:\d+ )?(?P<who>\S+) \S+ [^\[\n]{0,200}\[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4})"
    rb":(?P<time>\d\d:\d\d:\d\d)(?:\.(?P<part>\d{1,6}))? (?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)\] "
    rb'"(?P<method>[A-Z]{3,10}) (?P<path>[^ ?"]*)[^"]*" (?P<status>\d{3})(?: \S+ "[^"]*" "(?P<agent>[^"]*)")?'
)
_MONTHS: Final = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
# What a later try may mend; anything else from 400 on it does not.
WORTH_IT: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
# What comes later than this after a failure is asked anew.
ANEW: Final = 120.0
# At most so many retries: each multiplies the load of a provider that has too much of it.
RETRIES: Final = 2
# The first wait of an unhurried client, in seconds; each one after it is twice as long.
FIRST_WAIT: Final = 0.25
GROWS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: begun and answered at these seconds, with a status, None where no answer came."""

    begun: float
    ended: float
    status: int | None
    who: str
    what: str
    retry_after: float | None = None

    @property
    def failed(self) -> bool:
        """Whether there was no good answer."""
        return self.status is None or self.status >= 400

    @property
    def worth_it(self) -> bool:
        """Whether it failed in a way that may pass."""
        return self.status is None or self.status in WORTH_IT


@dataclass(frozen=True, slots=True)
class Again:
    """A request that failed, and those after it; `waits` are the seconds before each of these."""

    requests: tuple[Asked, ...]

    @property
    def waits(self) -> tuple[float, ...]:
        """Never below 0: a log writes a request down when it is answered."""
        return tuple(max(0.0, later.begun - earlier.ended) for earlier, later in pairwise(self.requests))


def read_log(data: bytes) -> list[Asked] | None:
    """The requests of an access log; None for a file most of whose lines are none of one."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    if not lines or not any(_LINE.match(line) for line in lines[:5]):
        return None
    found = [_of_line(match) for match in map(_LINE.match, lines) if match is not None]
    known = [asked for asked in found if asked is not None]
    return known if 2 * len(known) >= len(lines) else None


def _of_line(match: re.Match[bytes]) -> Asked | None:
    at = _moment(match)
    if at is None:
        return None
    who = f"{match['who'].decode('latin-1')} {(match['agent'] or b'').decode('latin-1')}"
    what = f"{match['method'].decode()} {match['path'].decode('latin-1')}"
    status = int(match["status"])
    # nginx writes 499 where the client had left: no answer of the server's.
    return Asked(at, at, None if status == 499 else status, who, what)


def _moment(match: re.Match[bytes]) -> float | None:
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    try:
        month = 1 + _MONTHS.index(match["month"])
        text = f"{match['year'].decode()}-{month:02d}-{match['day'].decode()}"
        zone = timezone(offset if match["sign"] == b"+" else -offset)
        moment = datetime.fromisoformat(f"{text}T{match['time'].decode()}").replace(tzinfo=zone)
        return moment.timestamp() + float(f"0.{(match['part'] or b'0').decode()}")
    except (ValueError, OverflowError):
        return None


def requests_of_har(entries: Iterable[dict[str, Any]]) -> list[Asked]:
    """The requests of a HAR; those that say no moment are left out."""
    return [asked for asked in map(_of_entry, entries) if asked is not None]


def _of_entry(entry: dict[str, Any]) -> Asked | None:
    request, response = part(entry, "request"), part(entry, "response")
    try:
        begun = datetime.fromisoformat(str(entry.get("startedDateTime")))
        begun_at = (begun if begun.tzinfo else begun.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    took = entry.get("time")
    ended = begun_at + (took / 1000 if isinstance(took, int | float) and 0 <= took < 1e8 else 0.0)
    wait = _seconds(headers_of(response))
    what = f"{request.get('method')} {str(request.get('url')).partition('?')[0]}"
    return Asked(begun_at, ended, status_of(response), "", what, wait)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; as a date it is rare, and needs the server's clock."""
    value = headers.get("retry-after", "")
    return float(value) if re.fullmatch(r"\d{1,9}", value, re.ASCII) else None


def asked_again(requests: Iterable[Asked]) -> list[Again]:
    """Every failure that the same thing was asked after, with all that followed until one was answered well."""
    groups: dict[tuple[str, str], list[Asked]] = {}
    for asked in sorted(requests, key=lambda asked: asked.begun):
        groups.setdefault((asked.who, asked.what), []).append(asked)
    return [Again(tuple(run)) for group in groups.values() for run in _runs(group) if len(run) > 1]


def _runs(group: list[Asked]) -> Iterator[list[Asked]]:
    run: list[Asked] = []
    for asked in group:
        if run and (not run[-1].failed or asked.begun - run[-1].ended > ANEW):
            yield run
            run = []
        run.append(asked)
    yield run


def hammering(requests: list[Asked]) -> list[Finding]:
    """How those who asked did after a failure, the worst of each kind."""
    again = asked_again(requests)
    found = [finding for rule in (_too_soon, _no_back_off, _too_many, _for_nothing) for finding in rule(again)]
    if again and not found:
        found = [Finding("backs-off", Level.GOOD, {"retries": str(sum(len(each.waits) for each in again))})]
    return found or [Finding("none-again", Level.NOTE, {"requests": str(len(requests))})]


def _too_soon(again: list[Again]) -> Iterator[Finding]:
    pairs = [pair for each in again for pair in pairwise(each.requests) if pair[0].retry_after is not None]
    early = [(later.begun - earlier.ended, earlier.retry_after or 0.0) for earlier, later in pairs]
    early = [(wait, told) for wait, told in early if wait < told - 0.5]
    if early:
        wait, told = min(early)
        figures = {"requests": str(len(early)), "seconds": f"{max(0.0, wait):.1f}", "told": f"{told:.0f}"}
        yield Finding("too-soon", Level.FAULT, figures)


def _no_back_off(again: list[Again]) -> Iterator[Finding]:
    hasty = [each for each in again if each.requests[0].worth_it and _is_hasty(each.waits)]
    if hasty:
        worst = max(hasty, key=lambda each: len(each.waits))
        figures = {"retries": str(len(worst.waits)), "seconds": f"{sum(worst.waits):.1f}", "times": str(len(hasty))}
        yield Finding("no-back-off", Level.FAULT, figures)


def _is_hasty(waits: tuple[float, ...]) -> bool:
    """Waits that neither grow nor are long: a client with chance in its waits has long ones, sooner or later."""
    half = len(waits) // 2
    if len(waits) <= RETRIES or sum(waits) >= FIRST_WAIT * (2 ** min(len(waits), 30) - 1):
        return False
    # A log that knows whole seconds alone cannot show how a wait of less than one grows.
    least = 1.0 if all(wait.is_integer() for wait in waits) else 0.0
    return fmean(waits[half:]) <= max(GROWS * fmean(waits[:half]), least)


def _too_many(again: list[Again]) -> Iterator[Finding]:
    many = [each for each in again if len(each.waits) > RETRIES and each.requests[0].worth_it]
    if many:
        most = max(len(each.waits) for each in many)
        yield Finding("many-retries", Level.WARNING, {"retries": str(most), "times": str(len(many))})


def _for_nothing(again: list[Again]) -> Iterator[Finding]:
    """401 asked again is 401 again. Once may be chance: a page opened twice."""
    vain = [each for each in again if sum(a.failed and not a.worth_it for a in each.requests[:-1]) > 1]
    if vain:
        worst = max(vain, key=lambda each: len(each.requests))
        figures = {"status": str(worst.requests[0].status), "requests": str(len(worst.requests))}
        yield Finding("in-vain", Level.WARNING, figures)
