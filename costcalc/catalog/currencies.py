"""The currencies of the world as ISO 4217 and babel know them: which there are, and what they are called."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Annotated, Final

from babel import Locale
from babel.core import get_global
from pydantic import AfterValidator, Field

from costcalc.engine import USD
from costcalc.formatting import formatter_for

# Those that results are shown in; they lead every list.
SHOWN: Final = (USD, "VND", "CNY", "EUR")


@cache
def currencies() -> frozenset[str]:
    """The codes of what is legal tender somewhere today."""
    by_territory = get_global("territory_currencies").values()
    return frozenset(code for held in by_territory for code, _start, end, tender in held if tender and not end)


def is_currency(code: str) -> bool:
    """Whether this is the code of a currency in use."""
    return code in currencies()


def _known(code: str) -> str:
    if not is_currency(code):
        raise ValueError("must be the ISO 4217 code of a currency in use, such as VND")
    return code


# In a schema of the API.
Currency = Annotated[str, AfterValidator(_known), Field(min_length=3, max_length=3)]


def currency_name(code: str) -> str:
    """`US Dollar`, in the active language; the code where there are no words for it."""
    return str(Locale.parse(formatter_for().language).currencies.get(code, code))


def currency_choices() -> list[tuple[str, str]]:
    """`("VND", "VND – Vietnamese Dong")` for a select: those of results first, then the others by code."""
    return list(_choices(formatter_for().language))


@lru_cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).currencies
    codes = [*SHOWN, *sorted(currencies() - set(SHOWN))]
    return tuple((code, f"{code} – {names.get(code, code)}") for code in codes)
