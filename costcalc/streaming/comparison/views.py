"""The page of the comparison, `/stream/comparison/`: the article's claims, and on demand what is measured here."""

import asyncio
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from costcalc.formatting import formatter_for
from costcalc.streaming.comparison.clients import Refused
from costcalc.streaming.comparison.experiment import ROUNDS, Experiment, Found, NotMade
from costcalc.streaming.comparison.shown import Shown
from costcalc.wire.inside import inside
from costcalc.wire.rate_limit import rationed
from costcalc.wire.swaps import is_swap
from costcalc.wire.upstream import UpstreamError

# Of the requests that an address has in a minute: it takes some five seconds, and nine calls of the provider.
WEIGHT: Final = 20
TEMPLATE: Final = "streaming/comparison.html"


def _weight(request: HttpRequest) -> int:
    return WEIGHT if request.method == "POST" else 0


@require_http_methods(["GET", "HEAD", "POST"])
@rationed(_weight)
@never_cache
@vary_on_headers("HX-Request")
def comparison(request: HttpRequest) -> HttpResponse:
    """The claims; a POST measures first. 503 where this worker cannot ask itself just now."""
    found = _measured() if request.method == "POST" else None
    failed = request.method == "POST" and found is None
    context = {"shown": Shown(found, formatter_for()), "failed": failed, "rounds": ROUNDS}
    template = f"{TEMPLATE}#result" if is_swap(request) else TEMPLATE
    return render(request, template, context, status=503 if failed else 200)


def _measured() -> Found | None:
    """The experiment, on a loop of this thread's own; None where a part of it could not be carried out."""
    try:
        return asyncio.run(Experiment(inside.route()).run())
    except (NotMade, Refused, UpstreamError, OSError, TimeoutError):
        return None
