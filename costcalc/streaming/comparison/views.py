"""The page of the comparison, `/stream/comparison/`: the article's claims, and on demand what is measured here."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from costcalc.formatting import formatter_for
from costcalc.streaming.comparison.clients import Refused
from costcalc.streaming.comparison.experiment import Experiment, Found, NotMade
from costcalc.streaming.comparison.shown import Shown
from costcalc.wire.inside import inside
from costcalc.wire.loops import finished
from costcalc.wire.rate_limit import rationed
from costcalc.wire.swaps import is_swap
from costcalc.wire.upstream import UpstreamError

# Of the requests that an address has in a minute: it takes up to ten seconds, and as many calls of the provider.
WEIGHT: Final = 20
# Of how many rounds the medians may be.
ROUNDS: Final = ("1", "3", "5")
TEMPLATE: Final = "streaming/comparison.html"


def _weight(request: HttpRequest) -> int:
    return WEIGHT if request.method == "POST" else 0


@require_http_methods(["GET", "HEAD", "POST"])
@rationed(_weight)
@never_cache
@vary_on_headers("HX-Request")
def comparison(request: HttpRequest) -> HttpResponse:
    """The claims; a POST measures first. 422 for no number of rounds, 503 where this worker cannot ask itself."""
    if request.method != "POST":
        return _page(request, None)
    rounds = request.POST.get("rounds", "")
    if rounds not in ROUNDS:
        return _page(request, None, 422)
    found = _measured(int(rounds))
    return _page(request, found, 200 if found else 503)


def _page(request: HttpRequest, found: Found | None, status: int = 200) -> HttpResponse:
    context = {
        "shown": Shown(found, formatter_for()),
        "rounds": len(found.near) if found else 0,
        "choices": ROUNDS,
        "failed": status == 503,
        "wrong": status == 422,
    }
    template = f"{TEMPLATE}#result" if is_swap(request) else TEMPLATE
    return render(request, template, context, status=status)


def _measured(rounds: int) -> Found | None:
    """The experiment's findings; None where it could not be carried out."""
    try:
        experiment = Experiment(inside.route())
        return finished(lambda: experiment.run(rounds))
    except (NotMade, Refused, UpstreamError, OSError, TimeoutError):
        return None
