"""A request that may be sent again: `Idempotency-Key` names it, and it has its effect once.

The answer is stored in the transaction of the effect itself and given again for a day. A request that
failed has had no effect and leaves nothing: it may be sent again with the same key. Secrets that are
shown once are not stored, so a repeated answer has null in their place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from costcalc.wire.models import Answer

KEPT = dt.timedelta(hours=24)
LONGEST_KEY = 255

# A status and what the answer says, as JSON types.
Said = tuple[int, dict[str, Any]]


class OtherBodyError(ValueError):
    """The key was used with another body."""


class BadKeyError(ValueError):
    """A key that is no key: empty, too long, or not printable ASCII."""


@dataclass(frozen=True)
class Asked:
    """A request with a key: whose, to which address, and what it says."""

    owner: str
    route: str
    key: str
    body: bytes

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= LONGEST_KEY or not self.key.isascii() or not self.key.isprintable():
            raise BadKeyError

    @property
    def body_hash(self) -> str:
        """What tells bodies apart."""
        return hashlib.sha256(self.body).hexdigest()


def once(
    asked: Asked,
    now: dt.datetime,
    effect: Callable[[], Said],
    *,
    secrets: Sequence[str] = (),
    durable: Callable[[], AbstractContextManager[None]],
) -> tuple[Said, bool]:
    """Do it, or give the answer of the time it was done; and whether it is given again.

    `durable` is what the transaction stands in. `secrets` are names in the answer that are not stored.
    Raises OtherBodyError, and whatever the effect raises.
    """
    Answer.objects.filter(at__lte=now - KEPT).delete()
    with durable(), transaction.atomic():
        row, new = Answer.objects.get_or_create(
            owner=asked.owner,
            route=asked.route,
            key=asked.key,
            defaults={"body_hash": asked.body_hash, "at": now},
        )
        if not new:
            return _given_again(row, asked), True
        said = effect()
        _keep(row, said, secrets)
        return said, False


def _keep(row: Answer, said: Said, secrets: Sequence[str]) -> None:
    status, body = said
    stored = {name: None if name in secrets else value for name, value in body.items()}
    row.status, row.body = status, json.dumps(stored, cls=DjangoJSONEncoder)
    row.save(update_fields=["status", "body"])


def _given_again(row: Answer, asked: Asked) -> Said:
    if row.body_hash != asked.body_hash:
        raise OtherBodyError(asked.key)
    return row.status, json.loads(row.body)
