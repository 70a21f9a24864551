"""Numbers as each language writes them, and as an address holds them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Convention:
    """How one language writes numbers and dates."""

    language: str
    point: str
    group: str
    example: str
    date_example: str


CONVENTIONS: Final = {
    "en": Convention("en", ".", ",", "1,000.5", "2026-11-22"),
    "vi": Convention("vi", ",", ".", "1.000,5", "22/11/2026"),
}


def canonical(number: Decimal | int) -> str:
    """The one way to write a number in an address: `1000.5`; raises ValueError when it has no such form."""
    number = Decimal(number)
    if not number.is_finite() or abs(number.adjusted()) > 2 * LONGEST:
        raise ValueError(f"no canonical form for {number!r}")
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", "0"} else text


def write_number(number: Decimal | int, language: str, *, least: int = 0, asks: bool = False) -> str:
    """The number with every digit it has, grouped, with at least `least` decimals: `1.000,5` in Vietnamese.

    With `asks` it is written so that `read_number` with `asks` reads it back: `1.1250` for 1.125.
    """
    convention = convention_of(language)
    whole, _, fraction = canonical(number).partition(".")
    grouped = f"{abs(int(whole)):,}".replace(",", convention.group)
    fraction = fraction.ljust(least, "0")
    if asks and like_a_group(whole.lstrip("-"), fraction):
        fraction += "0"
    sign = "\u2212" if whole.startswith("-") else ""
    return sign + grouped + (convention.point + fraction if fraction else "")


def write_scaled(units: int, places: int, language: str, *, least: int = 0) -> str:
    """A whole number of the last of `places` decimals, written like `write_number`: (1250, 2) is `12.5`."""
    convention = convention_of(language)
    whole, rest = divmod(abs(units), 10**places)
    fraction = f"{rest:0{places}}".rstrip("0").ljust(least, "0") if places else ""
    sign = "\u2212" if units < 0 else ""
    return sign + f"{whole:,}".replace(",", convention.group) + (convention.point + fraction if fraction else "")


def convention_of(language: str) -> Convention:
    known = CONVENTIONS.get(language)
    return known or CONVENTIONS.get(language.partition("-")[0], CONVENTIONS["en"])


def well_grouped(groups: list[str]) -> bool:
    first, *rest = groups
    leads = first.isdigit() and len(first) <= 3 and first[0] != "0"
    return leads and all(group.isdigit() and len(group) == 3 for group in rest)


def like_a_group(whole: str, fraction: str) -> bool:
    """Whether a point before these decimals could be a grouping mark."""
    return len(fraction) == 3 and well_grouped([whole, fraction])
