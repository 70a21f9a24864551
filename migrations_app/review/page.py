"""What the page of a review shows, and what others see of it under a link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from costcalc.accounts.people import User
from costcalc.formatting import Formatter, formatter_for
from migrations_app.review.words import METRICS, OUTCOMES, UNITS, VERDICTS
from migrations_app.rules import dates
from migrations_app.rules.review import Figure, Metric, Tally, Verdict, table, tally
from migrations_app.rules.state import State

LOOKS = {Verdict.WORTH_IT: "saves", Verdict.PARTLY: "doubt", Verdict.NOT_WORTH_IT: "costs"}
TONES = {"better": "saves", "worse": "costs"}


@dataclass(frozen=True)
class Row:
    """One figure in words; "" where nothing is known. `kept` is None where there is no forecast to keep."""

    label: str
    unit: str
    before: str
    forecast: str
    after: str
    change: str
    outcome: str
    tone: str
    kept: bool | None
    source: str


def shown(state: State, now: dt.datetime) -> dict[str, Any]:
    """The context of the table, the verdict, and when it is due."""
    review, write = state.review, formatter_for()
    figures = table(state.about, review)
    found = tally(figures)
    return {
        "review": review,
        "rows": [_row(figure, write) for figure in figures if review.figures is None or known(figure)],
        "verdict": VERDICTS[review.verdict] if review.verdict else "",
        "look": LOOKS[review.verdict] if review.verdict else "",
        "sentence": in_words(found),
        "compared": found.compared,
        "cut_over": dates.cut_over(state, now),
        "review_day": dates.review_day(state, now),
        "when": when(state, now),
    }


def known(figure: Figure) -> bool:
    """Whether a line says anything."""
    return any(value is not None for value in figure.values) or bool(figure.source or figure.name)


def _row(figure: Figure, write: Formatter) -> Row:
    before, forecast, after = (written(figure, value, write) for value in figure.values)
    return Row(
        label=str(METRICS.get(figure.metric, figure.name)),
        unit=figure.unit,
        before=before,
        forecast=forecast,
        after=after,
        change="" if figure.change is None else write.signed_percent(figure.change, 0),
        outcome="" if figure.outcome == "unknown" else str(OUTCOMES[figure.outcome]),
        tone=TONES.get(figure.outcome, ""),
        kept=figure.kept,
        source=figure.source,
    )


def written(figure: Figure, value: Decimal | None, write: Formatter) -> str:
    """A value with its unit; "" where it is not known."""
    if value is None:
        return ""
    if figure.metric is Metric.COST:
        return write.in_dollars.money(value)
    unit = figure.unit if figure.metric is Metric.OWN else str(UNITS[figure.metric])
    gap = "" if unit == "%" else "\u00a0"
    return write.number(value) + (gap + unit if unit else "")


def in_words(found: Tally) -> str:
    """What the figures say, in one or two sentences."""
    if not found.compared:
        return _("Nothing is compared yet.")
    better = ngettext(
        "%(better)d of %(count)d figure is better than before.",
        "%(better)d of %(count)d figures are better than before.",
        found.compared,
    ) % {"better": found.better, "count": found.compared}
    if not found.foreseen:
        return better
    kept = ngettext(
        "%(kept)d of %(count)d forecast was kept.", "%(kept)d of %(count)d forecasts were kept.", found.foreseen
    ) % {"kept": found.kept, "count": found.foreseen}
    return f"{better} {kept}"


def when(state: State, now: dt.datetime) -> str:
    """When it is due, or how long after the cut-over it was concluded."""
    write, review, cut = formatter_for(), state.review, dates.cut_over(state, now)
    if review.concluded_at:
        said = _("Concluded on %(day)s.") % {"day": write.day(review.concluded_at)}
        return f"{said} {_after(state, review.concluded_at)}"
    day = dates.review_day(state, now)
    if day is None:
        return _("It is due 30 days after the cut-over, which is not in sight.")
    words = {"day": write.day(day)}
    if review.due_on:
        return _("Due on %(day)s.") % words
    if cut and cut.done:
        return _("Due on %(day)s, 30 days after the cut-over.") % words
    words["cut_over"] = write.day(cut.day) if cut else ""
    return _("Due about %(day)s, 30 days after %(cut_over)s, when every stage can have been held.") % words


def _after(state: State, concluded: dt.datetime) -> str:
    cut = state.rollout.finished_at
    if cut is None or cut > concluded:
        return _("There was no cut-over by then.")
    days = (concluded - cut).days
    return ngettext("%(days)d day after the cut-over.", "%(days)d days after the cut-over.", days) % {"days": days}


def author(public_id: str) -> User | None:
    """Who concluded it, while they are here."""
    return User.objects.filter(public_id=public_id).first() if public_id else None
