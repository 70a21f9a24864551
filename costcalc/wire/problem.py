"""Problem JSON (RFC 9457): what went wrong, as machines read it. Pure.

It speaks English only: its readers are programs and those who write them.
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One thing that is wrong with what was sent."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body, or to the parameter by its name.")
    detail: str


class Problem(BaseModel):
    """The answer to a request that could not be served."""

    model_config = ConfigDict(json_schema_extra={"required": ["type", "title", "status"]})

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = Field(None, description="What is wrong with the body or the parameters.")

    def encode(self) -> bytes:
        """The JSON text, absent members left out."""
        return self.model_dump_json(exclude_none=True).encode()


class ConflictError(Exception):
    """A change that was decided on what is no longer so; `current` is how it stands now, as the API shows it. 409.

    `changes` are what has happened since, where that is known.
    """

    def __init__(
        self, detail: str, current: dict[str, Any] | None = None, changes: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.current = current
        self.changes = changes


def problem(status: int, detail: str | None = None, errors: Iterable[Fault] = ()) -> Problem:
    """The problem of this HTTP status, titled by the status's own phrase."""
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors) or None)


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """What an operation says of its errors: `response={200: Estimate, **problems(404, 422)}`."""
    return dict.fromkeys(statuses, Problem)


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer of a path of keys and indices; "" is the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def locate(document: Any, path: Sequence[str | int]) -> str:
    """The pointer of pydantic's error path in what was sent.

    Pydantic mixes names of its own into a path (a union's branch, a validator): a part that the
    document does not have is left out, unless it is the last one, which is then a missing key.
    """
    found: list[str | int] = []
    for place, part in enumerate(path):
        last = place == len(path) - 1
        if has(document, part):
            document = document[part]
            found.append(part)
        elif last and isinstance(document, dict):
            found.append(part)
    return pointer(found)


def has(document: Any, part: str | int) -> bool:
    """Whether this part of a path leads further into the document."""
    if isinstance(document, list):
        return isinstance(part, int) and 0 <= part < len(document)
    return isinstance(document, dict) and part in document
