"""The page that takes a scenario from a file or from a paste, and opens the calculator with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import seen_from
from costcalc.scenarios.documents import LONGEST
from costcalc.scenarios.importing import BadScenarioError, Wrong, query_of

# UTF-8 takes up to four bytes a character.
MOST_BYTES = 4 * LONGEST


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def from_file(request: HttpRequest) -> HttpResponse:
    """Ask for a scenario; a POST opens it, unsaved, or says of each mistake where it is. Nothing typed is lost."""
    if request.method != "POST":
        return _page(request, {})
    text, held = "", catalogue()
    try:
        text = _text(request)
        query = query_of(text, held, seen_from(request), rates_for(request, held), timezone.now().date())
    except BadScenarioError as bad:
        return _page(request, {"text": text[:LONGEST], "wrong": bad.wrong}, 422)
    home = reverse("scenarios:calculator")
    return HttpResponseRedirect(f"{home}?{query}" if query else home)


def _text(request: HttpRequest) -> str:
    """The file, where one was sent, else what was pasted. Raises BadScenarioError."""
    sent = request.FILES.get("file")
    if sent is None:
        return str(request.POST.get("text", ""))
    if sent.size is not None and sent.size > MOST_BYTES:
        words = _("The file has more than %(count)s characters.") % {"count": LONGEST}
        raise BadScenarioError([Wrong(None, "", words)])
    try:
        text: str = sent.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadScenarioError([Wrong(None, "", _("The file is not a text in UTF-8."))]) from None
    return text


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "scenarios/import.html", context, status=status)
