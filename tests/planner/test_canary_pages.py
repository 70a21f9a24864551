"""The canary's section and the roll-back, as people meet them: what is offered, what is refused, and why."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from costcalc.accounts.access import visit
from costcalc.accounts.models import User
from migrations_app import beginning
from migrations_app.plans import Plan
from tests.factories import Cast, signed_in


class Page:
    """Somebody looks at a plan, and presses its buttons."""

    def __init__(self, cast: Cast, who: User) -> None:
        came = visit(cast.bob, cast.workspace)
        wish = beginning.Wish("To Gemini", baseline="openai/gpt-4.1", candidate="google/gemini-2.5-flash")
        self.plan: Plan = beginning.make(came, wish, timezone.now())
        self.client: Client = signed_in(who, cast.workspace)
        self.home = f"/plans/{self.plan.public_id}/"

    def text(self) -> str:
        return self.client.get(self.home).content.decode()

    def press(self, command: str, **said: Any) -> Any:
        self.plan.refresh_from_db()
        fields = {"command": command, "revision": self.plan.revision, **said}
        return self.client.post(self.home + "commands/", fields)

    def done(self, command: str, **said: Any) -> str:
        answer = self.press(command, **said)
        assert answer.status_code == 302, words(answer)
        return self.text()

    def weight(self) -> int:
        self.plan.refresh_from_db()
        return self.plan.weight // 100


def words(answer: Any) -> str:
    """What a reader reads on a desk, on one line."""
    text = answer if isinstance(answer, str) else answer.content.decode()
    text = re.sub(r'<span class="under-only[^>]*>[^<]*</span>', "", text)
    text = text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", text).replace("\u00a0", " ").split())


def offered(page: str) -> set[str]:
    """The commands that a page offers, its upkeep aside."""
    return set(re.findall(r'name="command" value="(\w+)"', page)) - {"archive"}


@pytest.fixture
def page(cast: Cast) -> Page:
    return Page(cast, cast.bob)


def test_every_standing_offers_what_can_be_done_then(page: Page) -> None:
    assert offered(page.text()) == {"start"}
    assert offered(page.done("start")) == {"promote", "hold", "pause", "skip", "rehearse", "roll_back"}
    assert offered(page.done("hold", reason="the weekend")) == {"resume", "pause", "skip", "rehearse", "roll_back"}
    assert offered(page.done("pause", reason="an outage")) == {"resume", "hold", "skip", "rehearse", "roll_back"}
    assert offered(page.done("skip", reason="seen enough")) == {
        *("promote", "hold", "pause", "skip", "rehearse", "roll_back")
    }
    assert page.weight() == 50
    assert offered(page.done("roll_back", percent="0", reason="errors")) == {"start"}


def test_a_hold_and_a_pause_are_asked_why_and_take_no_answer(page: Page) -> None:
    text = page.done("start")
    asked = dict(re.findall(r'<input id="act-(\w+)-reason"([^>]*)>', text))
    assert {name for name, field in asked.items() if "required" in field} == {"skip", "rehearse", "roll_back"}
    assert asked.keys() >= {"hold", "pause"}
    assert "is held" in page.done("hold", reason="")


def test_who_has_to_say_the_traffic_first_is_led_there(page: Page) -> None:
    led = f'each stage says here what it can detect. <a href="{page.home}limits/"'
    assert led in page.text()
    viewer = signed_in(User.objects.get(name="Vera")).get(page.home).content.decode()
    assert "each stage says here what it can detect." in viewer
    assert led not in viewer


def test_what_is_still_open_before_it_is_said_beside_the_start(page: Page) -> None:
    start = '<button class="primary">Start at 10'
    assert start in page.text()
    assert page.press("add_step", phase="prepare", title="Read the contract").status_code == 302
    assert "Still open before it: Prepare (0 of 1)." in words(page.text())
    assert start not in page.text()
    assert "Still open before it" not in page.done("start")


def test_the_section_says_the_split_the_hold_and_what_is_missing(page: Page) -> None:
    said = words(page.done("start"))
    assert "10 % google/gemini-2.5-flash 90 % openai/gpt-4.1" in said
    assert "Stage 1 of 3 is running. Held 0 h of 24 h." in said
    assert "This stage is to be held for 24 more hours." in said
    held = words(page.done("hold", reason="over the weekend"))
    assert "Stage 1 of 3 is held." in held
    assert "over the weekend" in held
    assert "The roll-back has not been rehearsed." in held
    assert "Rehearsed once." in words(page.done("rehearse", percent="0", reason="drill"))


def test_the_way_back_is_in_the_head_and_leads_to_the_stage_before(page: Page) -> None:
    assert "Roll back" in words(page.text())
    assert "Roll back to 0 %" in words(page.done("start"))
    assert "Roll back to 10 %" in words(page.done("skip", reason="seen enough"))
    page.done("roll_back", percent="10", reason="errors")
    assert page.weight() == 10


def test_a_roll_back_from_a_stale_tab_holds(page: Page) -> None:
    page.done("start")
    page.done("skip", reason="seen enough")
    answer = page.client.post(page.home + "commands/", {"command": "roll_back", "percent": "0", "reason": "errors"})
    assert answer.status_code == 302
    assert page.weight() == 0


def test_a_reason_that_is_missing_is_asked_for_beside_its_field_and_what_was_typed_stays(page: Page) -> None:
    page.done("start")
    page.done("skip", reason="seen enough")
    answer = page.press("roll_back", percent="0", reason=" ")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert '<details class="act" id="act-roll_back" name="act" open>' in text
    assert '<option value="0" selected>' in text
    assert "Say this, too." in text
    assert page.weight() == 50
    answer = page.press("hold", reason="key sk-proj-abcdefghijklmnop1234")
    assert answer.status_code == 422
    assert "This looks like a key." in words(answer)


def test_who_only_looks_is_offered_nothing(cast: Cast) -> None:
    page = Page(cast, cast.vera)
    assert offered(page.text()) == set()
    assert "Roll back" not in words(page.text())


def rows(*stages: tuple[str, str]) -> dict[str, str]:
    """Stages as their form sends them."""
    typed: dict[str, str] = {}
    for number, (percent, hours) in enumerate(stages, 1):
        typed |= {f"s{number}-percent": percent, f"s{number}-hold_hours": hours}
    return typed


def test_stages_are_changed_until_they_are_entered(page: Page) -> None:
    address = page.home + "stages/"
    sent = {"revision": "1", **rows(("5", "12"), ("", ""), ("100", "1k")), "s1-sample": "50k", "s1-automatic": "on"}
    assert page.client.post(address, sent).status_code == 302
    first, last = Plan.objects.get().state.rollout.stages
    assert (float(first.percent), first.hold_hours, first.sample, first.automatic) == (5, 12, 50_000, True)
    assert (float(last.percent), last.hold_hours) == (100, 1000)
    page.done("start")
    assert page.weight() == 5
    form = page.client.get(address).content.decode()
    assert "entered already: it stays as it is" in form
    assert "s1-percent" not in form
    assert 'name="s2-percent" value="100"' in form


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (rows(("50", "1"), ("10", "1"), ("100", "1")), "Each stage has a larger share than the one before."),
        (rows(("50", "1")), "The last stage is 100 %."),
        (rows(("ten", "1"), ("100", "1")), "ten"),
        (rows(("101", "1")), "100"),
        ({**rows(("100", "1")), "s1-watch": "sk-proj-abcdefghijklmnop1234"}, "This looks like a key."),
        ({}, "The last stage is 100 %."),
    ],
)
def test_stages_that_make_no_ladder_are_refused_and_stay_typed(page: Page, typed: dict[str, str], said: str) -> None:
    answer = page.client.post(page.home + "stages/", {"revision": "1", **typed})
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert Plan.objects.get().revision == 1


def test_stages_that_were_changed_meanwhile_are_not_overwritten(page: Page) -> None:
    page.done("start")
    answer = page.client.post(page.home + "stages/", {"revision": "1", **rows(("", ""), ("100", "1"))})
    assert answer.status_code == 409
    assert Plan.objects.get().revision == 2


def test_the_log_says_to_which_share_each_happening_led(page: Page) -> None:
    page.done("start")
    page.done("skip", reason="quiet night")
    page.done("roll_back", percent="10", reason="errors")
    page.done("resume")
    page.done("skip", reason="mended")
    page.done("skip", reason="mended")
    log = words(unescape(page.done("roll_back", percent="0", reason="errors"))).partition(" Log ")[2]
    happened = re.findall(r"(?:Canary started|Stage skipped|Rolled back|Canary resumed)(?: → [0-9]+ %)?", log)
    assert happened == [
        "Rolled back → 0 %",
        "Stage skipped → 100 %",
        "Stage skipped → 50 %",
        "Canary resumed",
        "Rolled back → 10 %",
        "Stage skipped → 50 %",
        "Canary started → 10 %",
    ]
