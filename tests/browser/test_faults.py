"""The fault lab in a browser: one fault run in its place, and all of them at once."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ADDRESS = "/stream/faults/"


def test_a_fault_is_run_in_its_place(page: Page, site: str) -> None:
    page.goto(site + ADDRESS)
    row = page.locator("#fault-error-inside")
    row.get_by_role("button").click()
    expect(row.get_by_text("Running …")).to_be_visible()
    expect(row.get_by_text("Our client saw: error, as it must.")).to_be_visible()
    expect(row.get_by_text("The provider says: The server is overloaded.")).to_be_visible()
    expect(page.get_by_text("Our client saw")).to_have_count(1)
    expect(row.get_by_text("Running …")).to_be_hidden()
    expect(row.get_by_role("button")).to_be_focused()


def test_all_faults_are_run_at_once_and_the_page_stays_accessible(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + ADDRESS)
    page.get_by_role("button", name="Run them all").click()
    expect(page.locator(".message")).to_have_text("16 faults were run; each ended as it must.", timeout=20_000)
    expect(page.get_by_text("as it must.")).to_have_count(17)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert Axe().run(page).response["violations"] == []


ASK = """async (address) => {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer sk-any", "X-Stainless-Lang": "js" },
    body: JSON.stringify({
      model: "sample-plain", stream: true, seed: 1, sample_pace: 0, messages: [{ role: "user", content: "Hello" }],
    }),
  });
  const text = await new Response(answer.body).text();
  return [answer.status, answer.headers.get("x-request-id").slice(0, 4), text.trim().split("\\n").at(-1)];
}"""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Another origin on this machine, with an empty page: browsers keep pages of no origin away from it."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    serving.server_close()


class Empty(BaseHTTPRequestHandler):
    """Answers everything with an empty page, and logs nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


@pytest.mark.complains
def test_a_page_of_any_origin_may_ask_the_built_in_provider_with_any_key(page: Page, site: str, elsewhere: str) -> None:
    page.goto(elsewhere)
    assert page.evaluate(ASK, f"{site}/sample/v1/chat/completions") == [200, "req_", "data: [DONE]"]
