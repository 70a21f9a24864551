"""What has to be there before visitors are let in. Rooms above register what they need."""

from collections.abc import Callable

from django.db import DatabaseError, connection

Check = Callable[[], bool]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Ask `check` before calling the product ready; a database error in it counts as no."""
    _checks[name] = check


def missing() -> list[str]:
    """Names of what is not there yet, "database" first. Empty when ready."""
    return [name for name, check in {"database": database_answers, **_checks}.items() if not _passes(check)]


def database_answers() -> bool:
    """Whether the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _passes(check: Check) -> bool:
    try:
        return check()
    except DatabaseError:
        return False
