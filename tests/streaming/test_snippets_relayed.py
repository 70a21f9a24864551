"""The snippets that speak to a relay, as the page shows them: in a real browser and over a real WebSocket."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from costcalc.streaming.snippets.kinds import Kind
from tests.streaming.hostile import TEXT, parts_of, served
from tests.streaming.relayed import Relay
from tests.streaming.running import Run, ran, shown

COMPLETE = {"end": "complete", "usage": {"output_tokens": 34}}
BROKEN = {"end": "error", "status": 429, "message": "Too many requests", "usage": None}
TRUNCATED = {"end": "truncated", "status": 200, "message": "", "usage": None}


def openai(text: str) -> list[tuple[str, str]]:
    """The events of OpenAI's dialect, with the mark at their end."""
    pieces = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in parts_of(text)]
    return [*(("", json.dumps(piece, ensure_ascii=False)) for piece in pieces), ("", "[DONE]")]


def anthropic(text: str) -> list[tuple[str, str]]:
    """The events of Anthropic's dialect."""
    pieces = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": part}} for part in parts_of(text)]
    return [("content_block_delta", json.dumps(piece, ensure_ascii=False)) for piece in pieces]


def gemini(text: str) -> list[tuple[str, str]]:
    """The events of Gemini's dialect."""
    pieces = [{"candidates": [{"content": {"parts": [{"text": part}]}}]} for part in parts_of(text)]
    return [("", json.dumps(piece, ensure_ascii=False)) for piece in pieces]


DIALECTS = {"openai": openai, "anthropic": anthropic, "google": gemini}
Opens = Callable[..., Page]
Hears = Callable[..., Run]


@pytest.fixture
def serve() -> Iterator[Callable[[Relay], str]]:
    """Serve a relay until the test ends; its address."""
    with ExitStack() as stack:
        yield lambda relay: f"http://127.0.0.1:{stack.enter_context(served(relay))}"


@pytest.fixture
def opened(site: str, browser: Browser, serve: Callable[[Relay], str]) -> Iterator[Opens]:
    """A page of the relay's own server with the snippet in it, as its first lines say."""
    context = browser.new_context()

    def opens(relay: Relay, provider: str = "openai", silence: int = 20) -> Page:
        text = shown(site, provider=provider, kind=Kind.BROWSER, model="m-1", silence=str(silence)).text
        relay.script = text
        relay.page = "".join(line.removeprefix("// ") for line in text.splitlines() if line.startswith("// <"))
        page = context.new_page()
        page.goto(serve(relay))
        return page

    yield opens
    context.close()


@pytest.fixture
def heard(site: str, serve: Callable[[Relay], str], tmp_path: Path) -> Hears:
    """Run the WebSocket's snippet; the page's address of this server is the one thing that is another one."""

    def hears(relay: Relay, provider: str = "openai", silence: int = 20) -> Run:
        page = shown(site, provider=provider, kind=Kind.WEBSOCKET, model="m-1", silence=str(silence))
        assert page.text.count(site) == 1
        return ran(replace(page, text=page.text.replace(site, serve(relay))), tmp_path)

    return hears


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_browser_shows_the_answer_and_how_it_ended(opened: Opens, provider: str) -> None:
    relay = Relay(DIALECTS[provider](TEXT), COMPLETE)
    page = opened(relay, provider)
    expect(page.locator("#state")).to_have_text('complete, usage: {"output_tokens":34}')
    assert page.locator("#answer").evaluate("(e) => e.textContent") == TEXT
    _, _, headers, body = next(one for one in relay.asked if one[0] == "POST")
    assert headers["content-type"] == "application/json"
    assert body.keys() == {"provider", "model", "prompt", "resume"}


def test_what_a_model_says_is_text_and_nothing_else(opened: Opens) -> None:
    page = opened(Relay(openai("<img src=x onerror=alert(1)><b>b</b>"), COMPLETE))
    expect(page.locator("#state")).to_contain_text("complete")
    assert page.locator("#answer *").count() == 0


def test_a_browser_whose_connection_is_cut_goes_on_where_it_was(opened: Opens) -> None:
    relay = Relay(openai(TEXT), COMPLETE, cut_after=9)
    page = opened(relay)
    expect(page.locator("#state")).to_contain_text("complete")
    assert page.locator("#answer").evaluate("(e) => e.textContent") == TEXT
    assert [one[2].get("last-event-id") for one in relay.asked if one[:2] == ("GET", "/stream/runs/w1.secret")] == [
        None,
        "9",
    ]
    assert sum(one[0] == "POST" for one in relay.asked) == 1


@pytest.mark.parametrize(
    ("end", "said"),
    [(BROKEN, "error 429 Too many requests"), (TRUNCATED, "truncated 200"), (None, "The stream was cut")],
)
def test_an_answer_that_is_not_whole_is_not_called_so(opened: Opens, end: Any, said: str) -> None:
    page = opened(Relay(openai("Xin ")[:-1], end))
    expect(page.locator("#state")).to_contain_text(said)
    expect(page.locator("#answer")).to_contain_text("Xin")


@pytest.mark.parametrize("end", [COMPLETE, TRUNCATED])
def test_half_an_event_is_never_a_part_of_a_whole_answer(opened: Opens, end: Any) -> None:
    page = opened(Relay([*openai("Xin ")[:-1], ("", '{"choices": [{"del')], end))
    expect(page.locator("#state")).to_contain_text("an event could not be read")
    expect(page.locator("#state")).to_contain_text(end["end"])


def test_a_browser_that_is_refused_says_so(opened: Opens) -> None:
    relay = Relay([], None, refusal=429)
    expect(opened(relay).locator("#state")).to_contain_text("HTTP 429")
    assert sum(one[0] == "POST" for one in relay.asked) == 1


def test_a_browser_ends_a_silence(opened: Opens) -> None:
    page = opened(Relay([*openai("Xin ")[:-1], 30.0], COMPLETE), silence=1)
    expect(page.locator("#state")).to_contain_text("Silent for 1 seconds")


def test_a_browser_stops_when_it_is_told_to_and_tells_the_relay(opened: Opens) -> None:
    relay = Relay([*openai("Xin ")[:-1], 30.0], COMPLETE)
    page = opened(relay)
    expect(page.locator("#answer")).to_contain_text("Xin")
    with page.expect_request(lambda sent: sent.method == "DELETE"):
        page.get_by_role("button", name="Stop").click()
    expect(page.locator("#state")).to_have_text("stopped")


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_socket_brings_the_answer(heard: Hears, provider: str) -> None:
    relay = Relay(DIALECTS[provider](TEXT), COMPLETE)
    run = heard(relay, provider)
    assert (run.code, run.out) == (0, TEXT + "\n"), run.err
    assert run.err.strip() == 'usage: {"output_tokens": 34}'
    assert relay.asked[0][3].keys() == {"provider", "model", "prompt"}


def test_a_socket_brings_a_message_of_megabytes(heard: Hears) -> None:
    long = "được " * 300_000
    said = [("", json.dumps({"choices": [{"delta": {"content": long}}]}, ensure_ascii=False)), ("", "[DONE]")]
    run = heard(Relay(said, COMPLETE))
    assert (run.code, run.out) == (0, long + "\n"), run.err[-500:]


@pytest.mark.parametrize(
    ("relay", "said"),
    [
        (Relay(openai("Xin ")[:-1], BROKEN), r"error: HTTP 429, Too many requests"),
        (Relay(openai("Xin ")[:-1], TRUNCATED), r"truncated"),
        (Relay(openai("Xin "), None), r"The connection was cut"),
        (Relay([*openai("Xin "), 30.0], COMPLETE), r"Silent for 2 seconds"),
        (Relay([], None, refusal=503), r"HTTP 503"),
    ],
    ids=["error", "truncated", "cut", "silent", "refused"],
)
def test_a_socket_without_a_whole_answer_is_an_error(heard: Hears, relay: Relay, said: str) -> None:
    run = heard(relay, silence=2)
    assert run.code == 1
    assert re.search(said, run.err), run.err
    assert run.out.strip() == ("" if relay.refusal == 503 else "Xin")
