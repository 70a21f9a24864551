"""Several runs in a real browser: each is kept as it ends, and how they spread is drawn on one scale."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Response, Route, expect

from costcalc.streaming.models import Measurement
from tests.browser.test_stream_lab import hurried, stream


@pytest.fixture
def lab(page: Page, site: str) -> Page:
    hurried(page)
    page.goto(f"{site}/stream/")
    page.click("#more summary")
    return page


def test_several_runs_show_how_figures_spread(lab: Page) -> None:
    lab.fill("#times", "3")
    stream(lab)
    rows = lab.locator("#distribution tbody tr")
    expect(lab.locator("#history tbody tr")).to_have_count(3, timeout=30_000)
    expect(rows.first.locator("td").first).to_have_text("Runs: 3")
    expect(rows).to_have_count(3)
    assert len(set(Measurement.objects.values_list("ttft_us", flat=True))) == 3
    assert (rows.first.locator("path.content").get_attribute("d") or "").count("M") == 3


def test_the_runs_of_two_models_stand_on_one_scale_that_is_written_under_them(lab: Page) -> None:
    lab.select_option("#beside", "other")
    lab.select_option("#other-sample", "sample-reasoning")
    lab.fill("#times", "2")
    stream(lab)
    expect(lab.locator("#history tbody tr")).to_have_count(4, timeout=30_000)
    rows = lab.locator("#distribution tbody tr")
    expect(rows).to_have_count(6)
    axes = rows.locator(".axis").all_inner_texts()
    boxes = [svg.get_attribute("viewBox") or "" for svg in rows.locator("svg").all()]
    for place in (0, 2, 4):
        assert axes[place] == axes[place + 1]
        assert boxes[place] == boxes[place + 1]
        assert re.fullmatch(r"0\s+[\d.]+\s(ms|s)\s+[\d.]+\s(ms|s)", axes[place])
    for axis in rows.locator(".axis").all():
        assert axis.evaluate("(axis) => axis.scrollWidth <= axis.clientWidth")


def test_who_leaves_meanwhile_keeps_the_runs_that_have_ended(lab: Page, site: str) -> None:
    lab.fill("#times", "20")
    kept_so_far: list[Response] = []

    def third(response: Response) -> bool:
        if response.request.method == "POST" and response.url.endswith("/stream/measurements/"):
            kept_so_far.append(response)
        return len(kept_so_far) == 3

    with lab.expect_response(third):
        stream(lab)
    lab.goto(f"{site}/prices/")
    lab.goto(f"{site}/stream/")
    kept = lab.locator("#history tbody tr").count()
    assert 3 <= kept < 20
    assert Measurement.objects.count() == kept


@pytest.mark.complains
def test_figures_that_could_not_be_kept_go_along_with_the_next_once(lab: Page) -> None:
    tries: list[str] = []

    def lose(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) == 1:
            route.abort()
        elif len(tries) == 2:
            # The server has kept them, and the answer is lost on its way.
            route.fetch()
            route.abort()
        else:
            route.continue_()

    lab.route(
        "**/stream/measurements/", lambda route: lose(route) if route.request.method == "POST" else route.continue_()
    )
    lab.select_option("#beside", "websocket")
    lab.fill("#times", "3")
    stream(lab)
    expect(lab.locator("#history tbody tr")).to_have_count(6, timeout=30_000)
    expect(lab.locator("#status")).not_to_contain_text("could not be kept")
    assert len(tries) == 3
    kept = Measurement.objects.order_by("place").values_list("transport", "shares_call")
    assert list(kept) == [("sse", False), ("websocket", True)] * 3
    expect(lab.locator("#receipt")).to_contain_text("× 3")
    expect(lab.locator("#twin-hint")).to_be_visible()


@pytest.mark.complains
def test_what_cannot_be_kept_at_all_is_said(lab: Page) -> None:
    lab.route("**/stream/measurements/", lambda route: route.abort())
    stream(lab)
    expect(lab.locator("#status")).to_contain_text("The figures could not be kept.", timeout=20_000)
    expect(lab.locator("#twin-hint")).to_be_hidden()


def test_both_transports_at_once_are_not_resumed(lab: Page) -> None:
    lab.select_option("#beside", "websocket")
    lab.check("#resume")
    stream(lab)
    expect(lab.locator("#status")).to_contain_text("is not resumed: choose one of the two")
