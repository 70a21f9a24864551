"""What the API takes and says of links, whatever they open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from costcalc.accounts.links import Link, SharingForbiddenError
from costcalc.wire import exact
from costcalc.wire.problem import ConflictError


class NewLink(Schema):
    """A link to share: whom it is for, and for how long."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, AfterValidator(exact.line), Field(max_length=200)] = ""
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="Null for no end.")

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """When it ends."""
        return None if self.days is None else now + dt.timedelta(days=self.days)


class KeptLink(Schema):
    """A link, without its secret part."""

    id: str
    note: str
    state: Literal["open", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


class ShownOnce(Schema):
    """The secret part."""

    link: str | None = Field(description="Shown this once; null where the answer is given again.")


def shown(link: Link, **more: Any) -> dict[str, Any]:
    """A `KeptLink`, and more."""
    names = ("note", "created_at", "expires_at", "last_used_at")
    said = {name: getattr(link, name) for name in names}
    return {"id": link.public_id, "state": link.state(timezone.now()), **said, **more}


@contextmanager
def where_links_are_allowed() -> Iterator[None]:
    """409 where the workspace allows none."""
    try:
        yield
    except SharingForbiddenError:
        raise ConflictError("This workspace allows no links.") from None
