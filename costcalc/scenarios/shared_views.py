"""Links: making one, and the page of whoever holds one."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import Visit
from costcalc.accounts.capability import new_id
from costcalc.accounts.links import SharingForbiddenError
from costcalc.accounts.once import first_time
from costcalc.accounts.preferences import asked_currency, currency_of
from costcalc.accounts.roles import Role
from costcalc.catalog.index import catalogue
from costcalc.catalog.own_entries import unnamed_in
from costcalc.scenarios import saving, weights
from costcalc.scenarios.forms import ShareForm
from costcalc.scenarios.return_charts import Place
from costcalc.scenarios.saved import SavedScenario
from costcalc.scenarios.saved_views import answer, of_scenario
from costcalc.scenarios.sharing import ShareLink
from costcalc.wire.addresses import whole_address
from costcalc.wire.rate_limit import rationed

LANGUAGES = ("en", "vi")
Answer = TypeVar("Answer", bound=HttpResponseBase)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@of_scenario(Role.EDITOR)
def share(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Ask for whom and how long; a POST makes the link and shows it, this once."""
    now = timezone.now()
    context: dict[str, Any] = {"visit": came, "scenario": scenario}
    form = ShareForm(request.POST if request.method == "POST" else None, initial={"revision": scenario.revision})
    allowed = came.workspace.sharing_allowed
    if allowed and form.is_valid():
        # The revision that was looked at, though a later one may have come: its numbers are what is meant.
        revision = saving.revision_of(scenario, form.cleaned_data["revision"])
        try:
            made = first_time(
                request, came, lambda: saving.share(came, revision, now, form.cleaned_data["note"], form.ends(now))
            )
        except SharingForbiddenError:
            allowed = False
        else:
            return _made(request, context, *made) if made else _sent_before(request, came)
    status = 200 if not form.is_bound else 422 if allowed else 403
    context |= {"form": form, "allowed": allowed, "form_key": new_id()}
    return render(request, "scenarios/saved/share.html", context, status=status)


def _made(request: HttpRequest, context: dict[str, Any], row: ShareLink, link: str) -> HttpResponse:
    address = whole_address(request, reverse("scenarios:shared", args=[link]))
    return render(request, "scenarios/saved/made.html", {**context, "address": address, "row": row})


def _sent_before(request: HttpRequest, came: Visit) -> HttpResponse:
    messages.info(request, _("This form was sent before: its link was made then, and shown then, once."))
    return redirect("accounts:links", came.workspace.public_id)


@require_safe
@rationed(weights.saved)
@never_cache
def shared(request: HttpRequest, link: str) -> HttpResponse:
    """The numbers of the day, for whoever holds the link; one that is not open is as one that never was."""
    held, now = catalogue(), timezone.now()
    row = opened(link, now)
    row.used(now)
    with in_their_language(request):
        own, pictures = unnamed_in(row.revision.scenario.workspace), _pictures(request)
        facts = answer(row.revision, held, now.date(), pictures, currency_of(request), own)
        facts["own_prices"] = facts.get("copy", row.revision.query) != row.revision.query
        context = {"revision": row.revision, "scenario": row.revision.scenario, "row": row, **facts}
        response = render(request, "scenarios/saved/shared.html", context)
        response["Content-Language"] = translation.get_language() or "en"
    return private(response)


def opened(link: str, now: dt.datetime) -> ShareLink:
    """The link that is open under this name. Raises Http404."""
    row: ShareLink = ShareLink.objects.with_secret(link, now)
    return row


def in_their_language(request: HttpRequest) -> AbstractContextManager[None]:
    """The language that the address names, or the browser's."""
    language = request.GET.get("language", "")
    return translation.override(language if language in LANGUAGES else translation.get_language())


def private(response: Answer) -> Answer:
    """The answer to a link: named to nobody, listed nowhere."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _pictures(request: HttpRequest) -> Place:
    language = request.GET.get("language", "")
    said = f"language={language}" if language in LANGUAGES else ""
    return Place(f"{request.path}charts/", said, asked_currency(request))
