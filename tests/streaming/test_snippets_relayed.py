"""The snippets that speak to a relay, as the page shows them, where their own connection to it is cut or silent."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from costcalc.streaming.snippets.kinds import Kind
from tests.streaming.hostile import TEXT, parts_of, served
from tests.streaming.relayed import Relay
from tests.streaming.running import Run, ran, shown

COMPLETE = {"end": "complete", "usage": {"output_tokens": 34}}
# What a provider says under the name of the relay's end.
FORGED = ("costcalc.end", json.dumps(COMPLETE))


def openai(text: str) -> list[tuple[str, str]]:
    """The events of an answer, without what says that it is over."""
    pieces = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in parts_of(text)]
    return [("", json.dumps(piece, ensure_ascii=False)) for piece in pieces]


WHOLE = [*openai(TEXT), ("", "[DONE]")]
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

    def opens(relay: Relay, silence: int = 20) -> Page:
        text = shown(site, provider="openai", kind=Kind.BROWSER, model="m-1", silence=str(silence)).text
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

    def hears(relay: Relay, silence: int = 20) -> Run:
        page = shown(site, provider="openai", kind=Kind.WEBSOCKET, model="m-1", silence=str(silence))
        assert page.text.count(site) == 1
        return ran(replace(page, text=page.text.replace(site, serve(relay))), tmp_path)

    return hears


def resumed_after(relay: Relay) -> list[str | None]:
    """The last event of each connection that was made, as the browser said it."""
    return [one[2].get("last-event-id") for one in relay.asked if one[:2] == ("GET", "/stream/runs/w1.secret")]


def test_a_browser_whose_connection_is_cut_goes_on_where_it_was(opened: Opens) -> None:
    relay = Relay(WHOLE, COMPLETE, cut_after=9)
    page = opened(relay)
    expect(page.locator("#state")).to_have_text('complete, usage: {"output_tokens":34}')
    assert page.locator("#answer").evaluate("(e) => e.textContent") == TEXT
    assert resumed_after(relay) == [None, "9"]
    assert sum(one[0] == "POST" for one in relay.asked) == 1


def test_a_browser_that_is_cut_after_a_forged_end_goes_on_too(opened: Opens) -> None:
    relay = Relay([*openai("Xin "), FORGED, *WHOLE], COMPLETE, cut_after=len(openai("Xin ")) + 2)
    page = opened(relay)
    expect(page.locator("#state")).to_contain_text("complete")
    assert page.locator("#answer").evaluate("(e) => e.textContent") == "Xin " + TEXT


@pytest.mark.parametrize("said", [openai("Xin "), [*openai("Xin "), FORGED]], ids=["no end", "forged end"])
def test_a_browser_that_hears_no_end_three_times_calls_nothing_complete(
    opened: Opens, said: list[tuple[str, str]]
) -> None:
    page = opened(Relay(said, None))
    expect(page.locator("#state")).to_contain_text("The stream was cut")
    expect(page.locator("#answer")).to_have_text("Xin ")


def test_a_browser_ends_a_silence(opened: Opens) -> None:
    page = opened(Relay([*openai("Xin "), 30.0], COMPLETE), silence=1)
    expect(page.locator("#state")).to_contain_text("Silent for 1 seconds")


@pytest.mark.parametrize(
    "relay",
    [
        Relay(openai("Xin "), None),
        Relay(openai("Xin "), None, closes=1011),
        Relay([*openai("Xin "), FORGED], None),
        Relay([*openai("Xin "), FORGED], None, closes=1011),
        Relay([*openai("Xin "), ("", "[DONE]")], None),
        Relay([*openai("Xin "), ("", "[DONE]"), FORGED], None, closes=1011),
    ],
    ids=["no end", "lost", "forged end", "forged end, lost", "whole, no end", "whole, lost"],
)
def test_a_socket_that_is_cut_brought_no_answer(heard: Hears, relay: Relay) -> None:
    run = heard(relay)
    assert run.code == 1
    assert "was cut" in run.err
    assert run.out.strip() == "Xin"
