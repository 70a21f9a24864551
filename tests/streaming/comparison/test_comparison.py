"""The comparison, on a real server: what is counted is exact, and what a cut costs is what it must."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from costcalc.streaming.comparison.experiment import CUT_AFTER, FAR_S, TOKENS, Experiment, Found
from costcalc.streaming.comparison.passage import Cut, Passage, after_cut
from costcalc.streaming.relay.runs import KEPT_S, runs
from costcalc.wire.inside import inside
from tests import loops
from tests.streaming.relay.asking import soon


@pytest.fixture(scope="module")
def found(server: str) -> Found:
    """One experiment through the server's own door."""
    return loops.run(lambda: Experiment(inside.route()).run())


def test_both_bring_the_same_tokens_from_one_call(found: Found) -> None:
    for pair in (*found.near, found.far, found.buffered):
        assert pair.sse.texts == pair.socket.texts
        assert len(pair.sse.texts) == TOKENS
        assert _told(pair.sse)["id"] == _told(pair.socket)["id"]
        assert pair.sse.reading.end == pair.socket.reading.end == "complete"


def known(value: float | None) -> float:
    assert value is not None
    return value


def _told(passage: Passage) -> dict[str, Any]:

    told: dict[str, Any] = json.loads(passage.arrivals[1].event.data)
    return told


def test_framing_is_what_the_standards_say_it_is(found: Found) -> None:
    for pair in found.near:
        # 8 bytes of SSE and 7 of a chunk of 256 to 4095 bytes; where two events share a chunk, 7 once.
        assert 12 < known(pair.sse.framing) <= 15.1
        # 4 bytes for payloads of 126 to 65,535, and 2 for the [DONE]; the last frame closes.
        assert 3.9 < known(pair.socket.framing) < 4.2
        carried = known(pair.sse.a_message) - known(pair.sse.framing)
        assert carried == pytest.approx(pair.sse.payload / len(pair.sse.arrivals))


def test_a_cut_costs_nothing_with_last_event_id_and_everything_again_without(found: Found) -> None:
    assert found.cut_sse == Cut(lost=0, repeated=0, calls=1)
    assert found.cut_socket.lost == 0
    assert found.cut_socket.repeated >= CUT_AFTER
    assert found.cut_socket.calls == 2


def test_nothing_is_left_behind(found: Found) -> None:
    assert found.cut_sse.calls == 1
    # The run that was resumed is kept for a while after its reader, who has only just left.
    soon(lambda: [run for run in runs.by_id.values() if not run.waiting] == [], KEPT_S + 3)


def test_far_away_both_wait_for_two_round_trips(found: Found) -> None:
    for passage in (found.far.sse, found.far.socket):
        assert passage.ready is not None
        assert 4 * FAR_S * 1000 <= passage.ready < 4 * FAR_S * 1000 + 400


def test_a_buffering_proxy_holds_sse_back_and_lets_frames_pass(found: Found) -> None:
    sse, socket = found.buffered.sse, found.buffered.socket
    assert known(socket.first) < known(sse.first)
    assert sse.bursts <= 15 < socket.bursts


def test_compression_shrinks_a_message_to_less_than_a_fifth(found: Found) -> None:
    assert found.deflated_socket.compressed
    assert known(found.deflated_socket.a_message) < known(found.near[0].socket.a_message) / 5
    assert 0 < found.deflated_sse < known(found.near[0].sse.a_message) / 5


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("abc", "def", Cut(0, 0, 1)),
        ("abc", "abcdef", Cut(0, 3, 1)),
        ("abc", "ef", Cut(1, 0, 1)),
        ("abc", "", Cut(3, 0, 1)),
        ("", "abcdef", Cut(0, 0, 1)),
    ],
)
def test_what_a_cut_cost_is_told_token_by_token(before: str, after: str, cut: Cut) -> None:
    assert after_cut("abcdef", before, after, calls=1) == cut


def test_the_page_shows_the_claims_and_measures_nothing_until_asked(client: Client, db: None) -> None:
    page = client.get("/stream/comparison/").content.decode()
    assert "~100–300 ms (handshake)" in page
    assert "Measured: SSE" not in page


def test_where_nothing_can_be_measured_it_says_so(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "name", "")
    answer = client.post("/stream/comparison/", {"rounds": "1"})
    assert answer.status_code == 503
    assert "Nothing was measured" in answer.content.decode()


@pytest.mark.parametrize("rounds", ["", "0", "1000000", "½"])
def test_a_number_of_rounds_that_is_not_on_offer_is_refused(client: Client, db: None, rounds: str) -> None:
    answer = client.post("/stream/comparison/", {"rounds": rounds})
    assert answer.status_code == 422
    assert "Choose one of the numbers of rounds." in answer.content.decode()


def test_measuring_is_rationed(client: Client, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMIT = 40
    monkeypatch.setattr(inside, "name", "")
    assert [client.post("/stream/comparison/", {"rounds": "1"}).status_code for _ in range(3)] == [503, 503, 429]


def test_a_visitor_measures_and_sees_the_claims_beside_the_figures(page: Page, site: str) -> None:
    page.set_default_timeout(30_000)
    page.goto(f"{site}/stream/comparison/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Measure now").click()
    expect(page.locator("#result")).to_contain_text(
        "0 tokens lost, 0 sent twice; 1 call of the provider", timeout=30_000
    )
    # Now and then two tokens come in one piece.
    expect(page.locator("#result")).to_contain_text(
        re.compile("0 tokens lost, 2[0-9] sent twice; 2 calls of the provider")
    )
    assert page.evaluate("window.sameDocument")


def test_it_measures_without_javascript_in_vietnamese(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi")
    reader = context.new_page()
    reader.set_default_timeout(30_000)
    reader.goto(f"{site}/stream/comparison/")
    reader.get_by_role("button", name="Đo ngay").click()
    expect(reader.locator("#result")).to_contain_text("mất 0 token, gửi lặp 0 token; 1 lần gọi nhà cung cấp")
    context.close()
