"""What is priced: genai-prices' own units, by their price names (`input_mtok`) and usage names (`input_tokens`).

A unit may be part of another: tokens read from a cache are input tokens too. Where a part has no
price of its own, it is billed at the price of the unit that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from genai_prices.data_units import unit_data
from genai_prices.units import UnitDef, UnitRegistry

from costcalc.engine.errors import UnknownUnit

REGISTRY = UnitRegistry(unit_data)
BY_PRICE = {unit.price_key: unit for unit in REGISTRY.units.values()}
UNIT_NAMES: tuple[str, ...] = tuple(BY_PRICE)
REQUESTS = "requests_kcount"


def unit_named(name: str) -> UnitDef:
    """The unit with this price name (`input_mtok`); raises UnknownUnit for any other word."""
    try:
        return BY_PRICE[name]
    except KeyError:
        raise UnknownUnit(name) from None


def unit_counted_as(usage_name: str) -> UnitDef:
    """The unit with this usage name (`input_tokens`); raises UnknownUnit for any other word."""
    try:
        return REGISTRY.units[usage_name]
    except KeyError:
        raise UnknownUnit(usage_name) from None


def per(name: str) -> int:
    """How many of a unit one price is for: 1,000,000 for tokens, 1,000 for searches, 3,600 for audio hours."""
    return unit_named(name).per


@cache
def is_part_of(part: str, whole: str) -> bool:
    """Whether every `part` is also a `whole` (a cache read is an input token); a unit is no part of itself."""
    inner, outer = BY_PRICE[part], BY_PRICE[whole]
    return inner is not outer and outer.dimensions.items() <= inner.dimensions.items()


@cache
def wholes(name: str) -> tuple[str, ...]:
    """The units that this one is part of, the closest first (cache_write_1h: cache_write, then input)."""
    outer = (other for other in BY_PRICE if is_part_of(name, other))
    return tuple(sorted(outer, key=lambda other: -len(BY_PRICE[other].dimensions)))


def billed_as(name: str, priced: Iterable[str]) -> str | None:
    """Whose price this unit pays: its own, else that of the closest whole among `priced`; None if there is none."""
    have = frozenset(priced)
    return next((unit for unit in (name, *wholes(name)) if unit in have), None)


@cache
def innermost_first(priced: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each unit with the units of the set that are part of it, ordered so that parts come before wholes."""
    ordered = sorted(priced, key=lambda name: (-len(BY_PRICE[name].dimensions), name))
    return tuple((name, tuple(other for other in ordered if is_part_of(other, name))) for name in ordered)
