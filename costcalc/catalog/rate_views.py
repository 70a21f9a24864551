"""The page of a workspace's exchange rates, `/w/<workspace>/rates/`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import Visit, in_workspace
from costcalc.accounts.audit import acting
from costcalc.accounts.navigation import navigation
from costcalc.accounts.roles import Role
from costcalc.catalog.currencies import currency_name
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.exchange_rates import ExchangeRate, TooManyRatesError, record
from costcalc.catalog.exchange_words import source_of, units_in_words
from costcalc.catalog.links import Link, links
from costcalc.catalog.own_forms import LANGUAGES, written_day
from costcalc.catalog.rate_forms import RateForm
from costcalc.formatting import Formatter, formatter_for


@dataclass(frozen=True)
class Line:
    """One rate of the list."""

    row: ExchangeRate
    name: str
    rate: str
    source: str
    links: tuple[Link, ...]
    holds: bool


@require_http_methods(["GET", "HEAD", "POST"])
@in_workspace(Role.VIEWER)
def rates(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every rate that the workspace has, those in force first; and for editors a form, which adds one."""
    if request.method != "POST":
        return _page(request, visit, _form(), 200)
    if not visit.may(Role.EDITOR):
        raise PermissionDenied
    form = RateForm(request.POST, language=_language(request))
    if form.is_valid():
        try:
            with acting(visit.workspace, visit.actor) as act:
                _row, new = record(act, form.said(), visit.user)
        except TooManyRatesError:
            form.add_error(None, _("The workspace holds as many rates as it may."))
        else:
            messages.success(request, _("The rate is recorded.") if new else _("That rate stands already."))
            return HttpResponseRedirect(reverse("exchange_rates:rates", args=[visit.workspace.public_id]))
    return _page(request, visit, form, 422)


def _page(request: HttpRequest, visit: Visit, form: RateForm, status: int) -> HttpResponse:
    lines = list(_lines(visit, formatter_for(), timezone.now().astimezone(dt.UTC).date()))
    context: dict[str, Any] = {
        **navigation(visit, "exchange_rates:rates"),
        "holding": [line for line in lines if line.holds],
        "others": [line for line in lines if not line.holds],
        "form": form if visit.may(Role.EDITOR) else None,
    }
    return render(request, "catalog/rates.html", context, status=status)


def _lines(visit: Visit, write: Formatter, today: dt.date) -> Iterator[Line]:
    """The newest first, by currency."""
    known = rates_in(visit.workspace)
    in_force = {getattr(known.rate(code, today), "pk", 0) for code in known.currencies}
    rows = [*ExchangeRate.objects.bundled(), *ExchangeRate.objects.of(visit.workspace).select_related("author")]
    for row in sorted(rows, key=lambda row: (row.currency, -row.starts_on.toordinal(), -row.pk)):
        said = row.known
        yield Line(
            row,
            currency_name(row.currency),
            units_in_words(said.per_dollar, row.currency, write),
            source_of(said),
            links([row.source_url]),
            row.pk in in_force,
        )


def _form() -> RateForm:
    language = formatter_for().language
    today = timezone.now().astimezone(dt.UTC).date()
    return RateForm(language=language, initial={"starts_on": written_day(today, language)})


def _language(request: HttpRequest) -> str:
    sent = request.POST.get("lang", "")
    return sent if sent in LANGUAGES else "en"
