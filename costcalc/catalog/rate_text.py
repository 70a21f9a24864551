"""A price with its tiers as one line of text: `1.25; 200000: 2.50` is 2.50 for requests above 200,000 tokens.

How numbers are read and written is the caller's: as a language does, or canonically.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from costcalc.engine import Rate, Tier

MOST_TIERS = 10
LONGEST = 500
# In any currency: of some, a dollar buys tens of thousands.
HIGHEST_PRICE = Decimal(10) ** 9
HIGHEST_THRESHOLD = 10**9


class TierError(ValueError):
    """Tiers that are not `threshold: price`, too many of them, or two with one threshold."""


# Reads a number with its bounds and most decimals; raises FigureError.
Read = Callable[[str, Decimal, int], Decimal]


def read_rate(text: str, read: Read) -> Rate:
    """The price that a line says. Raises FigureError, TierError."""
    if len(text) > LONGEST:
        raise TierError
    base, *rest = text.split(";")
    if len(rest) > MOST_TIERS:
        raise TierError
    price = read(base.strip(), HIGHEST_PRICE, 18)
    tiers = sorted((_tier(part, read) for part in rest), key=lambda tier: tier.above)
    if len({tier.above for tier in tiers}) < len(tiers):
        raise TierError
    return Rate(price, tuple(tiers))


def write_rate(rate: Rate, write: Callable[[Decimal | int], str]) -> str:
    """The line that `read_rate` reads."""
    return "; ".join([write(rate.base), *(f"{write(tier.above)}: {write(tier.price)}" for tier in rate.tiers)])


def _tier(text: str, read: Read) -> Tier:
    above, colon, price = text.partition(":")
    if not colon:
        raise TierError
    threshold = read(above.strip(), Decimal(HIGHEST_THRESHOLD), 0)
    return Tier(int(threshold), read(price.strip(), HIGHEST_PRICE, 18))
