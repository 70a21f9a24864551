"""The page of the stream lab, `/stream/`."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from costcalc.accounts.models import User
from costcalc.catalog.index import Catalogue, catalogue
from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.choices import Chosen, beside, choices, chosen, samples
from costcalc.streaming.curl import curl, key_variable
from costcalc.streaming.endpoints import SAMPLE
from costcalc.streaming.lab_words import FIGURES, WORDS
from costcalc.streaming.measured_views import history
from costcalc.streaming.providers import allowed_providers, operator_key, provider
from costcalc.wire.addresses import whole_address

# Where `costcalc.asgi` answers runs, before Django.
RUNS = "/stream/runs"
LONGEST_PROMPT = 4000
# The article's own example, so that a sample's cost is one that a reader has seen before.
PRICED_AS = "openai/gpt-4.1"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def lab(request: HttpRequest) -> HttpResponse:
    """A completion as it streams; the address may choose provider and model. Without a script, the command for it.

    The command is asked for by POST: a prompt is in no address.
    """
    held, endpoints = catalogue(), allowed_providers()
    offered = choices(endpoints, held)
    first = chosen((request.POST or request.GET).dict(), offered)
    example = _("Explain in three sentences why Server-Sent Events suit a chatbot.")
    prompt = request.POST.get("prompt", "")[:LONGEST_PROMPT].strip() or example
    keys = [one.title for one in endpoints if isinstance(request.user, User) and operator_key(one)]
    context = {
        "catalogue": held,
        "providers": offered,
        "samples": samples(),
        "has_real": len(endpoints) > 1,
        "operator_keys": keys,
        "first": first,
        "second": beside({}, offered),
        "prompt": prompt,
        "priced_as": _priced_as(request, held),
        "curl": command(request, first, prompt),
        "runs": RUNS,
        "longest_prompt": LONGEST_PROMPT,
        "figures": FIGURES,
        "words": {name: str(words) for name, words in WORDS.items()},
        **history(request),
    }
    return render(request, "streaming/lab.html", context)


def _priced_as(request: HttpRequest, held: Catalogue) -> str:
    asked = request.GET.get("priced_as", "")
    return asked if asked in held.by_key else PRICED_AS


def command(request: HttpRequest, side: Chosen, prompt: str) -> str:
    """The line for a terminal that streams what the page would."""
    endpoint = provider(side.provider) or SAMPLE
    key = key_variable(endpoint)
    if endpoint is SAMPLE:
        # The built-in provider takes any key, and a reader's terminal reaches it by the site's own address.
        endpoint, key = replace(SAMPLE, base_url=whole_address(request, "/sample/v1")), "any"
    model = side.model or _("MODEL")
    return curl(completion_call(endpoint, Question(model, prompt), key))
