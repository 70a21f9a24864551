"""Pages of a workspace's own prices, under `/w/<workspace>/prices/`."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import Visit, in_workspace, sent_from
from costcalc.accounts.audit import acting
from costcalc.accounts.navigation import navigation
from costcalc.accounts.roles import Role
from costcalc.catalog import own_csv
from costcalc.catalog.exchange import rate_row
from costcalc.catalog.exchange_words import rate_said
from costcalc.catalog.links import Link, links
from costcalc.catalog.own import OwnPrice, StaleError, TooManyError, add
from costcalc.catalog.own_entries import OwnEntry, OwnRow, entries_of, held_on
from costcalc.catalog.own_forms import LANGUAGES, OwnPriceForm, as_typed
from costcalc.catalog.tariffs import summary, tariff
from costcalc.formatting import Formatter, formatter_for

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@in_workspace(Role.VIEWER)
def prices(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The prices that the workspace offers, or with `archived=1` those that it no longer does."""
    archived = request.GET.get("archived") == "1"
    rows = OwnPrice.objects.filter(workspace=visit.workspace).current().order_by("name", "public_id")
    shown = list(rows.filter(archived=archived))
    context = {
        "rows": [_listed(row, entry) for row, entry in zip(shown, entries_of(shown), strict=True)],
        "archived": archived,
        "others": rows.exclude(archived=archived).count(),
    }
    return _page(request, visit, "catalog/own_prices.html", context)


@require_safe
@in_workspace(Role.VIEWER)
def price(request: HttpRequest, visit: Visit, price: str) -> HttpResponse:
    """One price: what it is today, and everything that was ever said of it."""
    return _page(request, visit, "catalog/own_price.html", _one(_standing(visit, price)))


@GET_OR_POST
@in_workspace(Role.EDITOR)
def new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A form, and from it a new price."""
    form = _form(request, visit)
    if request.method == "POST" and form.is_valid():
        try:
            with acting(visit.workspace, visit.actor) as act:
                made = add(act, form.said(), visit.user)
        except TooManyError:
            form.add_error(None, _("The workspace is full: archive prices first."))
        else:
            return _to_price(visit, made)
    return _page(request, visit, "catalog/own_form.html", {"form": form}, _status(form))


@GET_OR_POST
@in_workspace(Role.EDITOR)
def change(request: HttpRequest, visit: Visit, price: str) -> HttpResponse:
    """A form with what is said now, and from it the row that supersedes it. 409 if somebody was quicker."""
    standing = _standing(visit, price)
    form = _form(request, visit, standing)
    seen = _seen(request) if request.method == "POST" else standing.revision
    if request.method == "POST" and form.is_valid():
        try:
            with acting(visit.workspace, visit.actor) as act:
                _at(standing, seen).superseded(act, form.said(), visit.user)
        except StaleError as stale:
            return _conflict(request, visit, stale.current, form)
        return _to_price(visit, standing)
    context = {"form": form, "price": standing, "seen": seen}
    return _page(request, visit, "catalog/own_form.html", context, _status(form))


@sent_from("own_prices:price", "workspace", "price")
@in_workspace(Role.EDITOR)
def archive(request: HttpRequest, visit: Visit, price: str) -> HttpResponse:
    """No longer offer a price, or with `archived=0` offer it again."""
    standing = _standing(visit, price)
    try:
        with acting(visit.workspace, visit.actor) as act:
            found = _at(standing, _seen(request))
            found.moved_to_archive(act, visit.user, archived=request.POST.get("archived", "1") != "0")
    except StaleError as stale:
        return _page(request, visit, "catalog/own_price.html", {**_one(stale.current), "stale": True}, 409)
    return _to_price(visit, standing)


@require_safe
@in_workspace(Role.VIEWER)
def as_csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every price that is offered, as a file that can be changed and sent back."""
    offered = OwnPrice.objects.filter(workspace=visit.workspace).offered()
    response = HttpResponse(own_csv.written(offered), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="prices-{visit.workspace.public_id}.csv"'
    return response


@GET_OR_POST
@in_workspace(Role.EDITOR)
def from_csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a file of prices as a whole, or say of each line what is wrong with it."""
    if request.method != "POST":
        return _page(request, visit, "catalog/own_import.html", {})
    sent = request.FILES.get("file")
    try:
        found = own_csv.read(sent.read() if sent else b"", visit.workspace, _day())
        with acting(visit.workspace, visit.actor) as act:
            changed = found.carried_out(act, visit.user)
    except own_csv.BadFileError as bad:
        return _page(request, visit, "catalog/own_import.html", {"faults": bad.faults}, 422)
    said = ngettext("%(count)s price was added or changed.", "%(count)s prices were added or changed.", changed)
    messages.success(request, said % {"count": changed})
    return HttpResponseRedirect(reverse("own_prices:prices", args=[visit.workspace.public_id]))


def _page(
    request: HttpRequest, visit: Visit, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    shared = {**navigation(visit, "own_prices:prices"), "may_edit": visit.may(Role.EDITOR), "day": _day()}
    return render(request, template, {**shared, **context}, status=status)


def _standing(visit: Visit, public_id: str) -> OwnPrice:
    found = OwnPrice.objects.standing(visit.workspace, public_id)
    if found is None:
        raise Http404
    return found


def _at(standing: OwnPrice, seen: int) -> OwnPrice:
    """The row that a change was decided on. Raises StaleError where it is no longer the newest."""
    if standing.revision != seen:
        raise StaleError(standing)
    return standing


def _seen(request: HttpRequest) -> int:
    """The revision that a form carries; 0, which none has, for nonsense."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _form(request: HttpRequest, visit: Visit, standing: OwnPrice | None = None) -> OwnPriceForm:
    units = standing.sheet.units if standing else ()
    rate_of = partial(rate_row, visit.workspace, day=_day())
    if request.method == "POST":
        sent = request.POST.get("lang", "")
        language = sent if sent in LANGUAGES else "en"
        return OwnPriceForm(request.POST, language=language, rate_of=rate_of, units=units)
    language = formatter_for().language
    typed = as_typed(standing.said, standing.rates, language) if standing else {}
    return OwnPriceForm(language=language, rate_of=rate_of, units=units, initial=typed)


def _status(form: OwnPriceForm) -> int:
    return 422 if form.is_bound else 200


def _to_price(visit: Visit, found: OwnPrice) -> HttpResponse:
    return HttpResponseRedirect(reverse("own_prices:price", args=[visit.workspace.public_id, found.public_id]))


def _conflict(request: HttpRequest, visit: Visit, current: OwnPrice, form: OwnPriceForm) -> HttpResponse:
    """What was typed stays in the form; what stands now is beside it, and is what sending again supersedes."""
    context = {"form": form, "price": current, "seen": current.revision, "stale": _one(current)}
    return _page(request, visit, "catalog/own_form.html", context, 409)


def _one(row: OwnPrice) -> dict[str, Any]:
    """A price as its page shows it."""
    write, day = formatter_for(), _day()
    (entry,) = entries_of([row])
    holding = held_on(entry, day)
    return {
        "price": row,
        "entry": entry,
        "holding": holding,
        "tariff": tariff(holding.said, day, write.priced_in(holding.currency)) if holding else None,
        "converted": in_dollars(holding, write) if holding else "",
        "history": [_past(one, write) for one in row.history()],
        "links": links([row.source_url]),
    }


def _listed(row: OwnPrice, entry: OwnEntry) -> dict[str, Any]:
    write = formatter_for()
    holding = held_on(entry, _day())
    said = summary(holding.said.steps[0].rates, write.priced_in(holding.currency)) if holding else ""
    converted = in_dollars(holding, write) if holding else ""
    return {"row": row, "price": said, "converted": converted, "when": _when(row, write), "links": _links(row)}


def _past(row: OwnPrice, write: Formatter) -> dict[str, Any]:
    said = summary(row.typed.steps[0].rates, write.priced_in(row.currency))
    rate = rate_said(row.rate.known, write) if row.rate else ""
    return {"row": row, "when": _when(row, write), "price": said, "rate": rate}


def _links(row: OwnPrice) -> tuple[Link, ...]:
    return links([row.source_url])


def in_dollars(row: OwnRow, write: Formatter) -> str:
    """What a price in another currency is in US dollars, and by which rate; empty for one in dollars."""
    if row.rate is None:
        return ""
    words = {"price": summary(row.sheet.steps[0].rates, write, briefly=True), "rate": rate_said(row.rate, write)}
    return _("In US dollars: %(price)s, at %(rate)s.") % words


def _when(row: OwnPrice, write: Formatter) -> str:
    """The days of a row in words."""
    words = {
        (True, True): _("from %(start)s to %(end)s"),
        (True, False): _("from %(start)s on"),
        (False, True): _("until %(end)s"),
        (False, False): _("no dates given"),
    }[row.starts_on is not None, row.ends_on is not None]
    return words % {"start": write.day(row.starts_on), "end": write.day(row.ends_on)}


def _day() -> dt.date:
    """Prices hold by UTC days, whatever the reader's time zone."""
    return timezone.now().astimezone(dt.UTC).date()
