"""The stream lab in a real browser: what comes is shown, measured, kept, and its end is told truthfully."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from costcalc.streaming.models import Measurement
from costcalc.streaming.sample import APP as SAMPLE
from tests.browser.test_looks import PAIRS, WIDER

NUMBER = re.compile(r"[0-9]")


# So slow that a test can act while the stream goes on; and as fast as may be where nothing happens meanwhile.
WATCHED = 0.4
PACE = 0.1


def hurried(page: Page, pace: float = PACE) -> None:
    """From now on what this page asks of the built-in provider comes faster: only the waiting is shortened."""

    def ask(route: Route) -> None:
        asked: dict[str, Any] = route.request.post_data_json or {}
        route.continue_(post_data={**asked, "extra": {"sample_pace": pace}} if asked["provider"] == "sample" else None)

    page.route("**/stream/runs", ask)


def calls() -> int:
    """Calls that the built-in provider has answered, or answers."""
    return len(SAMPLE.ends)


@pytest.fixture
def lab(page: Page, site: str) -> Page:
    hurried(page)
    page.goto(f"{site}/stream/")
    return page


@pytest.fixture
def watched(page: Page, site: str) -> Page:
    """The page with streams that take their time."""
    hurried(page, WATCHED)
    page.goto(f"{site}/stream/")
    return page


def figure(page: Page, name: str, lane: int = 1) -> str:
    cell = page.locator(f"#figures [data-figure={name}] td").nth(lane - 1)
    return cell.inner_text()


def stream(page: Page, model: str = "sample-plain") -> None:
    page.select_option("#sample", model)
    page.click("#stream")


def ended(page: Page, lane: int = 0) -> str:
    """How a lane says that its stream ended."""
    said = page.locator(".lane .ended").nth(lane)
    expect(said).to_be_visible(timeout=20_000)
    return said.inner_text()


def test_a_completion_is_shown_as_it_comes_measured_and_kept(watched: Page) -> None:
    stream(watched)
    said = watched.locator(".lane .said")
    expect(said).not_to_be_empty()
    expect(watched.locator(".lane .caret")).to_be_visible()
    early = said.inner_text()
    assert ended(watched).startswith("Complete: ")
    assert said.inner_text().startswith(early)
    assert len(said.inner_text()) > len(early)
    expect(watched.locator(".lane .caret")).to_be_hidden()
    for name in ("connect", "ttft", "between", "tokens_per_second", "chunks_per_second", "bytes", "total", "tokens"):
        assert NUMBER.search(figure(watched, name)), name
    assert figure(watched, "end") == "complete"
    expect(watched.locator("#receipt .formula").first).to_contain_text("÷ 1,000,000")
    expect(watched.locator("#history tbody tr")).to_have_count(1)
    assert Measurement.objects.get().end == "complete"


def test_the_strip_has_a_mark_for_every_chunk_and_says_what_it_shows(lab: Page) -> None:
    stream(lab)
    assert ended(lab)
    marks = lab.locator(".strip path.content").get_attribute("d") or ""
    assert marks.count("M") == int(figure(lab, "chunks"))
    expect(lab.locator(".strip svg")).to_have_attribute("aria-label", re.compile("chunks, the first after"))
    lab.click("#strips summary")
    expect(lab.locator("#strips table tbody tr")).to_have_count(marks.count("M"))


def test_reasoning_stands_apart_and_has_a_time_of_its_own(watched: Page) -> None:
    stream(watched, "sample-reasoning")
    expect(watched.locator(".lane .thought")).not_to_be_empty()
    assert ended(watched).startswith("Complete: ")
    assert figure(watched, "reasoning_ttft") != figure(watched, "ttft")
    assert watched.locator(".strip path.reasoning").get_attribute("d")


def test_a_tool_call_is_shown(lab: Page) -> None:
    stream(lab, "sample-tools")
    assert ended(lab)
    expect(lab.locator(".lane .called li")).to_have_count(1)


@pytest.mark.parametrize(
    ("model", "end"),
    [
        ("fault-cut", "Truncated after"),
        ("fault-error-inside", "Error after"),
        ("fault-401", "Not streamed: HTTP 401: "),
        ("fault-500", "Not streamed: HTTP 500: "),
    ],
)
def test_what_was_cut_is_never_called_complete(lab: Page, model: str, end: str) -> None:
    stream(lab, model)
    said = ended(lab)
    assert said.startswith(end)
    assert "omplete" not in said
    assert ("It was asked 3 times." in said) == (model == "fault-500")
    expect(lab.locator("#history tbody td.word").nth(1)).to_have_class(re.compile("doubt|costs"))


def test_stopping_reaches_the_provider_and_is_told_as_such(watched: Page) -> None:
    stream(watched)
    expect(watched.locator(".lane .said")).not_to_be_empty()
    watched.click("#stop")
    assert ended(watched).startswith("Stopped after")
    assert list(SAMPLE.ends.values())[-1] == "left"
    assert figure(watched, "end") == "stopped"
    expect(watched.locator("#history tbody tr")).to_contain_text("stopped")
    expect(watched.locator("#stream")).to_be_focused()


def test_what_a_model_says_is_text(lab: Page) -> None:
    lab.fill("#prompt", "<img src=x onerror=alert(1)> <b>bold</b>")
    stream(lab)
    assert ended(lab)
    assert lab.locator(".lane .answer *").count() == 2


def test_a_cut_connection_is_resumed_where_it_was(watched: Page) -> None:
    watched.click("#more summary")
    watched.check("#resume")
    expect(watched.locator("#more-summary")).to_have_text("one stream, once · Resume where it was cut")
    stream(watched)
    expect(watched.locator(".lane .said")).not_to_be_empty()
    watched.click(".cut")
    said = ended(watched)
    assert said.startswith("Complete: ")
    assert "Resumed" in said
    assert figure(watched, "resumed") == "1"
    expect(watched.locator("#history tbody tr")).to_contain_text("resumed after a cut")
    row = Measurement.objects.get()
    assert (row.resumed, row.end) == (1, "complete")
    assert row.usage["output_tokens"] == row.tokens


@pytest.mark.complains
def test_without_resuming_a_lost_connection_is_a_truncated_stream(watched: Page) -> None:
    stream(watched)
    expect(watched.locator(".lane .said")).not_to_be_empty()
    watched.evaluate("() => { const button = document.querySelector('.cut'); button.click(); }")
    assert ended(watched).startswith("Truncated after")


def test_two_models_stand_side_by_side_on_one_clock(lab: Page) -> None:
    lab.click("#more summary")
    lab.select_option("#beside", "other")
    lab.select_option("#other-sample", "sample-vietnamese")
    stream(lab)
    assert [ended(lab, lane).partition(":")[0] for lane in (0, 1)] == ["Complete", "Complete"]
    boxes = [svg.get_attribute("viewBox") for svg in lab.locator(".strip svg").all()]
    assert len(boxes) == 2
    assert boxes[0] == boxes[1]
    assert all(NUMBER.search(figure(lab, "ttft", lane)) for lane in (1, 2))


def test_the_same_tokens_come_over_both_transports_from_one_call(lab: Page) -> None:
    lab.click("#more summary")
    lab.select_option("#beside", "websocket")
    before = calls()
    stream(lab)
    assert [ended(lab, lane).partition(":")[0] for lane in (0, 1)] == ["Complete", "Complete"]
    texts = lab.locator(".lane .said").all_inner_texts()
    assert texts[0] == texts[1]
    assert calls() == before + 1
    # Kept when it has ended, which the receipt answers.
    expect(lab.locator("#receipt")).to_contain_text("it is paid once")
    assert {row.transport for row in Measurement.objects.all()} == {"sse", "websocket"}
    assert [row.shares_call for row in Measurement.objects.order_by("transport")] == [False, True]


@pytest.mark.complains
def test_what_the_relay_refuses_is_said(lab: Page, settings: Any) -> None:
    settings.RATE_LIMIT = 1
    status = lab.locator("#status")
    for _ in range(3):
        stream(lab)
        expect(status).to_have_text(re.compile("Complete|Not streamed"), timeout=20_000)
    expect(status).to_have_text(re.compile(r"Not streamed: too many streams at once; try again in \d+\ss\."))
    assert lab.locator("#stream").get_attribute("aria-disabled") == "false"


def test_a_typed_key_goes_along_once_and_is_gone(lab: Page, site: str, settings: Any) -> None:
    settings.PROVIDERS, settings.PRIVATE_PROVIDERS = [f"near={site}/sample/v1"], True
    lab.goto(f"{site}/stream/")
    sent: list[str] = []
    lab.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    lab.select_option("#provider", "near")
    expect(lab.locator("#sample")).to_be_hidden()
    # Its answer is short: the provider under this name keeps its own pace.
    lab.fill("#model", "sample-tools")
    lab.fill("#key", "sk-typed")
    lab.click("#stream")
    expect(lab.locator("#key")).to_have_value("")
    assert ended(lab).startswith("Complete: ")
    assert len([each for each in sent if "sk-typed" in each]) == 1
    assert "sk-typed" not in lab.url + lab.content()
    expect(lab.locator("#history tbody tr")).to_have_count(1)
    lab.click("#more summary")
    lab.select_option("#beside", "websocket")
    lab.fill("#key", "sk-typed")
    lab.click("#stream")
    expect(lab.locator("#status")).to_contain_text("A typed key is for one stream")


@pytest.mark.parametrize(("language", "scheme", "size"), PAIRS, ids=["en-light", "en-dark", "vi-light", "vi-dark"])
def test_with_runs_on_it_the_page_is_accessible_and_fits(
    browser: Browser, site: str, language: str, scheme: Any, size: Any
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language)
    reader = context.new_page()
    hurried(reader)
    reader.goto(f"{site}/stream/")
    reader.click("#more summary")
    reader.select_option("#beside", "other")
    reader.select_option("#other-sample", "fault-cut")
    reader.fill("#times", "2")
    reader.select_option("#sample", "sample-reasoning")
    reader.click("#stream")
    expect(reader.locator(".lane .thought").first).not_to_be_empty()
    assert faults(reader) == []
    expect(reader.locator("#history tbody tr")).to_have_count(4, timeout=30_000)
    reader.click("#strips summary")
    assert faults(reader) == []
    assert reader.evaluate(WIDER) <= 0
    context.close()


def faults(reader: Page) -> list[str]:
    """What axe finds."""
    violations = Axe().run(reader).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]


def test_without_a_script_the_page_says_so_and_the_rest_works(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    reader = context.new_page()
    reader.goto(f"{site}/stream/")
    expect(reader.get_by_text("The live stream needs JavaScript")).to_be_visible()
    expect(reader.locator("#stream")).to_be_hidden()
    reader.select_option("#sample", "fault-crlf")
    reader.fill("#prompt", "Why is that so?")
    reader.get_by_role("button", name="Show the command").click()
    expect(reader.locator(".command")).to_contain_text('"model": "fault-crlf"')
    expect(reader.locator(".command")).to_contain_text("Why is that so?")
    expect(reader.locator("#prompt")).to_have_value("Why is that so?")
    assert reader.url == f"{site}/stream/"
    context.close()


def test_a_measurement_is_deleted_where_it_stands(lab: Page) -> None:
    stream(lab)
    expect(lab.locator("#history tbody tr")).to_have_count(1, timeout=20_000)
    lab.click("#history tbody button")
    expect(lab.locator("#history")).to_contain_text("The measurement is deleted.")
    assert not Measurement.objects.exists()
