"""The charts of a computed scenario: which there are, and where their pictures are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from costcalc.accounts.preferences import SHOW
from costcalc.charts import Chart, Framed
from costcalc.formatting import Formatter
from costcalc.scenarios.cash_chart import cash_chart
from costcalc.scenarios.drivers_chart import Driver, drivers_chart
from costcalc.scenarios.money_chart import money_chart
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.return_outlook import OutlookWriter
from costcalc.scenarios.scenario import Result

Drawn = Callable[[], Chart | None]


@dataclass(frozen=True)
class Place:
    """Where a scenario's pictures are: the address that their names follow, and the query that says which scenario.

    `currency` is what the page's own address asks for; empty where it asks for none.
    """

    address: str
    query: str = ""
    currency: str = ""

    def framed(self, chart: Chart | None) -> Framed | None:
        """A chart with its pictures' addresses."""
        query = "&".join(filter(None, (self.query, self.currency and f"{SHOW}={self.currency}")))
        return None if chart is None else Framed(chart, f"{self.address}{chart.id}", query)


def in_calculator(query: str, currency: str = "") -> Place:
    """Where the pictures of what is not saved are: under the calculator, with its query."""
    return Place(f"{reverse('scenarios:calculator')}charts/", query, currency)


class ReturnCharts:
    """The charts of one result in one language; `reading` says what the uncertain inputs are called."""

    def __init__(self, result: Result, reading: Reading, write: Formatter) -> None:
        self.result, self.reading, self.write = result, reading, write
        self._known: dict[str, Drawn] = {"money": self.money, "cash": self.cash, "drivers": self.drivers}

    def named(self, name: str) -> Chart | None:
        """A chart by its id; None where there is none."""
        return self._known[name]() if name in self._known else None

    def money(self) -> Chart | None:
        """Where the month's money goes."""
        return money_chart(self.result, self.write)

    def cash(self) -> Chart | None:
        """Cumulative cash, with its spread and its payback."""
        return cash_chart(self.result.returned, self.result.outlook, self.write)

    def drivers(self) -> Chart | None:
        """What drives it."""
        writer = OutlookWriter(self.result, self.reading, self.write)
        found = []
        for swing in self.result.swings:
            label, (low, _at_low, high, _at_high) = writer.driver(swing)
            found.append(Driver(label, low, high, swing.low_cents, swing.high_cents))
        return drivers_chart(self.result.returned, found, self.write)

    def framed(self, place: Place) -> dict[str, Framed | None]:
        """All of them by their names, for a page."""
        return {name: place.framed(draw()) for name, draw in self._known.items()}
