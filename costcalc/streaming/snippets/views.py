"""The page of snippets, `/stream/snippets/`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from costcalc.catalog.index import Catalogue, catalogue
from costcalc.streaming.endpoints import KNOWN, SAMPLE, Endpoint
from costcalc.streaming.providers import allowed_providers, title
from costcalc.streaming.sample import MODELS
from costcalc.streaming.snippets.forms import SnippetForm
from costcalc.streaming.snippets.kinds import Kind
from costcalc.streaming.snippets.making import Wish, commands, snippet
from costcalc.streaming.snippets.swapping import base_url_swap
from costcalc.streaming.snippets.words import WHY, habits, moving
from costcalc.wire.addresses import whole_address
from costcalc.wire.swaps import is_swap

# The first that is shown of a provider; of others the catalogue's first.
USUAL = {
    "openai": "gpt-4.1",
    "anthropic": "claude-sonnet-4-5",
    "google": "gemini-2.5-flash",
    "deepseek": "deepseek-chat",
}
LISTED = 100


@require_safe
@vary_on_headers("HX-Request")
def snippets(request: HttpRequest) -> HttpResponse:
    """Code for what was chosen; 422 beside the field that cannot be."""
    endpoints = _endpoints(request)
    asked = _as_meant({"provider": SAMPLE.name, "kind": Kind.HTTPX.value, **request.GET.dict()})
    models = _models(catalogue(), asked["provider"])
    form = SnippetForm(asked, endpoints, models[0] if models else "")
    context: dict[str, Any] = {"form": form, "models": models, "lang": request.GET.get("lang", "")}
    valid = form.is_valid()
    if valid:
        context |= _shown(request, form)
    template = "streaming/snippets.html#chosen" if is_swap(request) else "streaming/snippets.html"
    return render(request, template, context, status=200 if valid else 422)


def _shown(request: HttpRequest, form: SnippetForm) -> dict[str, Any]:
    chosen, kind, endpoint = form.cleaned_data, Kind(form.cleaned_data["kind"]), form.endpoint()
    wish = Wish(endpoint, chosen["model"], _origin(request), chosen["silence"])
    made, is_sample = snippet(kind, wish), endpoint.name == SAMPLE.name
    awaited = made.variable or ("" if is_sample else made.recipe.session)
    relayed = {one.name for one in allowed_providers()}
    return {
        "snippet": made,
        "endpoint": endpoint,
        "is_sample": is_sample,
        "is_session": awaited == made.recipe.session != "",
        "commands": commands(made.recipe, awaited) if made.recipe.run else "",
        "not_relayed": made.recipe.relayed and endpoint.name not in relayed,
        "why": WHY[kind],
        "habits": habits(kind, chosen["silence"]),
        **(_moved(form.endpoints[chosen["old"]], wish) if "old" in chosen else {}),
    }


def _moved(old: Endpoint, wish: Wish) -> dict[str, Any]:
    """What changes in code that asks another provider's usual model, or the same one's at its own address."""
    usual = _models(catalogue(), old.name)
    model = wish.model if old.name == wish.endpoint.name or not usual else usual[0]
    swap = base_url_swap(replace(wish, endpoint=old, model=model), wish)
    return {"old": title(old), "new": title(wish.endpoint), "swap": swap, "moving": moving(swap, wish.endpoint)}


def _as_meant(asked: Mapping[str, str]) -> dict[str, str]:
    """Who chooses another provider, and leaves the model as it stood, does not mean the other one's model."""
    was_provider, _, was_model = asked.get("was", "").partition("/")
    left = was_provider and was_provider != asked["provider"] and was_model == asked.get("model")
    return {**asked, "model": ""} if left else dict(asked)


def _endpoints(request: HttpRequest) -> list[Endpoint]:
    """The built-in provider under this server's own address, the operator's, then those that are known."""
    ours = {endpoint.name: endpoint for endpoint in allowed_providers()}
    named = ours | {name: endpoint for name, endpoint in KNOWN.items() if name not in ours}
    return [_reachable(request, endpoint) for endpoint in named.values()]


def _reachable(request: HttpRequest, endpoint: Endpoint) -> Endpoint:
    # To the relay the built-in provider has no address: to others it is a path of this server.
    is_sample = endpoint.name == SAMPLE.name
    return replace(endpoint, base_url=f"{_origin(request)}/sample/v1") if is_sample else endpoint


def _origin(request: HttpRequest) -> str:
    return whole_address(request, "/").rstrip("/")


def _models(held: Catalogue, provider: str) -> list[str]:
    """What may be asked of a provider: the usual one first."""
    if provider == SAMPLE.name:
        return [model.id for model in MODELS]
    usual = [USUAL[provider]] if provider in USUAL else []
    offered = (entry.model_id for entry in held.entries if entry.provider == provider and not entry.is_quote)
    return list(dict.fromkeys([*usual, *offered]))[:LISTED]
