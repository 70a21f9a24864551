"""Keys are recognised by their shapes, and masked in whatever form they are repeated."""

import json
import time
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.secrets import MASK, holds_key, masked

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
        assert holds_key(text)


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
    begun = time.monotonic()
    for text in ("a" * 1_000_000, "sk-" * 300_000, "eyJ" * 300_000, "bearer " * 150_000, "a1_" * 300_000):
        masked(text)
    assert time.monotonic() - begun < 2
