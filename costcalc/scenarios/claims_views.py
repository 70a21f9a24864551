"""Check a claim, read an offer: one page, open to all, whose address holds the whole claim."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from costcalc.accounts.preferences import currency_of
from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import catalogue
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios.claims_drawing import ClaimDrawing
from costcalc.scenarios.claims_fields import EMPTY_ROW, LONGEST_TEXT, MOST_ROWS
from costcalc.scenarios.claims_reading import ClaimReading, read_claim
from costcalc.scenarios.claims_shown import ClaimShown
from costcalc.scenarios.claims_words import UNREAD
from costcalc.scenarios.shown import shown_in
from costcalc.wire.addresses import whole_address


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """A claim and everything that is found on it. A sent form leads to the canonical address of what it says."""
    held, today, write = catalogue(), timezone.now().date(), formatter_for()
    reading = read_claim(request.GET, held, today)
    moved = _moved_to(reading, request)
    if moved is not None:
        return HttpResponseRedirect(_home(moved))
    context = {"catalogue": held, "today": today, **_form(reading, write)}
    if not reading.errors:
        in_which = shown_in(currency_of(request), rates_for(request, held), today, write)
        context["shown"] = ClaimShown(reading, write, today, in_which.write)
        context["in_currency"] = in_which.note
        context["address"] = whole_address(request, _home(reading.query))
    return render(request, "scenarios/claims.html", context, status=422 if reading.errors else 200)


def _moved_to(reading: ClaimReading, request: HttpRequest) -> str | None:
    """The canonical query that a sent form asks for; None where the page itself is the answer."""
    if reading.errors or reading.language is None:
        return None
    rows, remove = reading.rows, request.GET.get("remove", "")
    if "add" in request.GET and len(rows) < MOST_ROWS:
        return reading.query_of([*rows, dict(EMPTY_ROW)])
    if len(rows) > 1 and remove in {str(number) for number in range(1, len(rows) + 1)}:
        return reading.query_of([row for index, row in enumerate(rows, 1) if str(index) != remove])
    return reading.query


def _form(reading: ClaimReading, write: Formatter) -> dict[str, Any]:
    """Both forms: the one that a text is pasted into, and the one with its numbers."""
    drawing = ClaimDrawing(reading, write)
    return {
        "language": write.language,
        "said": reading.said,
        "said_error": reading.errors.get("said", ""),
        "longest": LONGEST_TEXT,
        "empty": reading.is_empty,
        "is_article": not reading.said and not reading.is_empty,
        "rows": drawing.rows(),
        "traffic": drawing.traffic(),
        "sections": drawing.sections(),
        "can_add": len(reading.rows) < MOST_ROWS,
        "strangers": reading.strangers,
        "wrong": bool(reading.errors),
        **_heard(reading, write),
    }


def _heard(reading: ClaimReading, write: Formatter) -> dict[str, Any]:
    """What in a pasted text was not read and why, and what was converted into dollars."""
    if reading.heard is None:
        return {}
    unread = dict.fromkeys(reading.heard.unread)
    converted = [(text, write.money(dollars)) for text, dollars in reading.heard.converted]
    return {
        "unread": [(text, UNREAD[why]) for text, why in unread],
        "converted": converted,
        "heard_nothing": reading.heard.is_empty,
    }


def _home(query: str) -> str:
    home = reverse("scenarios:claims")
    return f"{home}?{query}" if query else home
