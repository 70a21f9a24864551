"""The page of snippets, and their texts: what may be chosen, what is refused, and that no value ends its literal."""

import ast
import json
import os
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from costcalc.streaming.endpoints import KNOWN, Endpoint
from costcalc.streaming.snippets import literals
from costcalc.streaming.snippets.kinds import RECIPES, Kind
from costcalc.streaming.snippets.making import Wish, key_variable, snippet
from tests.streaming.running import tool

RELAY = "https://costs.example.org"
PAGE = "/stream/snippets/"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def code(page: str) -> str:
    """The snippet on a page."""
    found = re.search(r'<code id="code"[^>]*>(.*?)</code>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def made(kind: Kind, endpoint: str = "openai", model: str = "m-1") -> str:
    """A snippet for one of the known providers."""
    return snippet(kind, Wish(KNOWN[endpoint], model, RELAY)).text


@pytest.mark.usefixtures("prices")
def test_the_page_begins_with_the_built_in_provider_under_its_own_address(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert 'URL = "http://testserver/sample/v1/chat/completions"' in code(page)
    assert '"model": "sample-plain"' in code(page)


@pytest.mark.usefixtures("prices")
def test_every_kind_is_shown_for_every_provider_with_its_way_to_run(client: Client) -> None:
    for kind, recipe in RECIPES.items():
        for name in ("sample", *KNOWN):
            answer = client.get(PAGE, {"provider": name, "kind": kind})
            assert answer.status_code == 200
            assert recipe.run in answer.content.decode()
            assert not re.search(r"__[A-Z_]+__", code(answer.content.decode())), "a slot was left open"


@pytest.mark.usefixtures("prices")
def test_another_provider_brings_its_own_model_unless_one_was_typed(client: Client) -> None:
    shown = {"provider": "anthropic", "was": "openai/gpt-4.1"}
    assert '"model": "claude-sonnet-4-5"' in code(client.get(PAGE, {**shown, "model": "gpt-4.1"}).content.decode())
    assert '"model": "typed"' in code(client.get(PAGE, {**shown, "model": "typed"}).content.decode())


@pytest.mark.usefixtures("prices")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"provider": "nobody"}, "Select a valid choice"),
        ({"kind": "perl"}, "Select a valid choice"),
        ({"base": "ftp://x"}, "An address such as"),
        ({"base": "https://x/?key=1"}, "An address such as"),
        ({"base": "https://me:secret@x/"}, "An address such as"),
        ({"silence": "0"}, "greater than or equal to 1"),
        ({"silence": "1e999"}, "Enter a whole number"),
        ({"model": "m" * 201}, "at most 200"),
        ({"model": "a\0b"}, "Null characters"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client: Client, asked: dict[str, str], said: str) -> None:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    (field,) = asked
    assert f'id="id_{field}_error"' in answer.content.decode()


@pytest.mark.usefixtures("prices")
def test_what_a_swap_brings_is_a_part(client: Client) -> None:
    answer = client.get(PAGE, headers={"hx-request": "true"})
    assert answer.content.decode().strip().startswith('<div class="snippets"')
    assert "HX-Request" in answer.headers["vary"]


@pytest.mark.usefixtures("prices")
def test_the_operators_own_provider_is_offered_and_the_relay_says_whom_it_speaks_to(
    client: Client, settings: Any
) -> None:
    settings.PROVIDERS = ("acme=https://llm.acme.example/v1",)
    asked = {"provider": "acme", "model": "m-1"}
    page = client.get(PAGE, asked).content.decode()
    assert 'URL = "https://llm.acme.example/v1/chat/completions"' in code(page)
    assert "ACME_API_KEY" in code(page)
    assert "until its operator names it" not in client.get(PAGE, {**asked, "kind": "browser"}).content.decode()
    other = {**asked, "provider": "openai", "kind": "browser"}
    assert "until its operator names it" in client.get(PAGE, other).content.decode()


@pytest.mark.parametrize("kind", Kind)
def test_the_key_is_read_and_never_there_and_a_browser_has_none(kind: Kind) -> None:
    for name in KNOWN:
        text = made(kind, name)
        assert literals.KEY not in text
        assert (key_variable(KNOWN[name]) in text) is not RECIPES[kind].relayed


@pytest.mark.parametrize("kind", [kind for kind in Kind if RECIPES[kind].language == "python"])
@pytest.mark.parametrize("endpoint", ["openai", "anthropic", "google"])
def test_python_is_tidy(kind: Kind, endpoint: str) -> None:
    text = made(kind, endpoint)
    check = ["check", "--isolated", "--select=E,F,B,I,UP,ASYNC", "--line-length=120", "--target-version=py310", "-"]
    for command in (check, ["format", "--isolated", "--line-length=120", "--check", "-"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command], input=text, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@given(JSON)
def test_a_literal_of_python_is_its_value(value: Any) -> None:
    assert ast.literal_eval(literals.python(value)) == value


@given(st.text())
def test_a_model_cannot_end_its_literal(model: str) -> None:
    endpoint = Endpoint("acme", "Acme", "https://llm.acme.example/v1'\"$(id)`id`")
    tree = ast.parse(snippet(Kind.HTTPX, Wish(endpoint, model, RELAY)).text)
    body = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BODY"
    )
    assert ast.literal_eval(body)["model"] == model
    shell = snippet(Kind.CURL, Wish(endpoint, model, RELAY)).text
    assert json.loads(shell.split("answer\n")[-1].removesuffix("JSON\n"))["model"] == model


def test_a_shell_takes_the_address_and_the_model_as_they_are(tmp_path: Any) -> None:
    base = "https://llm.acme.example/v1'\"$(touch made)`touch made`"
    text = snippet(Kind.CURL, Wish(Endpoint("acme", "Acme", base), "$(touch made)`touch made`'", RELAY)).text
    # What curl would be called with, and be given.
    said = 'curl() { printf "%s\\n" "$@" >arguments; cat >given; }\n' + text
    variables = {"ACME_API_KEY": "k", "PATH": os.environ["PATH"]}
    subprocess.run([tool("bash")], input=said, text=True, cwd=tmp_path, env=variables, check=False)
    assert not (tmp_path / "made").exists()
    assert f"{base}/chat/completions" in (tmp_path / "arguments").read_text().splitlines()
    assert "k" not in (tmp_path / "arguments").read_text().split()
    assert json.loads((tmp_path / "given").read_text())["model"] == "$(touch made)`touch made`'"
