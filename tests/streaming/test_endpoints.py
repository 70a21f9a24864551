"""Whom the product may call: exactly those that its operator named, in their own dialects."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from costcalc.environment import provider_keys
from costcalc.streaming.calls import Question, completion_call
from costcalc.streaming.dialects import Dialect
from costcalc.streaming.endpoints import KNOWN, SAMPLE, allowed, owner
from costcalc.streaming.providers import allowed_providers, operator_key, provider

ACME = "acme=https://llm.acme.example/v1"


def test_known_names_and_own_addresses_are_allowed() -> None:
    openai, acme, house = allowed(["openai", ACME, "house:anthropic=https://house.example:8443/api/"])
    assert openai == KNOWN["openai"]
    assert (acme.base_url, acme.dialect) == ("https://llm.acme.example/v1", Dialect.OPENAI)
    assert (house.base_url, house.dialect) == ("https://house.example:8443/api", Dialect.ANTHROPIC)


def test_a_known_name_at_another_address_keeps_its_dialect() -> None:
    (mirror,) = allowed(["anthropic=https://mirror.example/v1"])
    assert (mirror.title, mirror.dialect) == ("Anthropic", Dialect.ANTHROPIC)


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        (["nobody"], "known names"),
        (["openai:gemini"], "known names"),
        (["acme:klingon=https://a.example"], "dialect"),
        (["acme=http://a.example"], "https"),
        (["acme=ftp://a.example"], "https"),
        (["acme=https://user:pass@a.example"], "https"),
        (["acme=https://a.example/?q=1"], "https"),
        (["acme=https://a.example:99999"], "https"),
        (["acme=https://a.example:0"], "https"),
        (["acme=https://"], "https"),
        (["acme=https://[::1"], "https"),
        (["ACME=https://a.example"], "name"),
        (["=https://a.example"], "name"),
        (["openai", "openai=https://a.example"], "taken"),
        (["sample=https://a.example"], "taken"),
    ],
)
def test_what_cannot_be_meant_is_refused(entries: list[str], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        allowed(entries)


def test_plain_http_is_for_private_providers_alone() -> None:
    (near,) = allowed(["near=http://127.0.0.1:9000/v1"], private=True)
    assert near.private


@given(st.text(max_size=60))
def test_any_entry_is_an_endpoint_or_a_value_error(entry: str) -> None:
    try:
        (found,) = allowed([entry])
    except ValueError:
        return
    assert found.base_url.startswith("https://")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://llm.acme.example/v1/chat/completions", "acme"),
        ("https://llm.acme.example/v1", "acme"),
        ("https://llm.acme.example/v10/chat", None),
        ("https://llm.acme.example/v1/../admin", None),
        ("https://llm.acme.example/v1/%2e%2e/admin", None),
        ("https://llm.acme.example/v1/%2E./admin", None),
        ("https://llm.acme.example/v1/..%2fadmin", None),
        ("https://llm.acme.example/v1/..\\admin", None),
        ("https://llm.acme.example/v1/a..b", "acme"),
        ("http://llm.acme.example/v1/chat", None),
        ("https://llm.acme.example:8443/v1/chat", None),
        ("https://llm.acme.example@evil.example/v1/chat", None),
        ("https://evil.example/v1/chat", None),
        ("https://[::1", None),
    ],
)
def test_an_address_belongs_to_whom_it_lies_under(url: str, name: str | None) -> None:
    found = owner(url, allowed([ACME]))
    assert (found.name if found else None) == name


def test_the_built_in_provider_is_always_there(settings: Any) -> None:
    settings.PROVIDERS = ("openai",)
    assert [endpoint.name for endpoint in allowed_providers()] == ["sample", "openai"]
    assert provider("sample") == SAMPLE
    assert provider("anthropic") is None


def test_a_wrong_list_stops_the_start(settings: Any) -> None:
    settings.PROVIDERS = ("nobody",)
    with pytest.raises(ImproperlyConfigured, match="PROVIDERS: 'nobody'"):
        apps.get_app_config("streaming").ready()


def test_keys_are_read_by_the_provider_s_name_and_never_shown(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER_KEY_X_AI", "xai-secret")
    monkeypatch.setenv("PROVIDER_KEY_OPENAI", "")
    settings.PROVIDER_KEYS = provider_keys()
    assert operator_key(KNOWN["x-ai"]) == "xai-secret"
    assert operator_key(KNOWN["openai"]) is None
    assert "xai-secret" not in repr(settings.PROVIDER_KEYS)


@pytest.mark.parametrize(
    ("name", "url", "header"),
    [
        ("openai", "https://api.openai.com/v1/chat/completions", ("authorization", "Bearer k-1")),
        ("anthropic", "https://api.anthropic.com/v1/messages", ("x-api-key", "k-1")),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/models/a%2Fb:streamGenerateContent?alt=sse",
            ("x-goog-api-key", "k-1"),
        ),
    ],
)
def test_each_dialect_is_asked_in_its_own_way(name: str, url: str, header: tuple[str, str]) -> None:
    call = completion_call(KNOWN[name], Question("a/b", "Why?", max_tokens=9), "k-1")
    assert call.url == url
    assert call.headers[header[0]] == header[1]
    assert "k-1" not in repr(call)
    assert "k-1" not in call.url
    assert "Why?" in json.dumps(json.loads(call.body), ensure_ascii=False)


def test_openai_asks_for_usage_and_by_its_newer_name() -> None:
    body = json.loads(completion_call(KNOWN["openai"], Question("m", "?", max_tokens=9)).body)
    assert body["stream_options"] == {"include_usage": True}
    assert body["max_completion_tokens"] == 9
    assert "seed" not in body
    assert json.loads(completion_call(SAMPLE, Question("m", "?", max_tokens=9, seed=3)).body)["max_tokens"] == 9


@pytest.mark.parametrize("key", ["a\nb", "a\r\nx-evil: 1", "ключ", "a\0"])
def test_a_key_that_would_break_out_of_its_header_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        completion_call(KNOWN["openai"], Question("m", "?"), key)
