"""Reads and writes numbers and dates as people do; pure, and quick on whatever is typed.

A figure that could mean two things is asked about, never guessed. The convention of each language
decides what can be read one way only:

* English writes `1,000.5`, Vietnamese `1.000,5`; a space may group in both.
* One grouping mark followed by anything but three digits (`1,5` in English, `1.5` in Vietnamese) or
  after a lone zero (`0,500`) is ambiguous: the error names both readings, as they would be right here.
* The other language's convention (`1.000,5` in English) and wrong groups (`10,00,0`) are refused with
  the one figure that they can mean.
* In a field for whole numbers, three decimals (`50.000` in English) look like a group: asked, too. So they
  are wherever `asks` says that it is counts that are typed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from costcalc.digits import (
    CONVENTIONS,
    LONGEST,
    Convention,
    canonical,
    convention_of,
    like_a_group,
    well_grouped,
    write_number,
)

_SPACES: Final = " \u00a0\u202f"
_MINUS: Final = "-\u2212"


def _n(text: str) -> str:
    """Mark a message for the translators; it is translated where it is shown."""
    return text


MESSAGES: Final = {
    "empty": _n("Type a number."),
    "too_long": _n("That is longer than %(limit)s characters. Type a number such as %(example)s."),
    "not_a_number": _n("“%(text)s” is not a number. Type it like %(example)s."),
    "ambiguous": _n("“%(text)s” can be read in two ways. Write %(first)s or %(second)s."),
    "grouping": _n("The digits of “%(text)s” are not in groups of three. Write %(right)s."),
    "foreign_en": _n("In English, write %(right)s."),
    "foreign_vi": _n("In Vietnamese, write %(right)s."),
    "address": _n(
        "“%(text)s” in the address is not a number: there one is digits and a point, such as %(right)s. "
        "Change the address, or type the number here."
    ),
    "address_too_long": _n("The number in the address is longer than %(limit)s characters."),
    "not_whole_but": _n("“%(text)s” is not a whole number. If you mean %(right)s, write it so."),
    "too_low": _n("This must be %(low)s or more."),
    "too_high": _n("This must be %(high)s or less."),
    # What the API says after the name of a field.
    "at_least": _n("must be %(low)s or more"),
    "at_most": _n("must be %(high)s or less"),
    "too_many_decimals": _n("Too many decimals: %(places)s at most."),
    "not_whole": _n("This must be a whole number."),
    "not_a_date": _n("“%(text)s” is not a date. Type it like %(example)s."),
    "ambiguous_date": _n("“%(text)s” can be two days. Write %(first)s or %(second)s."),
}


class FigureError(ValueError):
    """What was typed cannot be read; says what is wrong and what would be right.

    `code` is a key of MESSAGES; `message` is the English text with `%(name)s` places for `params`,
    all strings, already written as the reader's language writes them. Show it with
    `gettext(error.message) % error.params`.
    """

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.message = MESSAGES[code]
        self.params = params
        super().__init__(self.message % params)


_SCALES: Final = {
    "": 0,
    **dict.fromkeys(("k", "thousand", "nghìn", "ngàn"), 3),
    **dict.fromkeys(("m", "mn", "million", "tr", "triệu"), 6),
    **dict.fromkeys(("b", "bn", "g", "billion", "tỷ", "tỉ"), 9),
}
_PARTS: Final = re.compile(rf"([{_MINUS}+]?)([0-9.,{_SPACES}]*[0-9])[{_SPACES}]*(\w*)")
_CANONICAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")


def read_number(
    text: str,
    language: str,
    *,
    low: Decimal | int | None = None,
    high: Decimal | int | None = None,
    places: int | None = None,
    asks: bool = False,
) -> Decimal:
    """The number that was typed, exactly: `50k`, `1.5M`, `1,000` (en), `1.000,5` and `2 triệu` (vi).

    `low` and `high` bound it, both included; `places` is the most decimals that it may have. With `asks`,
    for counts, `50.000` in English and `1,000` in Vietnamese are asked about. Raises FigureError.
    """
    typed = _typed(text, convention_of(language))
    whole, fraction = typed.halves(whole_only=places == 0, asks=asks)
    number = _exact(typed, whole, fraction)
    if not number and typed.negative:
        raise _not_a_number(text, typed.convention)
    _check(number, language, low, high, places)
    return number


def read_share(
    text: str,
    language: str,
    *,
    low: Decimal | int = 0,
    high: Decimal | int = 1,
    places: int | None = None,
) -> Decimal:
    """A share typed in percent: `25`, `25 %`, `0,5 %` (vi) → 0.25, 0.25, 0.005, exactly.

    `low` and `high` are shares; `places` counts the decimals of the percentage. Raises FigureError.
    """
    bare = text.rstrip(_SPACES).removesuffix("%") if len(text) <= LONGEST else text
    percent = read_number(bare, language, low=Decimal(low) * 100, high=Decimal(high) * 100, places=places)
    return _shifted(percent, -2)


def read_date(text: str, language: str) -> date:
    """The day that was typed: `2026-11-22` always, `22/11/2026`; `03/04/2026` in Vietnamese only.

    In English a day that can be two days is asked about. Raises FigureError.
    """
    convention = convention_of(language)
    typed = _bounded(text, convention)
    if match := _ISO.fullmatch(typed):
        return _day(typed, convention, *(int(part) for part in match.groups()))
    match = _DAY.fullmatch(typed)
    if not match:
        raise _not_a_date(typed, convention)
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    return _day(typed, convention, year, *_month_and_day(typed, language, year, first, second))


def read_canonical(
    text: str,
    language: str = "en",
    *,
    low: Decimal | int | None = None,
    high: Decimal | int | None = None,
    places: int | None = None,
) -> Decimal:
    """A number from an address: ASCII digits, a point, no grouping, no exponent.

    `language` is the reader's, in which bounds are said. Raises FigureError.
    """
    if len(text) > LONGEST:
        raise FigureError("address_too_long", limit=str(LONGEST))
    if not _CANONICAL.fullmatch(text) or (text.startswith("-") and not text.strip("-0.")):
        raise FigureError("address", text=_shown(text), right=_as_in_an_address(text))
    number = Decimal(text)
    _check(number, language, low, high, places)
    return number


def _as_in_an_address(text: str) -> str:
    """What was meant, where every language reads it the same; else an example."""
    readings = set()
    for language in CONVENTIONS:
        try:
            readings.add(canonical(read_number(text, language)))
        except FigureError:
            continue
    return readings.pop() if len(readings) == 1 else "1000.5"


def _bounded(text: str, convention: Convention) -> str:
    """The text without its outer spaces, once it is known to be short."""
    if len(text) > LONGEST:
        raise FigureError("too_long", limit=str(LONGEST), example=convention.example)
    typed = unicodedata.normalize("NFC", text.strip(_SPACES))
    if not typed:
        raise FigureError("empty")
    return typed


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, cut into sign, digits with their marks, and suffix with its power of ten."""

    text: str
    convention: Convention
    sign: str
    digits: str
    suffix: str
    scale: int

    @property
    def negative(self) -> bool:
        return bool(self.sign) and self.sign in _MINUS

    def halves(self, *, whole_only: bool, asks: bool) -> tuple[str, str]:
        """Whole and decimal digits by the convention, or the question that has to be asked."""
        whole, point, fraction = self.digits.partition(self.convention.point)
        groups = _groups(whole, self.convention)
        if point and not fraction.isdigit():
            raise self._foreign()
        if len(groups) > 1 and not well_grouped(groups):
            raise self._misgrouped(groups, fraction)
        if (whole_only or asks) and not self.suffix and len(groups) == 1 and like_a_group(whole, fraction):
            raise self._like_a_group(whole, fraction, whole_only=whole_only)
        return "".join(groups), fraction

    def _misgrouped(self, groups: list[str], fraction: str) -> FigureError:
        """`1,5` may be a decimal in the other convention; `10,00,0` is only misgrouped."""
        if not all(group.isdigit() for group in groups):
            return _not_a_number(self.text, self.convention)
        if len(groups) == 2 and not fraction and self.convention.group in self.digits:
            return self._two_ways((groups[0], groups[1]), ("".join(groups), ""))
        return FigureError("grouping", text=self.text, right=self._written("".join(groups), fraction))

    def _foreign(self) -> FigureError:
        """`1.000,5` typed in English is right in the other convention; what is right in none is no number."""
        whole, _, fraction = self.digits.partition(self.convention.group)
        groups = whole.split(self.convention.point)
        if not well_grouped(groups) or not (fraction.isdigit() or not fraction):
            return _not_a_number(self.text, self.convention)
        return FigureError(
            f"foreign_{self.convention.language}", text=self.text, right=self._written("".join(groups), fraction)
        )

    def _like_a_group(self, whole: str, fraction: str, *, whole_only: bool) -> FigureError:
        """`50.000` is 50 or a group; where numbers are whole, `50.125` can be one in one way only."""
        decimals = fraction.rstrip("0")
        if decimals and whole_only:
            return FigureError("not_whole_but", text=self.text, right=self._written(whole + fraction, ""))
        # A fourth decimal says that the mark is a point: `50.1250` is read, `50.125` would be asked about again.
        decimals = decimals if len(decimals) < 3 else decimals + "0"
        return self._two_ways((whole, decimals), (whole + fraction, ""))

    def _two_ways(self, first: tuple[str, str], second: tuple[str, str]) -> FigureError:
        return FigureError("ambiguous", text=self.text, first=self._written(*first), second=self._written(*second))

    def _written(self, whole: str, fraction: str) -> str:
        """A reading as it would be typed right, sign and suffix kept."""
        grouped = f"{int(whole or '0'):,}".replace(",", self.convention.group)
        figure = f"{grouped}{self.convention.point}{fraction}" if fraction else grouped
        gap = " " if len(self.suffix) > 1 else ""
        return f"{self.sign}{figure}{gap}{self.suffix}"


def _typed(text: str, convention: Convention) -> _Typed:
    bare = _bounded(text, convention)
    match = _PARTS.fullmatch(bare)
    scale = _SCALES.get(match[3].lower()) if match else None
    if match is None or scale is None:
        raise _not_a_number(bare, convention)
    return _Typed(bare, convention, match[1], match[2], match[3], scale)


def _groups(whole: str, convention: Convention) -> list[str]:
    if convention.group in whole:
        return whole.split(convention.group)
    return re.split(f"[{_SPACES}]", whole)


def _exact(typed: _Typed, whole: str, fraction: str) -> Decimal:
    """Built from text, so that no context rounds it on the way."""
    minus = "-" if typed.negative else ""
    return Decimal(f"{minus}{whole or '0'}{fraction}E{typed.scale - len(fraction)}")


def _shifted(number: Decimal, places: int) -> Decimal:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return Decimal((sign, digits, exponent + places))


def _check(
    number: Decimal, language: str, low: Decimal | int | None, high: Decimal | int | None, places: int | None
) -> None:
    if low is not None and number < low:
        raise FigureError("too_low", low=write_number(low, language))
    if high is not None and number > high:
        raise FigureError("too_high", high=write_number(high, language))
    if places is not None and _decimals(number) > places:
        raise FigureError("too_many_decimals", places=str(places)) if places else FigureError("not_whole")


def _decimals(number: Decimal) -> int:
    return len(canonical(number).partition(".")[2])


def _month_and_day(typed: str, language: str, year: int, first: int, second: int) -> Iterator[int]:
    """Day first in Vietnamese; in English whichever order makes a day, asked when both do."""
    readings = {(second, first)} if language.startswith("vi") else {(second, first), (first, second)}
    possible = sorted(reading for reading in readings if _is_day(year, *reading))
    if len(possible) == 2:
        first_day, second_day = (date(year, *reading).isoformat() for reading in possible)
        raise FigureError("ambiguous_date", text=typed, first=first_day, second=second_day)
    return iter(possible[0] if possible else (second, first))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day(typed: str, convention: Convention, *parts: int) -> date:
    try:
        return date(*parts)
    except ValueError:
        raise _not_a_date(typed, convention) from None


def _not_a_number(typed: str, convention: Convention) -> FigureError:
    return FigureError("not_a_number", text=_shown(typed), example=convention.example)


def _not_a_date(typed: str, convention: Convention) -> FigureError:
    return FigureError("not_a_date", text=_shown(typed), example=convention.date_example)


def _shown(typed: str) -> str:
    """Safe to say back: what has no shape becomes a mark."""
    return "".join(character if character.isprintable() else "\ufffd" for character in typed)
