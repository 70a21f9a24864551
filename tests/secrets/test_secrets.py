"""Keys are recognised by their shapes, and masked in whatever form they are repeated."""

import datetime as dt
import json
import time
import uuid
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.secrets import MASK, holds_key, masked, without_key

KEYS = [
    *("sk-proj-abcDEF123456", "sk-ant-api03-Zz_9-8y7x6w5", "sk-or-v1-0123456789abcdef", "gsk_abcdefgh1234567890"),
    *("AIzaSyA-1234567890abcdefghijklmnopqrstu", "xai-0123456789abcdef", "hf_abcdefghijklmnop", "AKIAABCDEFGHIJKLMNOP"),
    *("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "0123456789abcdef0123456789abcdef"),
]


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_recognised_by_their_shapes(key: str) -> None:
    for text in (
        key,
        f"Incorrect API key provided: {key}.",
        f'{{"key": "{key}"}}',
        f"https://x.example/v1?key={key}&a=b",
    ):
        assert key not in masked(text)
        assert MASK in masked(text)


# Made up, in the form that each provider gives to its keys.
PROVIDERS = {
    "OpenAI": "sk-proj-Zq3vN8xK1bT5mW9cR2yH6pL4dS7fG0jA_uE-iO3kXvB8nQ5tM1wC9zD2rF6hJ4gT3BlbkFJp7sY0aU5eV8iK1oL",
    "OpenAI, older": "sk-9aZbY8cXdW7eVfU6gThSi5RjQkP4lOmN3nMoL2pKqJ1rIsH0",
    "Anthropic": "sk-ant-api03-k3Jv9Xq2Lw8Zt5Rb1Ny7Mc4Hd6Gf0Ps_aQeUiOx-vBnMkLpT3yWz8rC5hD2jF7gS1dA9uE4iK6oP0lX2cV-AA",
    "Google": "AIzaSyD3k9Xv7Bq2Lw8Zt5Rb1Ny4Mc6Hd0GfPsQ",
    "Google, newer": "AQ.Ab8RN6Kx2vLq9Zt5Rb1Ny7Mc4Hd6Gf0PsaQeUiOxvBnMkLpT3yW",
    "DeepSeek": "sk-3f9a7c1e5b2d8064a1c9e7b3d5f20846",
    "Groq": "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",
    "xAI": "xai-7Bq2Lw8Zt5Rb1Ny4Mc6Hd0GfPsQaUeIoKpLmN9Jh3kXvC2zD5rF8gT1yW4sE7uI0oPaS3dF6gH9jK2lZ",
    "Mistral": "k3Jv9Xq2Lw8Zt5Rb1Ny7Mc4Hd6Gf0PsQ",
    "Cohere": "Lw8Zt5Rb1Ny7Mc4Hd6Gf0PsQk3Jv9Xq2aUeIoKpL",
    "OpenRouter": "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",
    "Together": "tgp_v1_Xv7Bq2Lw8Zt5Rb1Ny4Mc6Hd0GfPsQaUeIoKpLmN9Jh3",
    "Fireworks": "fw_3ZkJv9Xq2Lw8Zt5Rb1Ny7Mc4",
    "Cerebras": "csk-5rf8gt1yw4se7ui0opas3df6gh9jk2lzxc3vb6nm9qw2ert5",
    "Perplexity": "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",
    "Hugging Face": "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",
    "Replicate": "r8_Xv7Bq2Lw8Zt5Rb1Ny4Mc6Hd0GfPsQaUeIoKpL",
    "NVIDIA": "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",
    "AWS": "AKIAQ3EGR7K2XW5TNB4M",
    "Azure, announced": "api-key: 3f9a7c1e5b2d8064a1c9e7b3d5f20846",
    "Azure, newer": "7Bq2Lw8Zt5Rb1Ny4Mc6Hd0GfPsQaUeIoKpLmN9Jh3kXvC2zD5rF8JQQJ99BAACYeBjFXJ3w3AAABACOGt1yW",
    "costcalc": "costcalc_E882H4nI1PRn8nMrhj4eFNnmIAXtDeBo1egwiy",
    "a session": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2ln",
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_keys_of_providers_are_refused_wherever_they_stand(provider: str) -> None:
    key = PROVIDERS[provider]
    for text in (key, f"we use {key}, from Lan", f"key={key}", f'"{key}"', f"khoá:{key}\nhết hạn 31/12", f"({key})"):
        assert holds_key(text)
        assert key not in masked(text)
        with pytest.raises(ValueError, match="looks like a key"):
            without_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "claude-3-5-sonnet-20241022, gpt-4.1-mini-2025-04-14, gemini-2.5-flash-lite-preview-09-2025",
        "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8 and Qwen/Qwen3-235B-A22B-Instruct-2507-tput",
        "accounts/fireworks/models/deepseek-v3p1-terminus; fw-llama-v3p1-405b-instruct; hf-internal-testing/tiny",
        "ft:gpt-4o-mini-2024-07-18:acme-support:chatbot-v12:9xYzAbCd; arn:aws:bedrock:us-east-1:123456789012:model/x",
        "commit 76be0f1ca9deb5e63c07a1d3d0bd6f1b8f9a7c1e, sha256 " + "9f86d081884c7d65" * 4,
        "8b9f7a52-6a52-4b1f-9d39-5f2d0f0a4c11, 8b9f7a526a524b1f9d395f2d0f0a4c11, 01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit#heading=h.x1y2z3",
        "https://github.com/acme/llm/commit/76be0f1ca9deb5e63c07a1d3d0bd6f1b8f9a7c1e?w=1&page_token=CAUQAA",
        "test_that_a_very_long_name_of_a_test_with_2_digits_is_no_key_at_all_42",
        "TestThatAveryLongNameOfAClassWith2Or3DigitsIsNoKey, OpenAICompatibleProvider2026RetryPolicyV2Factory",
        "sk-learn-based-classifier-v10, pk-store-of-the-year-2026, key-rotation-2026-11-23-of-the-team",
        "API key: rotate before 2026-12-31; token: 1,500 per request; password: ask Lan; Authorization: Bearer <key>",
        "Khoá API cũ được giữ đến 05/01/2027; khoá mới …w7Lk đang dùng, secret: xem trong kho bí mật.",
        "tokens per minute: 30000; total 1.234.567,89 ₫; +84 28 3829 5555; lan.nguyen+llm2026@example.com",
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    ],
)
def test_ordinary_texts_are_not_refused(text: str) -> None:
    assert not holds_key(text)
    assert without_key(text) == text


WORDS = st.text("abcdefghijklmnopqrstuvwxyzđăâêôơư", min_size=1, max_size=14)


@given(
    st.lists(WORDS | WORDS.map(str.title) | st.integers(0, 10**9).map(str), max_size=30), st.sampled_from(" -_./,\n")
)
def test_words_and_numbers_are_never_refused(words: list[str], between: str) -> None:
    assert not holds_key(between.join(words))


@given(st.uuids(), st.binary(min_size=16, max_size=64), st.datetimes())
def test_neither_are_ids_hashes_and_times(one: uuid.UUID, data: bytes, at: dt.datetime) -> None:
    for text in (str(one), one.hex, one.urn, data.hex(), data.hex().upper(), at.isoformat(), f"run {one} at {at}"):
        assert not holds_key(text)


@pytest.mark.parametrize(
    "said", ["Authorization: Bearer {}", "authorization: basic {}", "x-api-key: {}", '"api_key": "{}"']
)
def test_so_is_what_is_announced(said: str) -> None:
    assert "Tr0ub4dor" not in masked(said.format("Tr0ub4dor&3"))


@pytest.mark.parametrize(
    "text",
    [
        "The model `gpt-4.1-mini-2025-04-14` does not exist or you do not have access to it.",
        "Rate limit reached for gpt-4.1 in organization on tokens per min (TPM): Limit 30000, Used 29000.",
        "request id 8b9f7a52-6a52-4b1f-9d39-5f2d0f0a4c11",
        "task-orientated risk-aware desk-bound people ask basic questions",
        "Khoá API không đúng.",
    ],
)
def test_what_is_no_key_stays_readable(text: str) -> None:
    assert masked(text) == text
    assert not holds_key(text)


@given(st.text(min_size=1).filter(lambda text: text.strip(" \t\n…")), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_masked_in_every_form(secret: str, before: str, after: str) -> None:
    whole = secret.strip()
    for form in (whole, json.dumps(whole)[1:-1], quote_plus(whole)):
        assert form not in masked(before + form + after, [secret])


def test_long_texts_cost_no_time() -> None:
    begun = time.process_time()
    for text in ("a" * 1_000_000, "sk-" * 300_000, "eyJ" * 300_000, "bearer " * 150_000, "a1_" * 300_000):
        masked(text)
        holds_key(text)
    assert time.process_time() - begun < 2
