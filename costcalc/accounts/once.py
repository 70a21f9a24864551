"""Operations of the API that can be sent again with an `Idempotency-Key`, and have their effect once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Status
from ninja.errors import ValidationError
from ninja.utils import contribute_operation_args

from costcalc.accounts.audit import durable
from costcalc.accounts.credentials import visit_of
from costcalc.accounts.roles import Role
from costcalc.wire.idempotency import Asked, OtherBodyError, Said, once

ARGUMENT = "idempotency_key"
HEADER: Any = Header(  # type: ignore[type-arg]
    None,
    alias="Idempotency-Key",
    pattern=r"^[!-~]{1,255}$",
    description="The same key gives the same answer for 24 hours, and has its effect once.",
)


def sendable_again(
    needed: Role, *, secrets: Sequence[str] = ()
) -> Callable[[Callable[..., Said]], Callable[..., Status[Any]]]:
    """For operations that create and answer (status, body).

    Keys belong to the workspace and the address. `secrets` are shown once: a repeated answer has null there.
    """

    def decorated(operation: Callable[..., Said]) -> Callable[..., Status[Any]]:
        @wraps(operation)
        def checked(request: HttpRequest, **given: Any) -> Status[Any]:
            key = given.pop(ARGUMENT)
            # Before anything is given again: a key is no permission.
            visit = visit_of(request, needed)
            if key is None:
                return Status(*operation(request, **given))
            asked = Asked(visit.workspace.public_id, f"{request.method} {request.path}", key, request.body)
            try:
                said, _again = once(
                    asked, timezone.now(), lambda: operation(request, **given), secrets=secrets, durable=durable
                )
            except OtherBodyError:
                raise _invalid("used with another body before") from None
            return Status(*said)

        # Its annotations are texts in the operation's own module, which ninja would look for in this one.
        checked.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]
        contribute_operation_args(checked, ARGUMENT, str | None, HEADER)  # type: ignore[arg-type]
        return checked

    return decorated


def _invalid(message: str) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ("header", "Idempotency-Key"), "msg": message}])
