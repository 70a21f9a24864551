"""Which exchange rates hold for whom: what a workspace says itself, and before its first word the bundled table.

Nothing is fetched: the bundled rates come from a reviewed file, which the import of prices writes into rows.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest

from costcalc.accounts.access import current_workspace
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.exchange_rates import ExchangeRate, KnownRate, known_rates
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.engine import ExchangeRates


def bundled_rates() -> ExchangeRates:
    """The rates that everybody has."""
    return catalogue().rates


def rates_in(workspace: Workspace, bundled: ExchangeRates | None = None) -> ExchangeRates:
    """The rates as they hold in a workspace."""
    own = known_rates(ExchangeRate.objects.of(workspace))
    return in_force(bundled_rates() if bundled is None else bundled, own)


def rates_for(request: HttpRequest, held: Catalogue) -> ExchangeRates:
    """The rates for whoever sends this: of the workspace that they work in; for a visitor the bundled ones.

    Who that is, is asked only where there is a session.
    """
    user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    return rates_in(current_workspace(request), held.rates) if isinstance(user, User) else held.rates


def rate_row(workspace: Workspace, currency: str, day: dt.date) -> ExchangeRate | None:
    """The row by which a currency is dollars in a workspace on a day; None where there is none."""
    by_then = ExchangeRate.objects.filter(currency=currency, starts_on__lte=day)
    own: ExchangeRate | None = by_then.of(workspace).last()
    return own or by_then.bundled().last()


def in_force(bundled: ExchangeRates, own: ExchangeRates) -> ExchangeRates:
    """From a workspace's first own rate of a currency on, its own hold, whatever is bundled later."""
    first = {row.currency: row.on for row in sorted(own.rows, key=lambda row: row.on, reverse=True)}
    kept = (row for row in bundled.rows if row.currency not in first or row.on < first[row.currency])
    return ExchangeRates(tuple(kept)).with_rows(own.rows)


def row_of(rates: ExchangeRates, currency: str, day: dt.date) -> KnownRate | None:
    """The stored row that is in force on a day; None where there is none, or it is no row (one that was typed)."""
    found = rates.rate(currency, day)
    return found if isinstance(found, KnownRate) else None
