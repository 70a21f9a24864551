"""Price sheets in few words, for tests."""

from __future__ import annotations

from decimal import Decimal

from costcalc.engine import PriceSheet, Rate, Rates, Step, Tier, Variant


def rates(**prices: str) -> dict[str, Rate]:
    """Prices without tiers: `rates(input_mtok="2")`."""
    return {name: Rate(Decimal(price)) for name, price in prices.items()}


def tiered(base: str, *tiers: tuple[int, str]) -> Rate:
    """A price with tiers: `tiered("3", (200_000, "6"))`."""
    return Rate(Decimal(base), tuple(Tier(above, Decimal(price)) for above, price in tiers))


def standard(prices: Rates, *variants: Variant) -> PriceSheet:
    """A sheet whose prices hold on every day."""
    return PriceSheet((Step(prices),), variants)


# OpenAI's list prices of gpt-4.1.
GPT = rates(input_mtok="2", cache_read_mtok="0.5", output_mtok="8")
