"""What people call a model, and which one they mean."""

from __future__ import annotations

import pytest
from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot

from costcalc.catalog.finding import find
from costcalc.catalog.index import catalogue

pytestmark = pytest.mark.django_db


def found(provider: str, model: str) -> str | None:
    entry = find(catalogue(), provider, model)
    return None if entry is None else entry.key


def test_every_entry_is_found_by_its_own_ids() -> None:
    held = catalogue()
    assert all(find(held, entry.provider, entry.model_id) is entry for entry in held.entries)


@pytest.mark.parametrize(
    ("provider", "model", "key"),
    [
        ("openai", "gpt-4.1", "openai/gpt-4.1"),
        ("bedrock", "amazon.nova-lite-v1:0", "aws/amazon.nova-lite-v1:0"),
        ("zai", "glm-4.7", "zai/GLM-4.7"),
        ("OpenAI", "GPT-4.1", "openai/gpt-4.1"),
        ("openai", "gpt-4.1-2025-04-14", "openai/gpt-4.1"),
        ("anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("azure", "gpt-4.1", "openai/gpt-4.1"),
        ("litellm", "openai/gpt-4.1", "openai/gpt-4.1"),
        ("openrouter", "openai/gpt-4.1", "openrouter/openai/gpt-4.1"),
    ],
)
def test_a_loose_name_is_matched_as_genai_prices_matches_it(provider: str, model: str, key: str) -> None:
    assert found(provider, model) == key


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-nothing"),
        ("nobody", "gpt-4.1"),
        ("", ""),
        ("", "gpt-4.1"),
        ("openai", ""),
        ("openai", "gpt-4.1\0"),
        ("openai/gpt-4.1", ""),
    ],
)
def test_what_nobody_sells_is_not_found(provider: str, model: str) -> None:
    assert found(provider, model) is None


@pytest.mark.parametrize(
    ("provider", "model", "key"),
    [
        ("article-relay", "gpt-4.1", "article-relay/gpt-4.1"),
        ("article-relay", "GPT-4.1", None),
        ("article-relay", "gpt-4.1-2025-04-14", None),
        ("Article-Relay", "gpt-4.1", None),
    ],
)
def test_a_quote_is_found_by_its_exact_ids_only(provider: str, model: str, key: str | None) -> None:
    assert found(provider, model) == key


def test_what_genai_prices_finds_for_its_own_ids_is_found_here() -> None:
    finder = DataSnapshot(providers, from_auto_update=False)
    for provider in providers:
        for model in provider.models[:20]:
            loose = model.id.upper()
            try:
                owner, expected = finder.find_provider_model(loose, None, provider.id, None)
            except LookupError:
                assert found(provider.id, loose) in (None, f"{provider.id}/{loose}")
                continue
            if loose != model.id:
                assert found(provider.id, loose) == f"{owner.id}/{expected.id}"


@pytest.mark.parametrize("length", [300, 301, 10_000])
def test_a_very_long_name_is_simply_not_found(length: int) -> None:
    assert found("openai", "gpt-" + "a-" * (length // 2)) is None
    assert found("o" * length, "gpt-4.1") is None
