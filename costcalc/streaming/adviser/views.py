"""The adviser's page, `/stream/adviser/`: open to all; its address holds the answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from costcalc.streaming.adviser.advice import advise
from costcalc.streaming.adviser.guide import ROWS
from costcalc.streaming.adviser.questions import QUESTIONS
from costcalc.streaming.adviser.shown import address, fields, told
from costcalc.wire.swaps import is_swap

# An address is long enough to hold anything; what it names besides the questions is shown, but not all of a flood.
MOST_STRANGERS = 5


@require_safe
def adviser(request: HttpRequest) -> HttpResponse:
    """The questions and what follows from their answers; for htmx only what follows.

    A sent form leads to the shortest address that says the same. 422 where an answer is none that is on offer.
    """
    said = {name: request.GET[name] for name in QUESTIONS if request.GET.get(name)}
    strangers = [name[:40] for name in request.GET if name not in QUESTIONS][:MOST_STRANGERS]
    wrong = any(answer not in QUESTIONS[name] for name, answer in said.items())
    context: dict[str, Any] = {"groups": fields(said), "guide": ROWS, "strangers": strangers, "wrong": wrong}
    if not wrong:
        here = address(said)
        if not strangers and not is_swap(request) and request.get_full_path() != here:
            return HttpResponseRedirect(here)
        context |= {"advice": told(advise(said)), "here": here}
    response = _answer(request, context)
    if is_swap(request) and not wrong:
        response["HX-Push-Url"] = context["here"]
    return response


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    template = f"streaming/adviser.html{'#advised' if is_swap(request) else ''}"
    response = render(request, template, context, status=422 if context["wrong"] else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response
