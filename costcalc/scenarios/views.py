"""The calculator, and the same traffic elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from costcalc.accounts.preferences import asked_currency, currency_of
from costcalc.catalog.exchange import rates_for
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.catalog.own_entries import seen_from
from costcalc.formatting import formatter_for
from costcalc.scenarios import markup, weights
from costcalc.scenarios.assumptions import assumptions
from costcalc.scenarios.drawing import Drawing, with_another, without
from costcalc.scenarios.editing import Beside, carrying
from costcalc.scenarios.fields import MOST_WORKLOADS, SIDES, TYPED, element_id
from costcalc.scenarios.findings import Findings
from costcalc.scenarios.ledger import Writer
from costcalc.scenarios.listing import BESIDE_THE_LEDGER, ON_ITS_OWN_PAGE, Asked, listing
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.return_charts import ReturnCharts, in_calculator
from costcalc.scenarios.return_drawing import ReturnDrawing, shape
from costcalc.scenarios.return_shown import ReturnWriter
from costcalc.scenarios.return_summaries import ReturnSummaries
from costcalc.scenarios.scenario import Result, Scenario
from costcalc.scenarios.shown import Shown, shown_in
from costcalc.scenarios.summaries import Summaries
from costcalc.wire.addresses import whole_address
from costcalc.wire.rate_limit import rationed
from costcalc.wire.swaps import is_swap

LONGEST_LAST = 8000
# The shape of a form in which something is marked as wrong.
WITH_MISTAKES = "!"


@require_safe
@rationed(weights.drawn)
def calculator(request: HttpRequest) -> HttpResponse:
    """The form and its ledger; for htmx, the two without the page around them, or the ledger alone."""
    asked = _read(request)
    if "save" in request.GET and asked.scenario is not None:
        return _to_save(asked)
    moved = _moved_to(asked)
    if moved is not None and not is_swap(request):
        return HttpResponseRedirect(_home(carrying(moved, asked.beside)))
    if moved is not None and moved != asked.reading.query:
        asked = asked.elsewhere(moved)
    if not is_swap(request):
        return _answered(asked, "", _form(asked))
    return _ledger_alone(asked) if _keeps_its_shape(asked) else _whole(asked)


@require_safe
def traffic_elsewhere(request: HttpRequest) -> HttpResponse:
    """The same traffic on the whole catalogue: filtered, sorted, in pages; or who was set apart and why."""
    asked = _read(request)
    context: dict[str, Any] = {"fixed": asked.scenario is None, "catalogue": asked.held, "today": asked.today}
    context["elsewhere"] = request.path
    if asked.scenario is not None:
        page = Asked.of(request.GET, asked.reading, asked.beside, ON_ITS_OWN_PAGE)
        context |= listing(page, asked.computed, asked.held, asked.shown.write)
        context["in_currency"] = asked.shown.note
    template = f"scenarios/elsewhere.html{'#elsewhere' if is_swap(request) else ''}"
    response = render(request, template, context, status=200 if asked.scenario is not None else 422)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@rationed(weights.drawn)
def returned(request: HttpRequest) -> HttpResponse:
    """The return alone, which htmx asks for once the ledger is there; to others the calculator itself."""
    asked = _read(request)
    if not is_swap(request):
        return HttpResponseRedirect(_home(asked.reading.query if asked.scenario else request.GET.urlencode()))
    if asked.scenario is None:
        # The calculator has marked what is wrong; the return stays as it was.
        return HttpResponse(status=204)
    words = ReturnSummaries(asked.reading.scenario, formatter_for()).all()
    texts = ((f"part-{name}-summary", text) for name, text in words.items())
    context = {**_returned(asked), "follows": True, "summaries": markup.swapped(texts)}
    return render(request, "scenarios/return.html", context)


@dataclass(frozen=True)
class _Request:
    """One request, read: the form or the address, the scenario if it can be had, and what is open in it."""

    request: HttpRequest
    held: Catalogue
    today: dt.date
    reading: Reading
    scenario: Scenario | None
    beside: Beside

    def elsewhere(self, query: str) -> _Request:
        """The same, as if this address had been asked for."""
        reading = read(QueryDict(query), self.held, seen_from(self.request))
        built = reading.built(self.today, rates_for(self.request, self.held))
        return _Request(self.request, self.held, self.today, reading, built, self.beside)

    @cached_property
    def computed(self) -> Result:
        """The answer; only of a request that has a scenario."""
        assert self.scenario is not None
        return self.scenario.computed()

    @property
    def charts(self) -> ReturnCharts:
        """Its charts; only of a request that has a scenario."""
        return ReturnCharts(self.computed, self.reading, self.shown.write)

    @cached_property
    def shown(self) -> Shown:
        """In which currency its sums are written."""
        assert self.scenario is not None
        return shown_in(currency_of(self.request), self.scenario.rates, self.scenario.day, formatter_for())

    @cached_property
    def last(self) -> tuple[str, _Request | None]:
        """The address of the ledger to show, and what it is of: while something is mistyped, the last good one."""
        if self.scenario is not None:
            return self.reading.query, self
        query = self.request.GET.get("last", "")[:LONGEST_LAST]
        before = self.elsewhere(query) if "last" in self.request.GET else None
        return query, before if before is not None and before.scenario is not None else None


def _read(request: HttpRequest) -> _Request:
    held, today = catalogue(), timezone.now().date()
    reading = read(request.GET, held, seen_from(request))
    return _Request(request, held, today, reading, reading.built(today, rates_for(request, held)), Beside.of(request))


def _moved_to(asked: _Request) -> str | None:
    """The canonical address that a sent form asks for; None where the page itself is the answer."""
    reading, get = asked.reading, asked.request.GET
    if asked.scenario is None:
        return None
    remove = get.get("remove", "")
    if "add" in get and len(reading.workloads) < MOST_WORKLOADS:
        return with_another(reading)
    if remove.isascii() and remove.isdigit() and len(remove) <= 2 and len(reading.workloads) > 1:
        return without(reading, int(remove))
    return reading.query if reading.language is not None else None


def _to_save(asked: _Request) -> HttpResponse:
    """On to where a name is asked, or, of what is saved already, what has changed."""
    editing = asked.beside.editing
    address = reverse("scenarios:revise", args=[editing.scenario.public_id]) if editing else reverse("scenarios:new")
    address = f"{address}?{carrying(asked.reading.query, asked.beside)}".rstrip("?")
    is_htmx = is_swap(asked.request)
    return HttpResponse(headers={"HX-Redirect": address}) if is_htmx else HttpResponseRedirect(address)


def _keeps_its_shape(asked: _Request) -> bool:
    """Whether the form on the page has the inputs that it would have anew: then only the ledger is drawn."""
    get = asked.request.GET
    same = asked.reading.language is not None and get.get("shape") == _shape(asked) != WITH_MISTAKES
    return same and "add" not in get and "remove" not in get


def _whole(asked: _Request) -> HttpResponse:
    """The calculator drawn anew, wherever the request was aimed."""
    response = _answered(asked, "#calculator", _form(asked))
    response["HX-Retarget"], response["HX-Reswap"] = "#calculator", "outerHTML"
    return response


def _ledger_alone(asked: _Request) -> HttpResponse:
    """The ledger, what the form says about itself, and the figures in it as they were read."""
    summaries = _summaries(asked)
    response = _answered(asked, "#ledger", {"summaries": summaries.swapped(), "keeps_return": True})
    # The return takes longer than the ledger: the page asks for it by itself.
    response["HX-Trigger-After-Settle"] = "costcalc:computed"
    rewritten = Drawing(asked.reading, formatter_for(), summaries).rewritten(asked.reading.typed)
    if rewritten:
        response["HX-Trigger"] = json.dumps({"costcalc:figures": rewritten})
    return response


def _answered(asked: _Request, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page or a part of it, and for htmx the address that belongs to it."""
    request, good = asked.request, asked.scenario is not None
    template, status = f"scenarios/calculator.html{part}", 200 if good else 422
    if "keeps_return" not in context:
        context |= _returned(asked.last[1])
    response = render(request, template, {**_sheet(asked), **context}, status=status)
    home = _home(carrying(asked.reading.query, asked.beside)) if part and good else ""
    if home and not request.headers.get("HX-Current-URL", "").endswith(home):
        response["HX-Push-Url"] = home
    patch_vary_headers(response, ["HX-Request"])
    return response


def _sheet(asked: _Request) -> dict[str, Any]:
    """The right-hand column."""
    query, shown = asked.last
    context = {"last": query, "stale": asked.scenario is None, "catalogue": asked.held, "today": asked.today}
    if shown is None or shown.scenario is None:
        return context
    result, write = shown.computed, shown.shown.write
    findings = Findings(result, asked.held, write, asked.today).all()
    page = Asked.of(asked.request.GET, shown.reading, asked.beside, BESIDE_THE_LEDGER)
    return {
        **context,
        "address": whole_address(asked.request, _home(query)),
        "ledger": Writer(result, write, asked.today).ledger(findings),
        "in_currency": shown.shown.note,
        **listing(page, result, asked.held, write),
    }


def _returned(shown: _Request | None) -> dict[str, Any]:
    if shown is None or shown.scenario is None:
        return {}
    return {
        "returned": ReturnWriter(shown.computed, shown.reading, shown.shown.write).shown(),
        "charts": shown.charts.framed(in_calculator(shown.reading.query, asked_currency(shown.request))),
        "assumed": assumptions(shown.reading, formatter_for()),
    }


def _form(asked: _Request) -> dict[str, Any]:
    """The left-hand column."""
    reading, write = asked.reading, formatter_for()
    drawing = Drawing(reading, write, _summaries(asked))
    return {
        "workloads": drawing.workloads(),
        "days": drawing.days(),
        "parts": ReturnDrawing(drawing).sections(),
        "language": write.language,
        "count": len(reading.workloads),
        "shape": _shape(asked),
        "can_add": len(reading.workloads) < MOST_WORKLOADS,
        "strangers": reading.strangers,
        "focus": _focus(asked),
        "marked": drawing.marked(),
        "editing": asked.beside.editing,
        "show": asked.beside.show,
    }


def _summaries(asked: _Request) -> Summaries:
    return Summaries(asked.reading, formatter_for(), asked.today, carrying("", asked.beside))


def _focus(asked: _Request) -> str:
    """The input to go to: the first of what was just added."""
    if "add" in asked.request.GET:
        return element_id(len(asked.reading.workloads) - 1, "requests")
    return asked.request.GET.get("focus", "")[:40]


def _shape(asked: _Request) -> str:
    """Which inputs the form has; one with mistakes marked is drawn anew in any case."""
    if asked.scenario is None:
        return WITH_MISTAKES
    sides = (values[side] == TYPED for values in asked.reading.workloads for side in SIDES)
    return "".join("t" if typed else "m" for typed in sides) + shape(asked.reading)


def _home(query: str) -> str:
    home = reverse("scenarios:calculator")
    return f"{home}?{query}" if query else home
