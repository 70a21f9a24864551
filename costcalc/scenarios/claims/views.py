"""Check a claim, read an offer: one page, open to all, whose address holds the whole claim."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from costcalc.accounts.preferences import SHOW, asked_currency, currency_of
from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios.claims.address import at_claims
from costcalc.scenarios.claims.case import ClaimCase
from costcalc.scenarios.claims.drawing import ClaimDrawing
from costcalc.scenarios.claims.fields import EMPTY_ROW, LONGEST_TEXT, MOST_ROWS
from costcalc.scenarios.claims.heard import Heard
from costcalc.scenarios.claims.reading import LONGEST_LAST, ClaimReading, read_claim
from costcalc.scenarios.claims.shown import ClaimShown
from costcalc.scenarios.claims.words import UNREAD
from costcalc.scenarios.fields import element_id
from costcalc.scenarios.shown import shown_in
from costcalc.wire.addresses import whole_address
from costcalc.wire.swaps import is_swap


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """A claim and everything that is found on it; for htmx without the page around them.

    A sent form leads to the canonical address of what it says.
    """
    held, today, swaps = catalogue(), timezone.now().date(), is_swap(request)
    reading = read_claim(request.GET, held, today)
    moved = _moved_to(reading, request)
    if moved is not None and not swaps:
        return HttpResponseRedirect(_address(request, moved))
    if moved is not None and moved != reading.query:
        reading = read_claim(QueryDict(moved), held, today)
    context = {"catalogue": held, "today": today, **_form(reading, formatter_for()), **_sheet(request, reading, held)}
    context["show"] = asked_currency(request)
    context["focus"] = element_id(len(reading.rows) - 1, "model") if "add" in request.GET else ""
    template, status = f"scenarios/claims.html{'#claim' if swaps else ''}", 422 if reading.errors else 200
    response = render(request, template, context, status=status)
    if swaps and not reading.errors:
        _follow(request, response, _address(request, reading.query))
    patch_vary_headers(response, ["HX-Request"])
    return response


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


def _follow(request: HttpRequest, response: HttpResponse, home: str) -> None:
    """The address follows what is asked."""
    if not request.headers.get("HX-Current-URL", "").endswith(home):
        response["HX-Push-Url"] = home


def _sheet(request: HttpRequest, reading: ClaimReading, held: Catalogue) -> dict[str, Any]:
    """The right-hand column: what is found, or, while something is mistyped, what was found before."""
    today = timezone.now().date()
    good = _last_good(request, held, today) if reading.errors else reading
    context: dict[str, Any] = {"wrong": bool(reading.errors), "last": "" if good is None else _without_text(good.query)}
    if good is None:
        return context
    write = formatter_for()
    in_which = shown_in(currency_of(request), rates_for(request, held), today, write)
    shown = ClaimShown(ClaimCase(good, write, today), write, in_which.write)
    address = whole_address(request, at_claims(good.query))
    return {**context, "shown": shown, "in_currency": in_which.note, "address": address, **_heard(good, write)}


def _address(request: HttpRequest, query: str) -> str:
    """The address of a claim, in the currency that this one asks for."""
    show = asked_currency(request)
    return at_claims("&".join(filter(None, (query, f"{SHOW}={show}" if show else ""))))


def _last_good(request: HttpRequest, held: Catalogue, today: dt.date) -> ClaimReading | None:
    """The claim whose findings the page showed before; None where nothing says it, or it has a mistake too."""
    if "last" not in request.GET:
        return None
    query = QueryDict(request.GET["last"][:LONGEST_LAST], mutable=True)
    if "said" in request.GET:
        query["said"] = request.GET["said"]
    reading = read_claim(query, held, today)
    return None if reading.errors else reading


def _without_text(query: str) -> str:
    """A claim's query without its text, which the form holds already: an address has only so much room."""
    said = QueryDict(query, mutable=True)
    said.pop("said", None)
    return said.urlencode()


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
    }


def _heard(reading: ClaimReading, write: Formatter) -> dict[str, Any]:
    """What in a pasted text was not read and why, and what was converted into dollars."""
    heard = reading.heard
    if heard is None:
        return {}
    return {
        "unread": [("”, “".join(texts), UNREAD[why]) for why, texts in _by_reason(heard).items()],
        "converted": [(text, write.money(dollars)) for text, dollars in heard.converted],
        "heard_nothing": heard.is_empty,
    }


def _by_reason(heard: Heard) -> dict[str, list[str]]:
    """What was not read, by the reason: written-out arithmetic alone can be ten numbers."""
    found: dict[str, list[str]] = {}
    for text, why in dict.fromkeys(heard.unread):
        found.setdefault(why, []).append(text)
    return found
