"""Days as an iCalendar file (RFC 5545): the same bytes for the same days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from icalendar import Calendar, Event, vDuration

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
# How often programs are asked to fetch it again.
AGAIN: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. A day is whole; a moment is UTC, with the end of what lasts. `sequence` counts its changes."""

    uid: str
    summary: str
    on: dt.date | dt.datetime
    until: dt.datetime | None
    about: str
    url: str
    modified: dt.datetime
    sequence: int
    cancelled: bool = False


def written(name: str, about: str, language: str, entries: Iterable[Entry]) -> bytes:
    """A calendar of this name."""
    calendar = Calendar()
    calendar.add("prodid", f"-//costcalc//plans//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The older names are what programs read that do not know RFC 7986.
    for said in ("name", "x-wr-calname"):
        calendar.add(said, name)
    for said in ("description", "x-wr-caldesc"):
        calendar.add(said, about)
    calendar.add("refresh-interval", vDuration(AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN))
    for entry in entries:
        calendar.add_component(_event(entry))
    found: bytes = calendar.to_ical()
    return found


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.summary)
    event.add("description", entry.about)
    event.add("url", entry.url)
    event.add("dtstart", entry.on)
    ends = _ends(entry)
    if ends:
        event.add("dtend", ends)
    # Without a METHOD, the stamp is that of the last change.
    event.add("dtstamp", entry.modified)
    event.add("last-modified", entry.modified)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    # Nobody is busy for as long as a canary holds, or all of a day on which something is due.
    event.add("transp", "TRANSPARENT")
    return event


def _ends(entry: Entry) -> dt.date | dt.datetime | None:
    """An end is later than its beginning, or there is none."""
    if not isinstance(entry.on, dt.datetime):
        return entry.on + dt.timedelta(days=1)
    return entry.until if entry.until and entry.until > entry.on else None
