"""What is wrong with what somebody typed into a command, beside the field and in their language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from costcalc.formatting import formatter_for
from costcalc.secrets import REFUSAL
from costcalc.wire.plain_text import HOLDS_KEY

Fault = Mapping[str, Any]


def field_mistakes(faults: Iterable[Fault], below: int = 1) -> dict[str, str]:
    """Pydantic's errors as sentences, by the field: its dotted name, `below` so many parts."""
    said: dict[str, str] = {}
    for fault in faults:
        # Where a union of commands was read, the first part is the command itself.
        said.setdefault(".".join(str(part) for part in fault["loc"][below:]), in_words(fault))
    return said


def all_in_words(faults: Iterable[Fault]) -> str:
    """Every mistake once, for forms whose fields have no place for theirs."""
    return " ".join((_("Nothing was done."), *dict.fromkeys(field_mistakes(faults).values())))


def in_words(fault: Fault) -> str:
    """One error in a sentence."""
    if REFUSAL in str(fault.get("msg", "")):
        return str(HOLDS_KEY)
    return WORDS.get(str(fault["type"]), _unclear)(fault.get("ctx") or {})


def _unclear(_context: Mapping[str, Any]) -> str:
    return _("This cannot be understood.")


def _bound(context: Mapping[str, Any], name: str) -> str:
    bound = context[name]
    if isinstance(bound, dt.date):
        return formatter_for().day(bound)
    return bound if isinstance(bound, str) else formatter_for().number(bound)


def _day(_context: Mapping[str, Any]) -> str:
    return _("Give a day, such as 2026-12-31.")


WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _context: _("Say this, too."),
    "string_too_short": lambda _context: _("Say this, too."),
    "too_short": lambda _context: _("Say this, too."),
    "too_long": lambda context: _("At most %(bound)s.") % {"bound": _bound(context, "max_length")},
    "string_too_long": lambda context: _("At most %(most)s characters.") % {"most": _bound(context, "max_length")},
    "date_from_datetime_parsing": _day,
    "date_parsing": _day,
    "date_type": _day,
    "decimal_parsing": lambda _context: _("This is not a number."),
    "decimal_type": lambda _context: _("This is not a number."),
    "int_parsing": lambda _context: _("This is not a whole number."),
    "int_from_float": lambda _context: _("This is not a whole number."),
    "greater_than": lambda context: _("More than %(bound)s.") % {"bound": _bound(context, "gt")},
    "greater_than_equal": lambda context: _("At least %(bound)s.") % {"bound": _bound(context, "ge")},
    "less_than": lambda context: _("Less than %(bound)s.") % {"bound": _bound(context, "lt")},
    "less_than_equal": lambda context: _("At most %(bound)s.") % {"bound": _bound(context, "le")},
    "decimal_max_places": lambda context: _("At most %(most)s decimals.") % {"most": _bound(context, "decimal_places")},
}
