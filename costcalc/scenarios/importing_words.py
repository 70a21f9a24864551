"""What is wrong in a file, in the reader's language: the bodies of the API are checked in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from costcalc.figures import FigureError
from costcalc.secrets import REFUSAL

# By pydantic's own names of what can be wrong (docs.pydantic.dev, “Validation Errors”).
KINDS = {
    "missing": gettext_noop("This is missing."),
    "extra_forbidden": gettext_noop("No scenario has such a key."),
    "string_type": gettext_noop("A text belongs here."),
    "string_too_long": gettext_noop("At most %(max_length)s characters."),
    "int_type": gettext_noop("A whole number belongs here."),
    "int_parsing": gettext_noop("A whole number belongs here."),
    "int_from_float": gettext_noop("A whole number belongs here."),
    "bool_type": gettext_noop("Yes or no belongs here: true or false."),
    "list_type": gettext_noop("A list belongs here."),
    "dict_type": gettext_noop("An object with keys belongs here."),
    "model_type": gettext_noop("An object with keys belongs here."),
    "too_short": gettext_noop("At least %(min_length)s belongs here."),
    "too_long": gettext_noop("At most %(max_length)s belong here."),
    "greater_than_equal": gettext_noop("This must be %(ge)s or more."),
    "less_than_equal": gettext_noop("This must be %(le)s or less."),
    "literal_error": gettext_noop("This must be %(expected)s."),
}
# What the bodies' own checks say, so that the catalogue of translations has it.
OWN = (
    gettext_noop('must be a number, or a decimal string such as "0.5"'),
    gettext_noop('must be a number from 1 to 31, "365/12" or "calendar"'),
    gettext_noop("must be a day such as 2026-11-22"),
    gettext_noop("must be a day such as 2026-11-22, or a UTC date-time such as 2026-11-22T10:00:00Z"),
    gettext_noop("not a currency of ISO 4217, such as USD, EUR or VND"),
    gettext_noop("holds characters that cannot be shown"),
    gettext_noop("must not be empty"),
    REFUSAL,
)


def fault_words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """One of pydantic's errors in the reader's language; `message` is its own English for it."""
    error = context.get("error")
    if isinstance(error, FigureError):
        words = gettext(error.message) % error.params
    elif kind in KINDS:
        words = gettext(KINDS[kind]) % context
    else:
        words = gettext(message.removeprefix("Value error, "))
    return words[:1].upper() + words[1:]
