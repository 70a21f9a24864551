"""The page of the fault lab, `/stream/faults/`."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from costcalc.streaming.faults.running import run
from costcalc.streaming.faults.seen import Seen
from costcalc.streaming.faults.shown import row
from costcalc.streaming.sample.offered import MODELS, Model
from costcalc.wire.addresses import whole_address
from costcalc.wire.inside import inside
from costcalc.wire.rate_limit import rationed
from costcalc.wire.routes import Unreachable

FAULTS: Final = tuple(model for model in MODELS if model.is_fault)
TEMPLATE: Final = "streaming/faults.html"
ALL: Final = "all"
CURL: Final = (
    "curl -N %s \\\n  -H 'Content-Type: application/json' \\\n"
    """  -d '{"model": "fault-split", "stream": true, "seed": 1, "messages": [{"role": "user", "content": "Hello"}]}'"""
)
# What a run weighs beside a page, in requests.
WEIGHT: Final = 2


def _weight(request: HttpRequest) -> int:
    return WEIGHT * len(_asked(request)) if request.method == "POST" else 0


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@rationed(_weight)
def faults(request: HttpRequest) -> HttpResponse:
    """Every fault; those that were asked for are run first, which takes seconds."""
    asked = _asked(request)
    if request.method == "POST" and not asked:
        return _page(request, {}, status=422)
    try:
        seen = _seen(asked)
    except Unreachable:
        return _page(request, {}, status=503)
    if len(asked) == 1 and request.headers.get("HX-Request"):
        return render(request, f"{TEMPLATE}#seen", {"row": row(asked[0], seen[asked[0].id], get_language() or "en")})
    return _page(request, seen)


def _seen(asked: tuple[Model, ...]) -> dict[str, Seen]:
    """What our client sees of these. Raises Unreachable where no server is serving."""
    return (
        run([model.id for model in asked], gettext("Explain why SSE suits a chatbot."), inside.route()) if asked else {}
    )


def _page(request: HttpRequest, seen: dict[str, Seen], status: int = 200) -> HttpResponse:
    language = get_language() or "en"
    rows = [row(model, seen.get(model.id), language) for model in FAULTS]
    wrong = sum(1 for each in rows if each.seen and not each.seen.right)
    context = {
        "rows": rows,
        "ran": len(seen),
        "wrong": wrong,
        "unknown": status == 422,
        "unreachable": status == 503,
        "all": ALL,
        "curl": CURL % whole_address(request, "/sample/v1/chat/completions"),
    }
    return render(request, TEMPLATE, context, status=status)


def _asked(request: HttpRequest) -> tuple[Model, ...]:
    """The faults that this request wants to see; none for what is no fault's name."""
    wanted = request.POST.get("fault", "")
    return FAULTS if wanted == ALL else tuple(model for model in FAULTS if model.id == wanted)
