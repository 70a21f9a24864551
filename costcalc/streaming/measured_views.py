"""What was measured, kept and listed: `/stream/measurements/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from costcalc.catalog.index import catalogue
from costcalc.formatting import formatter_for
from costcalc.streaming.measured import PAGE, adopt, as_csv, lasting_owner, owner, rows, told
from costcalc.streaming.measured_bodies import MeasuredIn, NotMeasuredError, read_measured
from costcalc.streaming.measurements import Measurement, keep, share_calls
from costcalc.streaming.providers import provider
from costcalc.streaming.receipts import bills, pin, price_entry
from costcalc.wire.files import SentFile, json_pieces, written
from costcalc.wire.problem import Fault
from costcalc.wire.rate_limit import rationed
from costcalc.wire.swaps import is_swap
from costcalc.wire.views import problem_response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("HX-Request")
@rationed(lambda request: int(request.method == "POST"))
def measurements(request: HttpRequest) -> HttpResponse:
    """The history for htmx; a POST keeps the figures in `measurements`, a JSON list, and answers their receipts.

    Runs are sent as they end: the receipts are of all that was kept so far of what was asked for together.
    """
    if request.method != "POST":
        if not is_swap(request):
            return HttpResponseRedirect(at_history())
        return render(request, "streaming/lab.html#history", history(request))
    try:
        measured = read_measured(request.POST.get("measurements", ""))
        found = [_priced(one, place) for place, one in enumerate(measured)]
    except NotMeasuredError as error:
        return problem_response(422, str(error), error.faults)
    share_calls(found)
    adopt(request)
    kept = keep(found, lasting_owner(request), timezone.now())
    paid = bills(kept, formatter_for())
    return render(request, "streaming/lab.html#receipt", {"bills": paid})


def _priced(one: MeasuredIn, place: int) -> Measurement:
    """Its row with today's price. Raises NotMeasuredError for a provider that nobody may call here."""
    if provider(one.provider) is None:
        raise NotMeasuredError([Fault(pointer=f"/{place}/provider", detail="is no provider that may be called here")])
    entry = price_entry(catalogue(), one.provider, one.model, one.priced_as)
    return pin(one.row(), entry, timezone.now().date())


def history(request: HttpRequest) -> dict[str, Any]:
    """What the history shows: the latest of the reader's own."""
    adopt(request)
    mine = Measurement.objects.of(owner(request))
    count = mine.count()
    return {"rows": rows(mine.priced()[:PAGE]) if count else [], "count": count, "more": max(0, count - PAGE)}


def at_history() -> str:
    """Where the history stands."""
    return f"{reverse('stream:lab')}#history"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest, measurement: str) -> HttpResponse:
    """Forget one of the reader's own. 404 for any other."""
    if request.method != "POST":
        return HttpResponseRedirect(at_history())
    gone, _each = Measurement.objects.of(owner(request)).filter(public_id=measurement).delete()
    if not gone:
        raise Http404
    return _after(request, _("The measurement is deleted."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete_all(request: HttpRequest) -> HttpResponse:
    """Forget all of the reader's own."""
    if request.method != "POST":
        return HttpResponseRedirect(at_history())
    Measurement.objects.of(owner(request)).delete()
    return _after(request, _("Your measurements are deleted."))


def _after(request: HttpRequest, said: str) -> HttpResponse:
    if is_swap(request):
        return render(request, "streaming/lab.html#history", {**history(request), "said": said})
    messages.success(request, said)
    return HttpResponseRedirect(at_history())


@require_safe
@never_cache
def as_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """All of the reader's own, for a spreadsheet or a program. 404 for another kind of file."""
    if extension not in FILES:
        raise Http404
    write, media_type = FILES[extension]
    found = Measurement.objects.of(owner(request)).priced().order_by("-at", "-pk")
    return SentFile(written(write(found.iterator(chunk_size=200))), f"measurements.{extension}", media_type)


def as_json(found: Iterable[Measurement]) -> Iterator[bytes]:
    """For a program."""
    return json_pieces({"measurements": ({**told(one), "usage": one.usage} for one in found)})


FILES: dict[str, tuple[Callable[[Iterable[Measurement]], Iterator[bytes]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}
