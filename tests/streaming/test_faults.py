"""The fault lab: what our own client sees of each fault, on a real server, is what a correct client must see."""

from dataclasses import replace

import httpx
import pytest
from django.conf import settings
from django.test import Client

from costcalc.formatting import formatter_for
from costcalc.streaming.completion import End
from costcalc.streaming.doctor.recorded import Piece, Recording
from costcalc.streaming.faults.running import run
from costcalc.streaming.faults.seen import Failure, Run, Seen, see
from costcalc.streaming.faults.shown import row
from costcalc.streaming.faults.views import FAULTS
from costcalc.streaming.sample.offered import BY_ID, Model
from costcalc.wire.inside import inside
from tests.streaming.chunks import DONE, chunk
from tests.streaming.sampled import PROMPT

ADDRESS = "/stream/faults/"
# What arrives of the answer: all of it, a part, nothing.
ALL = {
    *("fault-one-piece", "fault-no-done", "fault-no-usage", "fault-split", "fault-crlf", "fault-comments"),
    *("fault-long-line", "fault-invalid-utf8", "fault-buffered"),
}
PART = {"fault-silent-middle", "fault-cut", "fault-error-inside"}
# One of these the doctor must say of each, beside other things; on a slow machine what came at once comes in bursts.
FOUND = {
    "fault-one-piece": {"at-once", "bursts"},
    "fault-cut": {"truncated"},
    "fault-no-done": {"no-done"},
    "fault-no-usage": {"no-usage"},
    "fault-comments": {"keep-alive"},
    "fault-error-inside": {"error-inside"},
    "fault-401": {"refused-key"},
    "fault-429": {"too-many"},
    "fault-500": {"http-error"},
    "fault-invalid-utf8": {"not-utf8"},
    "fault-buffered": {"at-once", "bursts"},
}


@pytest.fixture(scope="module")
def seen(server: str) -> dict[str, Seen]:
    """Every fault, run once."""
    return run([model.id for model in FAULTS], PROMPT, inside.route())


@pytest.mark.parametrize("model", FAULTS, ids=lambda model: model.id)
def test_a_run_ends_as_the_fault_says(seen: dict[str, Seen], model: Model) -> None:
    name, this = model.id, seen[model.id]
    assert this.end is model.end
    assert (this.lost == 0) == (name in ALL)
    assert bool(this.text) == (name in ALL | PART)
    assert name not in FOUND or FOUND[name] & {finding.code for finding in this.findings}


def test_what_is_measured_of_a_fault_is_what_was_done(seen: dict[str, Seen]) -> None:
    assert seen["fault-429"].run.attempts == seen["fault-500"].run.attempts == 3
    assert seen["fault-401"].run.attempts == 1
    assert seen["fault-429"].run.retry_after == "1"
    assert seen["fault-429"].run.total > 2
    for name, stage in (("fault-silent-start", "first byte"), ("fault-silent-middle", "silence")):
        failure = seen[name].run.failure
        assert failure is not None
        assert (failure.kind, failure.stage, failure.seconds) == ("TooSlow", stage, 3)
        assert 2.9 < seen[name].silence < 6
    whole = seen["fault-one-piece"]
    assert whole.first == pytest.approx(whole.run.total, rel=0.2)
    assert len(seen["fault-split"].run.recording.pieces) > 3 * len(seen["fault-split"].diagnosis.events)
    assert len(seen["fault-long-line"].run.recording.body) > 1024 * 1024
    assert seen["fault-invalid-utf8"].replaced in {1, 2, 3}
    assert seen["fault-no-usage"].diagnosis.reading.usage is None


def test_our_own_giving_up_is_no_fault_of_the_stream() -> None:
    cut = Run(Recording((Piece(chunk({"content": "Half"}), 0.0),), 200, {}, 0.1), "Half an answer", total=3.1)
    assert "truncated" in {finding.code for finding in see(cut).findings}
    gave_up = see(replace(cut, failure=Failure("TooSlow", "silence", 3)))
    assert "truncated" not in {finding.code for finding in gave_up.findings}
    assert (gave_up.end, gave_up.lost, gave_up.silence) == (End.ERROR, len(" an answer"), 3.0)


def test_another_end_than_the_right_one_is_said_in_so_many_words() -> None:
    done = Recording((Piece(chunk({"content": "Hello"}) + DONE, 0.0),), 200, {}, 0.1)
    shown = row(BY_ID["fault-cut"], see(Run(done, "Hello")), "en").seen
    assert shown is not None
    assert (shown.right, shown.end, shown.expected) == (False, "complete", "truncated")
    other = row(BY_ID["fault-no-done"], see(Run(done, "Goodbye")), "en").seen
    assert other is not None
    assert "5 of the answer’s 7" in other.text


def test_a_provider_that_cannot_be_reached_is_an_error_with_its_reason() -> None:
    shown = row(BY_ID["fault-cut"], see(Run(Recording(()), "x", 3, Failure("Unreachable", "connect"))), "en").seen
    assert shown is not None
    assert shown.reason == "The built-in provider could not be reached."
    assert {line.label: line.value for line in shown.figures}["Requests sent"] == "3"
    assert formatter_for("en").number(3) == "3"


def test_the_page_says_of_every_fault_what_it_does_and_what_to_do(client: Client, db: None) -> None:
    for language, word in (("en", "The provider"), ("vi", "Nhà cung cấp")):
        page = client.get(ADDRESS, headers={"accept-language": language}).content.decode()
        for model in FAULTS:
            assert f'id="{model.id}"' in page
        assert page.count("<button>") == page.count(f"<dt>{word}</dt>") == len(FAULTS)
        assert "http://testserver/sample/v1/chat/completions" in page


def test_what_is_no_fault_is_not_run(client: Client, db: None) -> None:
    for wanted in ({}, {"fault": ""}, {"fault": "sample-plain"}, {"fault": "<b>"}):
        answer = client.post(ADDRESS, wanted)
        assert answer.status_code == 422
        assert "There is no such fault." in answer.content.decode()


def test_without_a_server_the_page_says_so(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "name", "")
    answer = client.post(ADDRESS, {"fault": "fault-cut"})
    assert answer.status_code == 503
    assert "Nothing was run" in answer.content.decode()


def test_runs_are_rationed(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "RATE_LIMIT", 2 * len(FAULTS) - 1)
    assert client.post(ADDRESS, {"fault": "all"}).status_code == 429
    assert client.get(ADDRESS).status_code == 200


def test_a_run_without_javascript_answers_with_the_page(site: str) -> None:
    with httpx.Client(base_url=site, trust_env=False, timeout=20) as visitor:
        token = visitor.get(ADDRESS).text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"fault": "fault-cut", "csrfmiddlewaretoken": token}
        page = visitor.post(ADDRESS, data=form, headers={"origin": site})
        part = visitor.post(ADDRESS, data=form, headers={"origin": site, "HX-Request": "true"})
    assert "1 fault was run; it ended as it must." in page.text
    assert page.text.count("Our client saw: truncated, as it must.") == 1
    assert part.text.strip().startswith('<p class="saves"><strong>Our client saw: truncated')
    assert "<html" not in part.text
