"""What was forecast and what came of it, as pages say it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from costcalc.formatting import Formatter, formatter_for
from migrations_app.rules.saved_so_far import SoFar, so_far
from migrations_app.rules.state import State


@dataclass(frozen=True)
class Row:
    """A line of the table; `look` is the actual's tone."""

    label: str
    forecast: str
    actual: str
    look: str


@dataclass(frozen=True)
class Shown:
    """The table, and what has to be said with it."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def shown(state: State, now: dt.datetime) -> Shown:
    """How the plan stands by now."""
    found, write = so_far(state, now), formatter_for()
    return Shown((_money(found, write), _tokens(found, write)), tuple(_notes(state, found, write)))


def _money(found: SoFar, write: Formatter) -> Row:
    known = found.actual is not None
    forecast = found.forecast_measured if known else found.forecast
    look = "muted" if found.actual is None else "saves" if found.actual >= 0 else "costs"
    return Row(_("Saved so far"), _written(forecast, write), _written(found.actual, write), look)


def _tokens(found: SoFar, write: Formatter) -> Row:
    figures = [
        _unknown() if each is None else write.number(each, 0) for each in (found.tokens_forecast, found.tokens_actual)
    ]
    return Row(_("Tokens per request"), figures[0], figures[1], "muted" if found.tokens_actual is None else "")


def _written(value: Decimal | None, write: Formatter) -> str:
    return _unknown() if value is None else write.money(value)


def _unknown() -> str:
    return _("not known yet")


def _notes(state: State, found: SoFar, write: Formatter) -> list[str]:
    if not found.hours:
        return [_("Nothing has been on the target yet.")]
    if found.actual is None:
        return [_("What was really saved is known once the figures of a stage say its requests and its cost.")]
    notes = [_cover(found, write)]
    if found.old_price_forecast:
        notes.append(_("What the old side costs is taken from the forecast: it was not measured."))
    return notes


def _cover(found: SoFar, write: Formatter) -> str:
    words = {"measured": hours(found.measured, write), "hours": hours(found.hours, write)}
    said = _("As far as figures reach: %(measured)s h of the %(hours)s h with traffic on the target.") % words
    if found.forecast is None:
        return said
    return f"{said} " + _("For all of them, %(money)s was forecast.") % {"money": write.money(found.forecast)}


def hours(value: Decimal, write: Formatter) -> str:
    """To the tenth of an hour."""
    return write.number(value.quantize(Decimal("0.1")).normalize())
