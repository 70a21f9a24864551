"""From what somebody calls a model to the entry of the catalogue: the exact id first, then genai-prices' matching."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.catalog.models import LanguageModel, Provider

if TYPE_CHECKING:
    from genai_prices import types

LONGEST = 300


def find(catalogue: Catalogue, provider: str, model: str) -> Entry | None:
    """The entry for a provider and model as anybody may call them (`bedrock`, `glm-4.7`); None if there is none.

    Quotes are found by their exact ids only. Source of the loose rule: genai-prices, `find_provider_model`.
    """
    exact = catalogue.by_key.get(f"{provider}/{model}")
    if exact is not None or len(provider) + len(model) > LONGEST:
        return exact
    from genai_prices.data_snapshot import DataSnapshot

    # A finder of its own for each question: it remembers every name it was asked for, and strangers ask.
    finder = DataSnapshot(_providers(catalogue.revision), from_auto_update=False)
    try:
        found_provider, found_model = finder.find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    # A provider may sell another one's models (Azure sells OpenAI's): the entry is then the other's.
    own = catalogue.by_key.get(f"{found_provider.id}/{found_model.id}")
    return own or _elsewhere(catalogue, found_provider.fallback_model_providers, found_model.id)


def _elsewhere(catalogue: Catalogue, providers: list[str] | None, model_id: str) -> Entry | None:
    keys = (f"{slug}/{model_id}" for slug in providers or ())
    return next((catalogue.by_key[key] for key in keys if key in catalogue.by_key), None)


_lock = threading.Lock()


def _providers(revision: int) -> list[types.Provider]:
    with _lock:
        return _load_providers(revision)


@lru_cache(maxsize=1)
def _load_providers(revision: int) -> list[types.Provider]:
    """The stored matching rules as genai-prices reads them; `revision` only keys the cache."""
    from genai_prices.types import _providers_from_raw

    models: dict[int, list[dict[str, object]]] = {}
    for row in LanguageModel.objects.exclude(match={}):
        models.setdefault(row.provider_id, []).append({"id": row.model_id, "match": row.match, "prices": {}})
    raw = [
        {
            "id": row.slug,
            "name": row.name,
            "api_pattern": row.api_pattern,
            "model_match": row.model_match,
            "provider_match": row.match,
            "fallback_model_providers": row.fallbacks,
            "models": models[row.pk],
        }
        for row in Provider.objects.all()
        if row.pk in models
    ]
    return _providers_from_raw(raw)
