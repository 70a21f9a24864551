"""Figures typed and uploaded, limits changed, and what the plan's page then says of both."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from migrations_app.canary.figures_file import FileFault, read
from migrations_app.plans import Plan
from tests.factories import Cast
from tests.planner.test_canary_pages import Page, words

TYPED = {
    "old-requests": "450k",
    "old-errors": "1,850",
    "old-ttft_p95_ms": "612",
    "new-requests": "50,000",
    "new-errors": "190",
    "new-ttft_p95_ms": "480.5",
    "new-cost": "24.5",
    "source": "our dashboard",
}


@pytest.fixture
def page(cast: Cast) -> Page:
    found = Page(cast, cast.bob)
    found.done("start")
    return found


def send(page: Page, path: str, **said: Any) -> Any:
    page.plan.refresh_from_db()
    return page.client.post(page.home + path, {"revision": page.plan.revision, **said})


def test_figures_that_were_typed_are_compared_with_the_limits(page: Page) -> None:
    assert "No figures of this stage yet." in words(page.text())
    assert send(page, "figures/", **TYPED).status_code == 302
    said = words(page.text())
    assert "Error rate 0.41 % 0.38 % +0.5 pt pass worse by −0.08 to 0.02 pt" in said
    assert "Time to first token, p95 612 ms 480.5 ms +10 % pass not statistical" in said
    assert "50,000 requests on the target, 450,000 on the old side." in said
    assert "our dashboard" in said
    reading = Plan.objects.get().state.readings.of(1)
    assert reading is not None
    assert str(reading.candidate.cost) == "24.5"


def test_figures_after_the_cut_over_are_refused_in_words(page: Page) -> None:
    for _stage in page.plan.state.rollout.stages:
        page.done("skip", reason="no traffic to speak of")
    answer = send(page, "figures/", **TYPED)
    assert answer.status_code == 422
    assert "No stage holds now: there is nothing that its figures could be of." in words(answer)


def test_a_sample_that_is_too_small_says_how_much_it_needs_and_keeps_the_stage(page: Page) -> None:
    send(page, "figures/", **{"old-requests": "2700", "old-errors": "10", "new-requests": "300", "new-errors": "2"})
    said = words(page.text())
    assert "needs 5,537 more" in said
    assert "Error rate is not decided: about 5,537 more requests on the target are needed." in said


FILE = b"""metric,baseline,candidate
requests,450000,50000
errors,1850,9000
Answer quality,4.31,4.22
Solved,40500/45000,4480/5000
"""


def test_a_file_takes_the_place_of_what_is_typed(page: Page) -> None:
    assert send(page, "figures/", file=SimpleUploadedFile("figures.csv", FILE)).status_code == 302
    reading = Plan.objects.get().state.readings.of(1)
    assert reading is not None
    assert reading.candidate.errors == 9000
    assert [one.name for one in reading.candidate.own] == ["Answer quality", "Solved"]
    assert "Error rate is over its limit." in words(page.text())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ("head", 1)),
        (b"side,requests\n", ("head", 1)),
        (b"metric,baseline,candidate\nrequests,1\n", ("columns", 2)),
        (b"metric,baseline,candidate\nrequests,1,x\n", ("value", 2)),
        (b"metric,baseline,candidate\nrequests,1,1e999\n", ("value", 2)),
        (b"metric,baseline,candidate\nrequests,1,2\nRequests,1,2\n", ("twice", 3)),
        (b"metric,baseline,candidate\nrequests,1,2\nerrors,1,3\n", ("errors", 0)),
        (b"metric,baseline,candidate\nsolved,1/0,3/2\n", ("value", 2)),
        (b"metric,baseline,candidate\nsk-proj-abcdefghijklmnop1234,1,1\n", ("value", 2)),
        (b"\xff\xfe", ("unreadable", 0)),
        (b"x" * 100_001, ("too-large", 0)),
        (b"metric,baseline,candidate\n" + b"\n" * 200, ("too-large", 0)),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_line(content: bytes, said: tuple[str, int]) -> None:
    with pytest.raises(FileFault) as raised:
        read(content)
    assert (raised.value.code, raised.value.line) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Give at least one figure of the target."),
        ({"new-requests": "1", "new-errors": "2"}, "more errors than requests?"),
        ({"new-requests": "many"}, "many"),
        ({"new-requests": "1", "source": "sk-proj-abcdefghijklmnop1234"}, "This looks like a key."),
        ({"file": SimpleUploadedFile("f.csv", b"metric,baseline,candidate\nrequests,1,x\n")}, "Line 2"),
    ],
)
def test_figures_that_cannot_be_are_refused_and_what_was_typed_stays(page: Page, typed: Any, said: str) -> None:
    answer = send(page, "figures/", **typed)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert Plan.objects.get().revision == 2


def limits(**said: str) -> dict[str, str]:
    """The form of the limits as the default ones leave it, and what is typed over it."""
    rows = {"l1-margin": "0.5", "l1-base": "1", "l2-metric": "ttft_p95_ms", "l2-kind": "percent", "l2-margin": "10"}
    for number in range(1, 5):
        rows |= {f"l{number}-better": "lower"}
        rows.setdefault(f"l{number}-metric", "error_rate")
        rows.setdefault(f"l{number}-kind", "points")
    return rows | said


OWN = {"l3-metric": "own", "l3-name": "Answer quality", "l3-margin": "0.15", "l3-kind": "difference"}


def test_limits_of_their_own_are_typed_and_kept(page: Page) -> None:
    answer = send(page, "limits/", requests_day="50k", **limits(**OWN, **{"l3-better": "higher"}))
    assert answer.status_code == 302, words(answer)
    form = page.client.get(page.home + "figures/").content.decode()
    assert "Answer quality" in form
    send(page, "figures/", **{"old-own0": "4.31", "new-own0": "4.22"})
    assert "Answer quality 4.31 4.22 −0.15 pass" in words(page.text())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"l3-margin": "1", "l3-metric": "ttft_p50_ms"}, "Percentage points are for rates"),
        ({"l3-margin": "1", "l3-kind": "forecast"}, "Only the cost was forecast."),
        ({"l3-margin": "1", "l3-metric": "own"}, "Give your metric a name."),
        ({"l3-margin": "1"}, "Each metric has one limit."),
        ({**OWN, "l3-name": "sk-proj-abcdefghijklmnop1234"}, "This looks like a key."),
    ],
)
def test_limits_that_mean_nothing_are_refused_beside_them(page: Page, typed: dict[str, str], said: str) -> None:
    answer = send(page, "limits/", **limits(**typed))
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert Plan.objects.get().revision == 2


def test_before_it_starts_each_stage_says_what_it_can_detect_and_stages_that_can_are_offered(cast: Cast) -> None:
    page = Page(cast, cast.bob)
    assert "Say how many requests a day there are" in words(page.text())
    send(page, "limits/", requests_day="50k", **limits())
    said = words(page.text())
    # The article's first stage, 10 % for 24 h: 0.37 points by one look, about 0.6 however often it is looked at.
    assert "10 % 5,000 0.37 pt 0.58 pt" in said
    assert "100 % 150,000 — — no old side beside it" in said
    assert "Stages that see every limit: 10 % for 48 h" in said
    form = page.client.get(page.home + "stages/?suggested=1").content.decode()
    assert 'name="s1-hold_hours" value="48"' in form


def test_who_only_looks_changes_nothing(cast: Cast) -> None:
    page = Page(cast, cast.vera)
    for path in ("figures/", "limits/", "stages/"):
        assert send(page, path).status_code == 403
