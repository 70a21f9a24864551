"""The exchange rates that a saved revision keeps: those of its figures, and those by which results are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db import models

from costcalc.catalog.currencies import SHOWN
from costcalc.catalog.exchange import row_of
from costcalc.catalog.exchange_rates import ExchangeRate, known_rates
from costcalc.engine import USD, ExchangeRates

if TYPE_CHECKING:
    from costcalc.scenarios.saved import Revision
    from costcalc.scenarios.scenario import Scenario


class PinnedRate(models.Model):
    """The row of one currency's rate on the revision's day; `used` says that its figures stand on it.

    The others are those by which sums in dollars are shown, so that they too stay what they were.
    """

    revision = models.ForeignKey("scenarios.Revision", on_delete=models.CASCADE, related_name="rate_pins")
    # A workspace that is deleted takes its own rates along, pinned or not.
    rate = models.ForeignKey(ExchangeRate, on_delete=models.RESTRICT, related_name="+")
    used = models.BooleanField()

    class Meta:
        ordering = ("revision", "pk")
        constraints = (models.UniqueConstraint(fields=("revision", "rate"), name="one_pin_a_rate"),)

    def __str__(self) -> str:
        return f"{self.rate} in {self.revision}"


def pinned_rates(pins: Iterable[PinnedRate]) -> ExchangeRates:
    """The rates as the engine converts with them."""
    return known_rates(pin.rate for pin in pins)


def rate_pins(revision: Revision, scenario: Scenario) -> Iterator[PinnedRate]:
    """What a revision keeps. A rate that is typed into the scenario is in its address already."""
    for currency in sorted({*scenario.currencies, *SHOWN} - {USD}):
        row = row_of(scenario.rates, currency, scenario.day)
        if row is not None:
            yield PinnedRate(revision=revision, rate_id=row.pk, used=currency in scenario.currencies)
