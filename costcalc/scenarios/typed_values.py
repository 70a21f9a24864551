"""What somebody typed, or an address holds, as a value of its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache

from babel.numbers import list_currencies
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from costcalc.figures import FigureError, read_canonical, read_date, read_number
from costcalc.scenarios.fields import FIRST_DAY, LAST_DAY, LONGEST_TEXT
from costcalc.scenarios.kinds import Field, Value
from costcalc.secrets import holds_key
from costcalc.wire.plain_text import HOLDS_KEY

LONGEST_REFERENCE = 300


class Refused(ValueError):
    """A value that is not one of the field's; its text is the message."""


def _number(text: str, field: Field, language: str | None) -> Decimal:
    if language is None:
        reader = get_language() or "en"
        return read_canonical(text, reader, low=field.low, high=field.high, places=field.places)
    return read_number(text, language, low=field.low, high=field.high, places=field.places, asks=field.counts)


def _percent(text: str, field: Field, language: str | None) -> Decimal:
    bare = text.rstrip().removesuffix("%") if language and len(text) <= LONGEST_TEXT else text
    return _number(bare, field, language)


def _choice(text: str, field: Field, language: str | None) -> str:
    if text in dict(field.choices):
        return text
    allowed = ", ".join(value for value, _label in field.choices)
    raise Refused(_("This can be one of: %(allowed)s.") % {"allowed": allowed})


def _text(text: str, field: Field, language: str | None) -> str:
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(_("At most %(limit)s characters.") % {"limit": LONGEST_TEXT})
    if not text.isprintable():
        raise Refused(_("This holds characters that cannot be shown."))
    return _without_key(text)


def _reference(text: str, field: Field, language: str | None) -> str:
    text = text.strip()
    if not text:
        raise Refused(_("Choose a model, or type prices instead."))
    if len(text) > LONGEST_REFERENCE or not text.isprintable():
        raise Refused(_("No model has such a name."))
    return _without_key(text)


def _without_key(text: str) -> str:
    if holds_key(text):
        raise Refused(str(HOLDS_KEY))
    return text


def _date(text: str, field: Field, language: str | None) -> str:
    day = read_date(text, language or "en").isoformat()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(_("This must be a day between 2000 and 2100."))
    return day


def _since(text: str, field: Field, language: str | None) -> Value:
    """A month's number, from 1, or a day."""
    try:
        return _number(text, field, language)
    except FigureError:
        if len(text) > LONGEST_TEXT or sum(text.count(sign) for sign in "-/.") < 2:
            raise
    return _date(text, field, language)


def _currency(text: str, field: Field, language: str | None) -> str:
    code = text.strip().upper()
    if code not in currencies():
        raise Refused(_("This is not a currency: write its three letters, such as USD, EUR or VND."))
    return code


@cache
def currencies() -> frozenset[str]:
    """The codes of all currencies (ISO 4217)."""
    return frozenset(list_currencies())


READERS: Mapping[str, Callable[[str, Field, str | None], Value]] = {
    "number": _number,
    "percent": _percent,
    "price": _number,
    "cost": _number,
    "since": _since,
    "currency": _currency,
    "input": _text,
    "choice": _choice,
    "text": _text,
    "model": _reference,
    "date": _date,
}
