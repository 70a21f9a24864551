"""Numbers in running text, whose convention nobody has said: read unless they can be two."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from costcalc.digits import LONGEST, canonical
from costcalc.engine import round_half_up
from costcalc.scenarios.claims import cues


def points(text: str) -> str:
    """Which mark is the point of this text's numbers, where one of them shows it: `.`, `,` or nothing."""
    shown = set()
    for match in re.finditer(cues.DIGITS, text):
        marks = re.sub(r"[^.,]", "", match.group())
        last = match.group().rpartition(marks[-1])[2] if marks else ""
        if len(set(marks)) == 2 or (len(marks) == 1 and (len(last) != 3 or match.group().startswith("0"))):
            shown.add(marks[-1])
        elif len(marks) > 1:
            shown.add("," if marks[-1] == "." else ".")
    if len(shown) == 1:
        return shown.pop()
    return "" if shown or cues.VIETNAMESE.search(text) else "."


def value(match: re.Match[str], point: str, *, strict: bool) -> Decimal | None:
    """The number, or None where it can be two. A count or a sum with three digits after its mark is grouped."""
    digits = re.sub(r"\s", "", match["digits"])
    marks = re.sub(r"\d", "", digits)
    if len(digits) > LONGEST:
        return None
    last = digits.rpartition(marks[-1])[2] if marks else ""
    alone = len(marks) == 1
    if alone and len(last) == 3 and not digits.startswith("0"):
        if strict and not point:
            return None
        is_point = strict and marks == point
    else:
        is_point = alone or len(set(marks)) == 2
    whole, fraction = (digits.rpartition(marks[-1])[0], last) if marks and is_point else (digits, "")
    whole = re.sub(r"\D", "", whole)
    scale = cues.SCALES.get((match["scale"] or "").lower(), 0)
    return Decimal(f"{whole}{fraction}E{scale - len(fraction)}")


def plain(text: str) -> Decimal | None:
    """A small number in an exchange: `1`, `7.1`, `7,1`, `one`."""
    match = re.search(r"\d{1,12}(?:[.,]\d{1,12})?", text)
    if match is None:
        return Decimal(1) if re.search(r"one|một", text, cues.ANY_CASE) else None
    return Decimal(match.group().replace(",", "."))


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up to so many decimals, without trailing zeros."""
    return Decimal(canonical(Decimal(round_half_up(value * 10**places)).scaleb(-places)))
