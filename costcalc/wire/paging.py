"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.http import HttpRequest
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import Field


class Paging(Schema):
    """Which page of a list, from 1, and how long a page is."""

    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(50, ge=1, le=100)


class Page(Schema):
    """What every page says of its list."""

    total: int
    page: int
    pages: int = Field(description="1 for an empty list.")


class Rows(Protocol):
    """What can be counted and cut."""

    def count(self) -> int:
        """How many there are."""

    def __getitem__(self, part: slice, /) -> Iterable[Any]:
        """Some of them."""


def paged(rows: Rows, paging: Paging, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """One page of some rows, which have an order; a page behind the last one is empty."""
    total, start = rows.count(), (paging.page - 1) * paging.size
    return {
        "items": [shown(row) for row in rows[start : start + paging.size]],
        "total": total,
        "page": paging.page,
        "pages": max(1, -(-total // paging.size)),
    }


def refuse_strangers(request: HttpRequest, *known: type[Schema]) -> None:
    """A misspelt parameter is an error, not silently the default; nor is one of two values chosen."""
    names = {name for schema in known for name in schema.model_fields}
    faults = [("not a parameter", name) for name in request.GET if name not in names]
    faults += [("given more than once", name) for name in names if len(request.GET.getlist(name)) > 1]
    if faults:
        raise ValidationError([{"type": "value_error", "loc": ("query", name), "msg": msg} for msg, name in faults])


def page_number(request: HttpRequest) -> int:
    """Which page of a list is asked for; what is no number is the first."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
