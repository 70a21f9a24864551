"""Pages of prices: all of them, a provider's, a model's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from costcalc.catalog.entries import Entry
from costcalc.catalog.finding import find
from costcalc.catalog.forms import QUOTES, PricesForm
from costcalc.catalog.history import history
from costcalc.catalog.history_chart import history_chart
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.labels import own_words
from costcalc.catalog.links import links
from costcalc.catalog.offers import Offer, Shelf, shelf_for
from costcalc.catalog.tariffs import disagreements, name_of, said_of, summary, tariff
from costcalc.charts import Framed
from costcalc.formatting import formatter_for
from costcalc.wire.pictures import picture
from costcalc.wire.rate_limit import rationed
from costcalc.wire.swaps import is_swap

PAGE = 100
FIGURES = ("input", "cached", "output", "context")
# What a phone leaves out of the list; the model's page has it.
ASIDE = ("provider", "cached", "context")


@dataclass(frozen=True, slots=True)
class Column:
    """A head that sorts: its words, where it leads, and how the list stands to it."""

    label: str
    href: str
    sorted: str
    css: str
    name: str


@require_safe
@vary_on_headers("HX-Request")
def prices(request: HttpRequest) -> HttpResponse:
    """All prices: searched, filtered, sorted, in pages; the list alone for htmx. 422 for a word not on offer."""
    held, shelf = _today()
    form = PricesForm(request.GET, held, shelf)
    context = {"catalogue": held, "form": form}
    if not form.is_valid():
        return render(request, _template(request, "catalog/prices.html"), context, status=422)
    if form.says_more and not is_swap(request):
        return HttpResponseRedirect(_address(form.query()))
    entries, others = _found(form, held, shelf)
    page = Paginator(entries, PAGE).get_page(form.cleaned_data["page"] or 1)
    context |= {"columns": _columns(form), "others": others, **_listed(form, shelf, page)}
    response = render(request, _template(request, "catalog/prices.html"), context)
    _follow(request, response, form)
    return response


@require_safe
def provider(request: HttpRequest, provider: str) -> HttpResponse:
    """One provider: what it says of itself, and all of its models."""
    held, shelf = _today()
    shown = held.providers.get(provider)
    if shown is None:
        raise Http404
    context = {
        "catalogue": held,
        "provider": shown,
        "pricing_links": links(shown.pricing_urls),
        "offers": shelf.offers(shown.entries),
    }
    return render(request, "catalog/provider.html", context)


@require_safe
def model(request: HttpRequest, provider: str, model_id: str) -> HttpResponse:
    """One model: its prices in force and how they came about. A looser name leads to the model it means."""
    held, shelf = _today()
    entry = find(held, provider, model_id)
    if entry is None:
        raise Http404
    if (entry.provider, entry.model_id) != (provider, model_id):
        return HttpResponseRedirect(reverse("catalog:model", args=(entry.provider, entry.model_id)))
    return render(request, "catalog/model.html", {"catalogue": held, **_model(entry, held, shelf)})


@require_safe
@rationed(lambda request: 1)
def history_picture(request: HttpRequest, provider: str, model_id: str, kind: str) -> HttpResponse:
    """The chart of a model's prices as a drawing or a bitmap. Raises Http404 where they have never changed."""
    entry = catalogue().by_key.get(f"{provider}/{model_id}")
    if entry is None:
        raise Http404
    return picture(request, history_chart(entry, _day(), formatter_for()), kind)


def _today() -> tuple[Catalogue, Shelf]:
    held = catalogue()
    return held, shelf_for(held, _day())


def _day() -> dt.date:
    """Prices hold by UTC days, whatever the reader's time zone."""
    return timezone.now().astimezone(dt.UTC).date()


def _template(request: HttpRequest, page: str) -> str:
    return f"{page}#list" if is_swap(request) else page


def _address(query: dict[str, str]) -> str:
    home = reverse("catalog:prices")
    return f"{home}?{urlencode(query)}" if query else home


def _follow(request: HttpRequest, response: HttpResponse, form: PricesForm) -> None:
    """The address follows what is asked; a word that grows letter by letter is one step back, not many."""
    if not is_swap(request):
        return
    now = form.query()
    before = dict(parse_qsl(urlsplit(request.headers.get("HX-Current-URL", "")).query))
    grows = "q" in before and {**before, "q": "", "page": ""} == {**now, "q": "", "page": ""}
    response["HX-Replace-Url" if grows else "HX-Push-Url"] = "false" if before == now else _address(now)


def _found(form: PricesForm, held: Catalogue, shelf: Shelf) -> tuple[list[Entry], int]:
    """The entries asked for, and how many the same words find on the other side of list and quote."""
    asked = form.cleaned_data
    entries = held.search(asked["q"])
    if asked["provider"]:
        entries = [entry for entry in entries if entry.provider == asked["provider"]]
    if asked["has"]:
        entries = shelf.having(entries, asked["has"])
    standing = [entry for entry in entries if entry.is_quote == form.quotes]
    others = len(entries) - len(standing)
    if form.by:
        standing = shelf.sorted(standing, form.by, descending=form.descending)
    return standing, others


def _listed(form: PricesForm, shelf: Shelf, page: Page[Entry]) -> dict[str, Any]:
    write = shelf.write
    return {
        "offers": shelf.offers(page.object_list),
        "page": page,
        "count": write.number(page.paginator.count),
        "quotes_query": urlencode(form.query(standing=QUOTES, page=1)),
        "list_query": urlencode(form.query(standing="", page=1)),
        "before_query": urlencode(form.query(page=page.number - 1)),
        "after_query": urlencode(form.query(page=page.number + 1)),
    }


def _columns(form: PricesForm) -> list[Column]:
    words = {
        "model": _("Model"),
        "provider": _("Provider"),
        "input": _("Input"),
        "cached": _("Cached input"),
        "output": _("Output"),
        "context": _("Context"),
    }
    return [_column(form, name, label) for name, label in words.items()]


def _column(form: PricesForm, name: str, label: str) -> Column:
    here = form.by == name
    turned = f"-{name}" if here and not form.descending else name
    direction = "descending" if form.descending else "ascending"
    href = _address(form.query(sort=turned, page=1))
    css = " ".join(("word",) * (name not in FIGURES) + ("aside",) * (name in ASIDE))
    return Column(label, href, direction if here else "", css, name)


def _model(entry: Entry, held: Catalogue, shelf: Shelf) -> dict[str, Any]:
    day, write = shelf.day, shelf.write
    row = entry.price_on(day)
    return {
        "entry": entry,
        "offer": shelf.offer(entry),
        "day": day,
        "row": row,
        "row_note": own_words(row.note) if row else "",
        "shutdown_note": own_words(entry.shutdown_note),
        "row_links": links(row.urls if row else ()),
        "tariff": tariff(entry.sheet_on(day), day, write),
        "changes": entry.sheet_on(day).changes_after(day),
        "history": history(entry, day, write),
        "chart": _framed(entry, shelf),
        "disagreements": disagreements(entry, day, write),
        "name": name_of(entry),
        "said": said_of(entry),
        "ended": entry.is_shut_down(day),
        "gone": entry.gone_on(day),
        "shutdown_links": links(entry.shutdown_sources),
        "listed": _offer_of(entry.listed_as, held, shelf),
        "compared": _offer_of(entry.compared_with, held, shelf),
    }


def _framed(entry: Entry, shelf: Shelf) -> Framed | None:
    chart = history_chart(entry, shelf.day, shelf.write)
    address = reverse("catalog:model", args=(entry.provider, entry.model_id))
    return None if chart is None else Framed(chart, f"{address}{chart.id}")


def _offer_of(key: str, held: Catalogue, shelf: Shelf) -> dict[str, Any] | None:
    entry = held.by_key.get(key)
    if entry is None:
        return None
    offer: Offer = shelf.offer(entry)
    rates = shelf.weighted(entry)
    return {"offer": offer, "price": summary(rates[0][1], shelf.write) if rates else shelf.write.unknown}
