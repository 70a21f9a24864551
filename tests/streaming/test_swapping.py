"""The move of code from one provider to another: what changes, and that both sides run."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from costcalc.streaming.endpoints import KNOWN, Endpoint
from costcalc.streaming.snippets.kinds import Kind
from costcalc.streaming.snippets.making import Wish
from costcalc.streaming.snippets.swapping import Swap, base_url_swap
from tests.streaming import hostile
from tests.streaming.hostile import TEXT, Answer, Provider, cut
from tests.streaming.running import KEY, ran, shown

RELAY = "https://costs.example.org"


def moved(before: Endpoint, after: Endpoint) -> Swap:
    """From one to the other."""
    return base_url_swap(Wish(before, "gpt-4.1", RELAY), Wish(after, "relay/gpt-4.1", RELAY))


def test_three_lines_change_and_no_other() -> None:
    swap = moved(KNOWN["openai"], Endpoint("acme", "Acme", "https://llm.acme.example/v1"))
    assert swap.changes == (
        ('BASE_URL = "https://api.openai.com/v1"', 'BASE_URL = "https://llm.acme.example/v1"'),
        ('API_KEY = os.environ["OPENAI_API_KEY"]', 'API_KEY = os.environ["ACME_API_KEY"]'),
        ('MODEL = "gpt-4.1"', 'MODEL = "relay/gpt-4.1"'),
    )


def test_what_stays_is_no_change() -> None:
    wish = Wish(KNOWN["openai"], "gpt-4.1", RELAY)
    swap = base_url_swap(wish, wish)
    assert swap.changes == ()


@pytest.mark.parametrize("name", ["anthropic", "google", "deepseek"])
def test_other_dialects_are_asked_where_they_speak_the_sdks(name: str) -> None:
    (base, *_rest) = moved(KNOWN["openai"], KNOWN[name]).changes
    own = {"google": f"{KNOWN['google'].base_url}/openai"}.get(name, KNOWN[name].base_url)
    assert base[1] == f'BASE_URL = "{own}"'


def test_the_page_shows_the_changed_lines_which_make_the_one_of_the_other_and_both_run(
    site: str, settings: Any, provider: Provider, tmp_path: Path
) -> None:
    bases = {name: provider.plays(name, Answer(cut(hostile.openai()))) for name in ("here", "there")}
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = tuple(f"{name}={base}" for name, base in bases.items()), True
    chosen = {"kind": Kind.OPENAI.value, "model": "relay/gpt-4.1"}
    here = shown(site, **chosen | {"provider": "here", "model": "gpt-4.1"})
    there = shown(site, **chosen, provider="there", old="here", base=bases["there"])
    moved_text = here.text
    for was, now in (*there.changes, ('MODEL = "gpt-4.1"', 'MODEL = "relay/gpt-4.1"')):
        assert moved_text.count(was) == 1
        moved_text = moved_text.replace(was, now)
    assert moved_text == there.text
    assert ran(here, tmp_path).out == TEXT + "\n"
    there_run = ran(replace(there, text=moved_text), tmp_path, {here.variable: "the-old-key"})
    assert (there_run.code, there_run.out) == (0, TEXT + "\n"), there_run.err
    assert [(path.split("/")[1], body["model"]) for path, _, body, _ in provider.asked] == [
        ("here", "gpt-4.1"),
        ("there", "relay/gpt-4.1"),
    ]
    # The old key goes nowhere but to where it is from.
    assert {headers["authorization"] for _, _, _, headers in provider.asked} == {f"Bearer {KEY}"}


def section(client: Client, **asked: str) -> str:
    """What the page says about the change."""
    page = unescape(client.get("/stream/snippets/", {"kind": "openai", **asked}).content.decode())
    found = re.search(r'<section class="block" id="change">(.*?)</section>', page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.usefixtures("prices")
def test_a_relay_under_the_same_name_is_warned_of(client: Client) -> None:
    said = section(client, provider="openai", base="https://llm.acme.example/v1")
    assert '<del>BASE_URL = "https://api.openai.com/v1"</del>' in said
    assert '<ins>BASE_URL = "https://llm.acme.example/v1"</ins>' in said
    assert said.count("<del>") == 1
    assert "or the new address is sent the old one" in said
    assert "a way back needs it" in said


@pytest.mark.usefixtures("prices")
def test_what_an_address_for_compatibility_lacks_is_said(client: Client) -> None:
    assert "address for compatibility" in section(client, provider="google")
    other = section(client, provider="deepseek")
    assert "address for compatibility" not in other
    assert "or the new address is sent the old one" not in other


@pytest.mark.usefixtures("prices")
def test_a_move_to_where_one_is_changes_nothing(client: Client) -> None:
    said = section(client, provider="openai")
    assert "Nothing: it is the same provider" in said
    assert "<li>" not in said


@pytest.mark.usefixtures("prices")
def test_a_move_is_asked_about_with_the_sdk_alone(client: Client) -> None:
    page = client.get("/stream/snippets/", {"kind": "httpx", "old": "nobody"})
    assert page.status_code == 200
    assert 'name="old"' not in page.content.decode()
    assert client.get("/stream/snippets/", {"kind": "openai", "old": "nobody"}).status_code == 422
