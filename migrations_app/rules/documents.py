"""A plan as a document: its happenings, out of this product and back in. Pure.

A document is somebody's word. It is bounded, and it is verified by doing it again: each happening must be what its
command decides on the state before it, at its moment. What a rule would not have let happen is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from costcalc.secrets import holds_key
from migrations_app.rules.about import Made
from migrations_app.rules.commands import MOST_TEXT, Line
from migrations_app.rules.happening import Happening, Refused
from migrations_app.rules.redoing import again
from migrations_app.rules.state import MADE, State, evolved, replayed
from migrations_app.rules.workdays import EARLIEST

FORMAT: Final = "costcalc.plan"
VERSION: Final = 1
# Of a document, in bytes and events; of one event, the steps of a large template with all that they wait for.
LARGEST_FILE: Final = 5 * 1024 * 1024
MOST_EVENTS: Final = 5_000
MOST_VALUES: Final = 50_000
# Reading so many bytes takes as long as a request.
BYTES_A_REQUEST: Final = 50_000
# A plan that is as large takes no more, so that its document can be taken in again, in any script and with what is
# never refused (a roll-back).
FULL_EVENTS: Final = 4_000
FULL_TEXT: Final = 1_000_000
LARGEST: Final = 10**15
# A salt or a SHA-256, which are as random as a key is.
DIGEST: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")

# The same happenings by other people.
People = Callable[[Sequence[Happening]], list[Happening]]


def _plain(value: Any) -> Any:
    """Numbers as Python's own JSON has them: a careful reader of JSON made them exact."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


class Told(BaseModel):
    """One happening. `who` names a person in this document only; "" is the product itself."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    kind: Annotated[str, Field(max_length=40, pattern=r"^[a-z]+\.[a-z_-]+$")]
    who: Annotated[str, Field(max_length=12, pattern=r"^[A-Za-z0-9]*$")] = ""
    data: Annotated[dict[str, Any], BeforeValidator(_plain)] = Field(default_factory=dict)


class Document(BaseModel):
    """A plan: what has happened to it, in order."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["costcalc.plan"]
    version: Literal[1]
    name: Annotated[Line, Field(max_length=120)] = ""
    exported_at: AwareDatetime | None = None
    events: Annotated[list[Told], Field(min_length=1, max_length=MOST_EVENTS)]


def written(name: str, happenings: Iterable[Happening], now: dt.datetime) -> dict[str, Any]:
    """The document of a plan, as JSON has it; the happenings are read one by one."""
    head = {"format": FORMAT, "version": VERSION, "name": name, "exported_at": now.isoformat()}
    return {**head, "events": map(_written, happenings)}


def _written(told: Happening) -> dict[str, Any]:
    return {"at": told.at.isoformat(), "kind": told.kind, "who": told.who, "data": dict(told.data)}


def checked(value: object, now: dt.datetime, by: People | None = None) -> list[Happening]:
    """What a document says has happened, verified, `by` other people if it says by whom.

    Raises Refused, whatever the value is.
    """
    try:
        document = Document.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])[:100]
        raise Refused("file-no-plan", place=place, why=first["msg"][:200]) from None
    happenings = [Happening(one.kind, one.at.astimezone(dt.UTC), one.who, one.data) for one in document.events]
    for number, told in enumerate(happenings, 1):
        _check_bounds(number, told, happenings[number - 2].at if number > 1 else None, now)
    happenings = by(happenings) if by else happenings
    _check_again(happenings)
    return happenings


def _check_bounds(number: int, told: Happening, before: dt.datetime | None, now: dt.datetime) -> None:
    if told.at > now or told.at.date() < EARLIEST or (before and told.at < before):
        raise Refused("file-event-time", number=number)
    values = list(_values(told.data, MOST_VALUES))
    if len(values) >= MOST_VALUES or not all(map(_bounded, values)):
        raise Refused("file-event-data", number=number)
    if any(isinstance(value, str) and holds_key(value) and not DIGEST.fullmatch(value) for value in values):
        raise Refused("file-event-key", number=number)


def _values(value: object, most: int) -> Iterator[object]:
    """Every text and number in a value, names of fields among them; never more than `most`."""
    open_, seen = [value], 0
    while open_ and seen < most:
        one = open_.pop()
        seen += 1
        if isinstance(one, dict):
            open_ += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            open_ += one
        else:
            yield one
    if open_:
        # Too many: the bound itself is one that nothing keeps.
        yield from [None] * most


def _bounded(value: object) -> bool:
    """Whether a happening may hold it; NaN is no less than anything."""
    if isinstance(value, str):
        return len(value) <= MOST_TEXT
    return value is None or (isinstance(value, int | float) and abs(value) <= LARGEST)


def _check_again(happenings: Sequence[Happening]) -> None:
    """Do it all again. Raises Refused for the first happening that could not have been."""
    state, place = _begun(happenings[0]), 1
    while place < len(happenings):
        told = happenings[place]
        try:
            found = again(state, told)
            if not found or [_spelt(one) for one in found] != [
                _spelt(one) for one in happenings[place : place + len(found)]
            ]:
                raise Refused("file-event-differs")
            for one in found:
                state = evolved(state, one)
        except Refused as refused:
            why = {"code": refused.code, **refused.parts}
            raise Refused("file-event-cannot", number=place + 1, event=told.kind, why=why) from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise Refused("file-event-data", number=place + 1) from None
        place += len(found)


def _begun(told: Happening) -> State:
    if told.kind != MADE:
        raise Refused("file-no-beginning")
    try:
        Made.model_validate(told.data)
        return replayed([told])
    except ValidationError:
        raise Refused("file-event-data", number=1) from None


def _spelt(told: Happening) -> str:
    return json.dumps([told.kind, told.at.isoformat(), told.who, dict(told.data)], sort_keys=True)
