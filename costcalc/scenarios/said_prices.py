"""Everything that a side's prices say of a day, in words by unit and variant; and what two of them say otherwise."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from costcalc.catalog.labels import measure_label, unit_label, variant_label
from costcalc.engine import CONTEXTS, MeanRate, NoSuchVariant, PriceSheet, averaged, prices_at, round_half_up
from costcalc.formatting import Formatter

PLACES = 12


def said_prices(sheet: PriceSheet, day: dt.date, write: Formatter) -> dict[str, str]:
    """`{"Input tokens": "$2.00", "Output tokens (batch)": "$4.00"}`; a variant's only where they are its own.

    Prices by the hour are their mean over the day, so hours that change nothing on average are not told apart.
    """
    standard = _rates(sheet, day, "standard")
    found = {unit_label(unit): _written(unit, rate, write) for unit, rate in standard.items()}
    for variant in CONTEXTS:
        for unit, rate in _rates(sheet, day, variant).items():
            if rate != standard.get(unit):
                found[f"{unit_label(unit)} ({variant_label(variant)})"] = _written(unit, rate, write)
    return found


def price_changes(old: dict[str, str], new: dict[str, str], write: Formatter) -> list[str]:
    """`Input read from cache: $0.05 → $0.02`, for each price that is another, new, or gone."""
    labels = [label for label in dict.fromkeys((*old, *new)) if old.get(label) != new.get(label)]
    return [f"{label}: {old.get(label, write.unknown)} → {new.get(label, write.unknown)}" for label in labels]


def _rates(sheet: PriceSheet, day: dt.date, variant: str) -> dict[str, MeanRate]:
    try:
        return averaged(prices_at(sheet, day, variant)) if sheet.steps else {}
    except NoSuchVariant:
        return {}


def _written(unit: str, rate: MeanRate, write: Formatter) -> str:
    """`$2.00, above 200,000 tokens $3.00`; what is not per MTok says what it is for."""
    prices = (rate.base, *(price for _above, price in rate.tiers))
    base, *tiers = [write.scaled_money(round_half_up(price * 10**PLACES), PLACES) for price in prices]
    if not unit.endswith("_mtok"):
        base = f"{base} {measure_label(unit)}"
    words = [_("above %(tokens)s tokens") % {"tokens": write.number(above)} for above, _price in rate.tiers]
    return ", ".join([base, *(f"{word} {price}" for word, price in zip(words, tiers, strict=True))])
