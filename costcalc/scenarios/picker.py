"""The model picker's list: what contains the words, and before any are typed, what is at hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from costcalc.accounts.access import current_workspace
from costcalc.accounts.models import User
from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import OwnEntry, is_own, offered_in
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios.findings import price_words

PICKED = 12
LONGEST_QUERY = 100


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """The picker's list: models that contain every word, those that are shut down last; without words, those used last.

    `listed` leaves a workspace's own prices out: what is compared with is what the provider publishes.
    """
    held, day, write = catalogue(), timezone.now().date(), formatter_for()
    query = request.GET.get(request.GET.get("field", "q"), "")[:LONGEST_QUERY]
    chosen = query in held.by_key or is_own(query)
    found = _at_hand(request, held) if chosen or not query.strip() else _found(held, query, day)
    own = [] if "listed" in request.GET else _own_offers(request, "" if chosen else query)
    offered = [*own, *(found or _found(held, query, day))]
    options = [_option(index, entry, day, write) for index, entry in enumerate(offered)]
    return render(
        request, "scenarios/models.html", {"options": options, "id": request.GET.get("list", "")[:40], "query": query}
    )


def _found(held: Catalogue, query: str, day: dt.date) -> list[Entry]:
    return sorted(held.search(query, PICKED), key=lambda entry: entry.is_shut_down(day))


def _own_offers(request: HttpRequest, words: str) -> list[OwnEntry]:
    """The current workspace's own prices, which come first."""
    return offered_in(current_workspace(request), words, PICKED) if isinstance(request.user, User) else []


def _at_hand(request: HttpRequest, held: Catalogue) -> list[Entry]:
    """Models before anything is typed: those used last, the one that is chosen, and the same one elsewhere."""
    current = request.GET.get("current", "")[:LONGEST_QUERY]
    keys = [*request.GET.get("recent", "")[:1000].split(","), current]
    near = held.search(held.by_key[current].model_id, PICKED) if current in held.by_key else []
    known = [held.by_key[key] for key in keys if key in held.by_key]
    return list({entry.key: entry for entry in (*known, *near)}.values())[:PICKED]


def _option(index: int, entry: Entry, day: dt.date, write: Formatter) -> dict[str, Any]:
    weighted = entry.sheet_on(day).rates_on(day)
    return {
        "index": index,
        "entry": entry,
        "by": _("own price") if isinstance(entry, OwnEntry) else entry.provider_name,
        "ended": entry.is_shut_down(day),
        "price": price_words(weighted[0][1], write) if weighted else _("price unknown"),
    }
