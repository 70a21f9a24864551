"""What can be sent again and has its effect once: operations of the API with an `Idempotency-Key`, and forms.

A form whose answer shows a secret is answered directly, so that the secret is stored nowhere; reloading that answer
sends the form again. Each form therefore carries a key of its own (`components/_once.html`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status
from ninja.errors import ValidationError
from ninja.params.functions import Header
from ninja.utils import contribute_operation_args

from costcalc.accounts.access import Visit
from costcalc.accounts.audit import durable
from costcalc.accounts.credentials import visit_of
from costcalc.accounts.roles import Role
from costcalc.wire.idempotency import Asked, BadKeyError, OtherBodyError, Said, once

ARGUMENT = "idempotency_key"
FORM_KEY = "form_key"
Made = TypeVar("Made")
HEADER: Any = Header(
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
        # PEP 362 lets it be set, though typeshed has no such attribute; ninja takes unions, though its types
        # do not say so.
        checked.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]
        contribute_operation_args(checked, ARGUMENT, str | None, HEADER)  # type: ignore[arg-type]
        return checked

    return decorated


def first_time(request: HttpRequest, visit: Visit, effect: Callable[[], Made]) -> Made | None:
    """Do what a form asks for and say what came of it; None, and nothing done, where this very form was sent before."""
    made: list[Made] = []

    def done() -> Said:
        made.append(effect())
        return 200, {}

    try:
        asked = Asked(visit.user.public_id, f"{request.method} {request.path}", request.POST.get(FORM_KEY, ""), b"")
    except BadKeyError:
        # Sent by hand, or from a page of a release before: such a form cannot be told from another one.
        return effect()
    once(asked, timezone.now(), done, durable=durable)
    return made[0] if made else None


def _invalid(message: str) -> ValidationError:
    return ValidationError([{"type": "value_error", "loc": ("header", "Idempotency-Key"), "msg": message}])
