"""What is wrong with a field of a command, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.secrets import REFUSAL
from costcalc.wire.plain_text import HOLDS_KEY


def fault_words(fault: Mapping[str, Any]) -> str:
    """A sentence for one of pydantic's errors."""
    if REFUSAL in fault["msg"]:
        return str(HOLDS_KEY)
    return _WORDS.get(fault["type"], _other)(fault.get("ctx", {}))


def _other(_parts: Mapping[str, Any]) -> str:
    return _("This cannot be understood here.")


def _bound(words: Callable[[], str]) -> Callable[[Mapping[str, Any]], str]:
    return lambda parts: words() % parts


def _needed(_parts: Mapping[str, Any]) -> str:
    return _("Fill this in.")


def _day(_parts: Mapping[str, Any]) -> str:
    return _("Give a day, such as 2026-12-31.")


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": _needed,
    "string_too_short": _needed,
    "string_too_long": _bound(lambda: _("At most %(max_length)s characters.")),
    "date_from_datetime_parsing": _day,
    "date_parsing": _day,
    "date_type": _day,
    "decimal_parsing": lambda _parts: _("Give a number."),
    "int_parsing": lambda _parts: _("Give a whole number."),
    "greater_than_equal": _bound(lambda: _("Not less than %(ge)s.")),
    "less_than_equal": _bound(lambda: _("Not more than %(le)s.")),
    "greater_than": _bound(lambda: _("More than %(gt)s.")),
    "less_than": _bound(lambda: _("Less than %(lt)s.")),
}
