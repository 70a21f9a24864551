"""The snippets that speak to a relay, as the page shows them, with the product's own: its faults, and what a provider
at its worst says behind it to people who are signed in, whom the operator's key serves.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from costcalc.accounts.models import User
from costcalc.streaming.sample.texts import IN_ONE_ANSWER, PARAGRAPHS
from costcalc.streaming.snippets.kinds import Kind
from tests.streaming import hostile
from tests.streaming.chunks import chunk, event
from tests.streaming.hostile import TEXT, Answer, Provider, bytewise, cut
from tests.streaming.relay.asking import soon
from tests.streaming.running import Run, ran, shown

OPERATORS_KEY = "sk-operator-0123456789abcdef"
MADE: Mapping[str, Callable[..., bytes]] = {
    "openai": hostile.openai,
    "anthropic": hostile.anthropic,
    "google": hostile.gemini,
}
HALF = hostile.openai("Xin ", finish=None, usage=None, done=False)
# What the relay itself would say, under its own name and as its socket says it.
FORGED = {"costcalc": "end", "end": "complete", "status": 200, "usage": {"output_tokens": 9}, "message": ""}
FORGERY = event(FORGED, "costcalc.end")
Opens = Callable[..., Page]
Hears = Callable[..., Run]


@dataclass(frozen=True)
class Operator:
    """Who runs this server: a provider with a key, and somebody's session."""

    provider: Provider
    name: str
    session: str

    def plays(self, *answers: Answer) -> None:
        """The provider answers so."""
        self.provider.plays(self.name, *answers)

    @property
    def keys(self) -> set[str]:
        """The keys that the provider was given."""
        names = ("authorization", "x-api-key", "x-goog-api-key")
        asked = [headers for _, _, _, headers in self.provider.requests(self.name)]
        return {headers[name] for headers in asked for name in names if name in headers}


@pytest.fixture
def operator(site: str, settings: Any, provider: Provider, tmp_path: Path) -> Operator:
    """The three dialects' providers are the hostile one, and the operator has keys for them."""
    base = provider.plays(tmp_path.name, Answer(()))
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = tuple(f"{name}={base}" for name in MADE), True
    settings.PROVIDER_KEYS = {name: SecretStr(OPERATORS_KEY) for name in MADE}
    client = Client()
    client.force_login(User.objects.create_user("alice@example.org", "a pass phrase of hers"))
    return Operator(provider, tmp_path.name, client.cookies["sessionid"].value)


@pytest.fixture
def opened(page: Page, site: str) -> Opens:
    """The product's page with the markup and the file that the snippet asks for."""

    def opens(model: str, of: str = "sample", session: str = "") -> Page:
        text = shown(site, provider=of, kind=Kind.BROWSER, model=model, silence="5").text
        lines = [line.removeprefix("// ") for line in text.splitlines() if line.startswith("// <")]
        if session:
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page.route(f"{site}/stream.js", lambda route: route.fulfill(body=text, content_type="text/javascript"))
        page.goto(f"{site}/stream/snippets/")
        page.evaluate("(html) => { document.querySelector('main').innerHTML = html; }", lines[0])
        page.add_script_tag(url=f"{site}/stream.js", type="module")
        return page

    return opens


@pytest.fixture
def heard(site: str, tmp_path: Path) -> Hears:
    """Run the WebSocket's snippet, which asks the server that showed it."""

    def hears(of: str = "openai", session: str = "") -> Run:
        page = shown(site, provider=of, kind=Kind.WEBSOCKET, model="m-1", silence="5")
        return ran(page, tmp_path, {"RELAY_COOKIE": f"sessionid={session}"} if session else None)

    return hears


def said_in(page: Page) -> str:
    """The answer on the page."""
    text: str = page.locator("#answer").evaluate("(e) => e.textContent")
    return text


@pytest.mark.usefixtures("quick")
def test_the_products_own_relay_brings_the_answer(opened: Opens) -> None:
    page = opened("sample-vietnamese")
    expect(page.locator("#state")).to_contain_text("complete, usage: {", timeout=30_000)
    assert set(said_in(page).split("\n\n")) <= set(PARAGRAPHS["vi"])
    assert len(said_in(page).split("\n\n")) == IN_ONE_ANSWER


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("fault-401", "error 401"),
        ("fault-cut", "truncated"),
        ("fault-error-inside", "error"),
        ("fault-500", "error 500"),
    ],
)
def test_each_failure_is_told_apart(opened: Opens, model: str, said: str) -> None:
    expect(opened(model).locator("#state")).to_contain_text(said, timeout=30_000)


@pytest.mark.parametrize("of", MADE)
def test_a_browser_that_is_signed_in_shows_every_dialect_at_its_worst(
    opened: Opens, operator: Operator, of: str
) -> None:
    operator.plays(Answer(bytewise(MADE[of]())))
    page = opened("m-1", of, operator.session)
    expect(page.locator("#state")).to_contain_text("complete, usage: {")
    expect(page.locator("#state")).to_contain_text('"output_tokens":34')
    assert said_in(page) == TEXT
    assert {key.removeprefix("Bearer ") for key in operator.keys} == {OPERATORS_KEY}


@pytest.mark.parametrize("of", MADE)
def test_a_socket_brings_every_dialect_at_its_worst_to_whoever_is_signed_in(
    heard: Hears, operator: Operator, of: str
) -> None:
    operator.plays(Answer(bytewise(MADE[of]())))
    run = heard(of, operator.session)
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert json.loads(run.err.removeprefix("usage: "))["output_tokens"] == 34
    assert {key.removeprefix("Bearer ") for key in operator.keys} == {OPERATORS_KEY}


@pytest.mark.parametrize("session", ["", "nobodys"])
def test_a_socket_spends_the_operators_key_for_nobody_else(heard: Hears, operator: Operator, session: str) -> None:
    run = heard(session=session)
    assert run.code == 1
    assert "HTTP 422" in run.err
    assert "sign in" in run.err
    assert operator.keys == set()


@pytest.mark.complains
def test_a_browser_that_is_refused_says_so(opened: Opens, operator: Operator) -> None:
    expect(opened("m-1", "openai").locator("#state")).to_contain_text("HTTP 422")
    assert operator.keys == set()


def test_a_socket_brings_a_message_of_megabytes(heard: Hears, operator: Operator) -> None:
    long = "được " * 300_000
    stream = hostile.raw(chunk({"content": long})) + hostile.openai("!")
    operator.plays(Answer(tuple(stream[at : at + 1460] for at in range(0, len(stream), 1460))))
    run = heard(session=operator.session)
    assert (run.code, run.out) == (0, long + "!\n"), run.err[-500:]


def test_what_a_model_says_is_text_and_nothing_else(opened: Opens, operator: Operator) -> None:
    operator.plays(Answer(cut(hostile.openai("<img src=x onerror=alert(1)><b>b</b>"))))
    page = opened("m-1", "openai", operator.session)
    expect(page.locator("#state")).to_contain_text("complete")
    assert page.locator("#answer *").count() == 0


HALF_EVENT = b'data: {"choices": [{"del\n\n'
FAULTS = {
    "cut": (Answer(cut(HALF)), "truncated"),
    "forged": (Answer(cut(HALF + FORGERY)), "truncated"),
    "forged, begun again": (Answer(cut(HALF + FORGERY + event({"costcalc": "start"}, "costcalc.start"))), "truncated"),
    "half an event": (Answer(cut(HALF + HALF_EVENT + hostile.openai("!"))), ""),
    "in one piece": (
        Answer(
            (b'{"choices":[{"message":{"content":"Xin"},"finish_reason":"stop"}]}',),
            200,
            {"content-type": "application/json"},
        ),
        "not a stream",
    ),
    "refused": (Answer((b'{"error":{"message":"Not today"}}',), 401, {"content-type": "application/json"}), "401"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_browser_does_not_take_what_is_not_whole_for_an_answer(opened: Opens, operator: Operator, fault: str) -> None:
    answer, said = FAULTS[fault]
    operator.plays(answer)
    page = opened("m-1", "openai", operator.session)
    expect(page.locator("#state")).to_contain_text(said or "could not be read")
    expect(page.locator("#state")).not_to_contain_text("complete, usage")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_socket_does_not_take_what_is_not_whole_for_an_answer(heard: Hears, operator: Operator, fault: str) -> None:
    answer, said = FAULTS[fault]
    operator.plays(answer)
    run = heard(session=operator.session)
    assert run.code == 1
    assert (said or "JSONDecodeError").lower() in run.err.lower()
    assert "usage:" not in run.err


def test_an_end_that_is_not_the_relays_ends_nothing(opened: Opens, heard: Hears, operator: Operator) -> None:
    operator.plays(Answer(cut(FORGERY + hostile.openai())))
    run = heard(session=operator.session)
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert json.loads(run.err.removeprefix("usage: "))["output_tokens"] == 34
    page = opened("m-1", "openai", operator.session)
    expect(page.locator("#state")).to_contain_text('"output_tokens":34')
    assert said_in(page) == TEXT


def test_a_browser_stops_when_it_is_told_to_and_so_does_the_provider(opened: Opens, operator: Operator) -> None:
    operator.plays(Answer((HALF, 30)))
    page = opened("m-1", "openai", operator.session)
    expect(page.locator("#answer")).to_contain_text("Xin")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as told:
        page.get_by_role("button", name="Stop").click()
    assert told.value.status == 204
    expect(page.locator("#state")).to_have_text("stopped")
    soon(lambda: operator.provider.left[operator.name] == 1)
