"""Pages of steps: what they show, and what their forms do; and the same through the API."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from costcalc.accounts.access import visit
from migrations_app import beginning, carrying
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.playbook.words import titled
from migrations_app.rules.steps import Doing, Phase, Step
from tests.factories import Cast, signed_in
from tests.planner.test_api import PLANS, Program
from tests.planner.test_rollout import BEGUN, COMMANDS


class Board:
    """A plan with the steps of a template, as people see it in their browsers."""

    def __init__(self, cast: Cast, template: str = "base-url") -> None:
        self.cast = cast
        wish = beginning.Wish("To Gemini", to_do=TEMPLATES[template], template=template, start_on=dt.date(2026, 12, 1))
        self.plan = beginning.make(visit(cast.bob, cast.workspace), wish, BEGUN)
        self.root = f"/plans/{self.plan.public_id}/"
        self.bob = signed_in(cast.bob, cast.workspace)
        self.alice = signed_in(cast.alice, cast.workspace)

    def fresh(self) -> Plan:
        return Plan.objects.get(pk=self.plan.pk)

    def step(self, one: str) -> Step:
        found = self.fresh().state.steps.found(one)
        assert found is not None
        return found

    def tell(self, command: str, who: Client | None = None, place: str = "", **said: Any) -> Any:
        body = {"command": command, "revision": self.fresh().revision, **said}
        return (who or self.bob).post(f"{self.root}steps/commands/{place}", body)

    def page(self, path: str = "steps/", **asked: str) -> str:
        response = self.bob.get(self.root + path, asked)
        assert response.status_code == 200
        return response.content.decode()


@pytest.fixture
def board(cast: Cast) -> Board:
    return Board(cast)


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast)


def test_a_new_plan_takes_its_steps_from_a_template_with_days(cast: Cast) -> None:
    bob = signed_in(cast.bob, cast.workspace)
    sent = {"name": "New", "start_on": "2026-12-04", "template": "key-rotation", "days_off": "2026-12-07, 2026-12-08"}
    response = bob.post("/plans/new/", sent)
    assert response.status_code == 302, response.content.decode()
    plan = Plan.objects.get()
    dues = [step.due for step in plan.state.steps.each]
    assert dues[:3] == [dt.date(2026, 12, 4), dt.date(2026, 12, 9), dt.date(2026, 12, 10)]
    assert plan.state.about.template == "key-rotation"


@pytest.mark.parametrize("days_off", ["soon", "2026-13-01", "1999-01-01", "2026-12-01 " * 150])
def test_days_off_that_are_no_days_are_refused_beside_the_field(cast: Cast, days_off: str) -> None:
    bob = signed_in(cast.bob, cast.workspace)
    sent = {"name": "New", "start_on": "2026-12-04", "template": "key-rotation", "days_off": days_off}
    response = bob.post("/plans/new/", sent)
    assert (response.status_code, Plan.objects.count()) == (422, 0)
    assert 'id="id_days_off_error"' in response.content.decode()


def test_a_step_is_ticked_from_the_list_and_from_the_plan(board: Board) -> None:
    response = board.tell("move_steps", steps="s1", to="done")
    assert response.headers["Location"] == f"{board.root}steps/"
    assert board.step("s1").doing is Doing.DONE
    response = board.tell("move_steps", place="?from=plan", steps="s2", to="done")
    assert response.headers["Location"] == f"{board.root}#steps"
    response = board.tell("move_steps", place="?from=s4", steps="s4", to="blocked", reason="no contract")
    assert response.headers["Location"] == f"{board.root}steps/s4/"
    assert "no contract" in board.page("steps/s4/")


def test_what_may_not_be_done_is_said_on_the_page_that_it_was_asked_on(board: Board) -> None:
    for place, heading in (("", "<h1>Steps</h1>"), ("?from=s3", "<h1>Take base URL"), ("?from=plan", "<h1>To Gemini")):
        response = board.tell("move_steps", place=place, steps="s3", to="done")
        text = response.content.decode()
        assert response.status_code == 422
        assert "waits for “List every place that calls the old API”" in text
        assert heading in text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"command": "comment_step", "text": "it is sk-proj-abcdefghijklmnop1234"}, "This looks like a key."),
        ({"command": "show_step", "kind": "note", "text": "sk-proj-abcdefghijklmnop1234"}, "This looks like a key."),
        ({"command": "show_step", "kind": "number", "text": "Lines", "number": "many"}, "“many” is not a number."),
        ({"command": "comment_step", "text": "x" * 4001}, "At most 4,000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays_in_its_own_field(
    board: Board, said: dict[str, str], why: str
) -> None:
    response = board.bob.post(f"{board.root}steps/commands/?from=s1", {"step": "s1", "revision": "1", **said})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'<p class="error" role="alert">Nothing was done. {why}' in page
    assert page.count(said["text"]) == 1
    assert ('<details class="section no-print" open>' in page) == (said["command"] == "show_step")


def test_who_decided_on_an_older_revision_sees_what_has_changed(board: Board) -> None:
    board.tell("move_steps", steps="s1", to="done", who=board.alice)
    for place in ("", "?from=s2", "?from=plan"):
        response = board.tell("move_steps", place=place, steps="s2", to="done", revision=2)
        assert (response.status_code, board.step("s2").doing) == (409, Doing.TODO)
        assert "Somebody was quicker" in response.content.decode()


def test_a_command_that_makes_no_sense_is_refused_and_nothing_happens(board: Board) -> None:
    before = PlanEvent.objects.count()
    for said in ({"command": "dance"}, {"command": "move_steps", "steps": "s1"}, {}):
        for place in ("", "?from=s1", "?from=plan", "?from=nowhere&phase=none&doing=%00"):
            response = board.bob.post(f"{board.root}steps/commands/{place}".replace("%00", "x"), said)
            assert response.status_code == 422
            assert "Nothing was done" in response.content.decode()
    assert PlanEvent.objects.count() == before


def test_the_list_is_filtered(board: Board) -> None:
    board.tell("set_steps", steps=["s1", "s2"], owner=board.cast.bob.public_id)
    board.tell("move_steps", steps="s2", to="done")
    first, second = (board.step(one).title for one in ("s1", "s2"))
    for asked, shown in (
        ({"q": "every PLACE"}, [first]),
        ({"owner": board.cast.bob.public_id}, [first, second]),
        ({"owner": board.cast.bob.public_id, "doing": "open"}, [first]),
        ({"doing": "done", "phase": "prepare"}, [second]),
        ({"doing": "late"}, []),
        ({"phase": "keys", "owner": "nobody", "q": "real call"}, ["Test the new key with a real call"]),
    ):
        text = board.page(**asked)
        assert [each.title for each in board.fresh().state.steps.each if f">{escape(each.title)}</a>" in text] == shown
    assert "No step is like that." in board.page(q="moon")
    assert first in board.page(phase="moon", owner="moon", doing="moon")


def test_several_steps_are_changed_at_once(board: Board) -> None:
    assert 'name="steps" value="s1"' in board.page(several="1", phase="prepare")
    where = "?several=1&phase=prepare"
    owner = board.cast.alice.public_id
    response = board.tell("set_steps", place=where, steps=["s1", "s2"], owner=owner, phase="", due="", days="2")
    assert response.headers["Location"] == f"{board.root}steps/{where}"
    assert [board.step(one).due for one in ("s1", "s2")] == [dt.date(2026, 12, 3), dt.date(2026, 12, 4)]
    board.tell("set_steps", steps=["s1"], owner="-", phase="verify", due="2026-12-24", days="")
    assert (board.step("s1").owner, board.step("s1").phase) == ("", Phase.VERIFY)
    response = board.tell("move_steps", steps=["s2", "s4"], to="skipped", reason="done last year")
    assert {board.step(one).doing for one in ("s2", "s4")} == {Doing.SKIPPED}


@pytest.mark.parametrize(
    ("command", "said"),
    [("move_steps", {"to": "skipped", "reason": "done last year"}), ("set_steps", {"days": "2", "to": "todo"})],
)
def test_either_button_of_the_form_for_several_does_its_own_with_every_field_sent(
    board: Board, command: str, said: dict[str, str]
) -> None:
    form = board.page(several="1").partition('id="several"')[2].partition("</form>")[0]
    fields = dict.fromkeys(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', form), "")
    assert {"to", "reason", "owner", "phase", "due", "days"} <= fields.keys()
    sent = {**fields, **said, "steps": ["s1", "s2"], "command": command, "revision": board.fresh().revision}
    assert board.bob.post(f"{board.root}steps/commands/?several=1", sent).status_code == 302
    one = board.step("s1")
    assert (one.doing is Doing.SKIPPED) == (command == "move_steps")
    assert (one.due == dt.date(2026, 12, 3)) == (command == "set_steps")


def test_a_number_is_read_as_the_language_of_the_reader_writes_it(board: Board) -> None:
    board.bob.cookies["django_language"] = "vi"
    said: dict[str, Any] = {"place": "?from=s1", "step": "s1", "kind": "number", "text": "Tỷ lệ lỗi", "unit": "%"}
    assert board.tell("show_step", number="0,41", **said).status_code == 302
    assert board.tell("show_step", number="12.000", **said).status_code == 302
    assert [each.number for each in board.step("s1").evidence] == [Decimal("0.41"), Decimal(12000)]
    again = board.tell("show_step", number="1.5", **said)
    assert again.status_code == 422
    assert "“1.5” có thể hiểu theo hai cách" in again.content.decode()
    assert 'value="1.5"' in again.content.decode()


def test_only_members_own_steps(board: Board) -> None:
    response = board.tell("set_steps", steps=["s1"], owner=board.cast.charlie.public_id)
    assert response.status_code == 422
    assert "member of the workspace" in response.content.decode()


def test_a_step_is_added_and_edited(board: Board) -> None:
    sent = {
        "revision": board.fresh().revision,
        "title": "Ask <b>legal</b>",
        "details": "Before we pay",
        "phase": "prepare",
        "owner": board.cast.alice.public_id,
        "due": "2026-12-03",
        "after": ["s1", "s2"],
    }
    response = board.bob.post(f"{board.root}steps/new/", sent)
    where = response.headers["Location"]
    made = board.fresh().state.steps.added
    assert (where, board.step(f"s{made}").after) == (f"{board.root}steps/s{made}/", ("s1", "s2"))
    assert "Ask &lt;b&gt;legal&lt;/b&gt;" in board.page(f"steps/s{made}/")
    changed = {**sent, "title": "Ask legal", "due": "", "after": [], "revision": board.fresh().revision}
    assert board.bob.post(f"{where}edit/", changed).status_code == 302
    assert (board.step(f"s{made}").due, board.step(f"s{made}").after) == (None, ())
    stale = board.bob.post(f"{where}edit/", {**changed, "title": "Ask again", "revision": 2})
    assert (stale.status_code, board.step(f"s{made}").title) == (409, "Ask legal")
    assert "Ask again" in stale.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"phase": "moon"},
        {"owner": "moon"},
        {"due": "1900-01-01"},
        {"after": ["s99"]},
        {"title": "x" * 121},
        {"details": "the key is sk-proj-abcdefghijklmnop1234"},
    ],
)
def test_a_form_with_a_mistake_comes_back_with_it(board: Board, wrong: dict[str, Any]) -> None:
    sent = {"revision": board.fresh().revision, "title": "Ask", "phase": "prepare", **wrong}
    response = board.bob.post(f"{board.root}steps/new/", sent)
    assert response.status_code == 422
    assert f'id="id_{next(iter(wrong))}_error"' in response.content.decode()


def test_a_circle_is_refused_beside_the_form(board: Board) -> None:
    sent = {"revision": board.fresh().revision, "title": "First", "phase": "prepare", "after": ["s3"]}
    response = board.bob.post(f"{board.root}steps/s1/edit/", sent)
    assert response.status_code == 422
    assert "would wait for each other" in response.content.decode()


def test_a_text_of_ours_is_read_in_ones_own_language_and_stays_ours_until_it_is_changed(board: Board) -> None:
    board.bob.post("/preferences/", {})
    with translation.override("vi"):
        told = titled(board.step("s1").title)
    assert told != board.step("s1").title
    page = board.bob.get(f"{board.root}steps/s1/edit/", headers={"accept-language": "vi"}).content.decode()
    assert told in page
    sent = {"revision": board.fresh().revision, "title": told, "phase": "verify", "details": ""}
    response = board.bob.post(f"{board.root}steps/s1/edit/", sent, headers={"accept-language": "vi"})
    assert response.status_code == 302
    assert board.step("s1").title == "List every place that calls the old API"
    assert board.step("s1").phase is Phase.VERIFY


def test_evidence_and_comments_stand_on_the_steps_page(board: Board) -> None:
    place = "?from=s1"
    board.tell("show_step", place=place, step="s1", kind="link", text="The board", url="https://grafana.example/d/1")
    board.tell("show_step", place=place, step="s1", kind="number", text="TTFT p95", number="1234.5", unit="ms")
    board.tell("show_step", place=place, step="s1", kind="note", text="Seen by Lan")
    board.tell("comment_step", place=place, step="s1", text="<i>Well</i>")
    text = board.page("steps/s1/")
    for said in ('href="https://grafana.example/d/1"', "1,234.5 ms", "Seen by Lan", "&lt;i&gt;Well&lt;/i&gt;"):
        assert said in text
    assert "evidence: 3" in board.page()
    board.tell("withdraw_evidence", place=place, step="s1", evidence="e3", reason="not seen")
    assert "Seen by Lan" not in board.page("steps/s1/")
    assert "evidence withdrawn" in board.page("steps/s1/")


def test_the_log_of_a_plan_names_the_phase_and_can_be_read_to_its_beginning(board: Board) -> None:
    ids = [step.id for step in board.fresh().state.steps.of(Phase.PREPARE)]
    board.tell("move_steps", steps=ids, to="done")
    board.tell("sign_off", phase="prepare", who=board.alice)
    for number in range(20):
        board.tell("comment_step", step="s1", text=f"Remark {number}")
    shown = board.page("").partition('id="log"')[2]
    assert "Plan made" not in shown
    assert f'?log=all#log">All {board.fresh().revision} entries' in shown
    whole = board.page("", log="all").partition('id="log"')[2]
    assert "Plan made" in whole
    assert "Phase signed off: Prepare" in whole
    assert "entries</a>" not in whole


def test_what_was_said_is_not_in_the_audit_log_which_cannot_forget(board: Board) -> None:
    board.tell("comment_step", step="s1", text="Minh is on leave")
    assert "Minh is on leave" in board.page("steps/s1/")
    found = board.cast.workspace.audit_entries.filter(action="steps.commented").get()
    assert "Minh" not in found.after


def test_a_phase_is_signed_off_by_who_did_none_of_it(board: Board) -> None:
    ids = [step.id for step in board.fresh().state.steps.of(Phase.PREPARE)]
    board.tell("move_steps", steps=ids, to="done")
    assert "Somebody who did none of it signs it off." in board.page()
    assert board.tell("sign_off", phase="prepare").status_code == 422
    assert board.tell("sign_off", who=board.alice, phase="prepare", note="all six").status_code == 302
    assert "all six" in board.page()
    board.tell("move_steps", steps=ids[0], to="todo")
    assert "after it had been signed off" in board.page()


def test_another_start_day_moves_the_plan(board: Board) -> None:
    sent = {"revision": board.fresh().revision, "start_on": "2027-02-01", "days_off": "2027-02-08"}
    assert board.bob.post(f"{board.root}steps/start/", sent).status_code == 302
    assert board.step("s1").due == dt.date(2027, 2, 1)
    assert board.fresh().state.about.start_on == dt.date(2027, 2, 1)
    assert board.bob.post(f"{board.root}steps/start/", sent).status_code == 409
    assert board.bob.post(f"{board.root}steps/start/", {**sent, "start_on": "soon"}).status_code == 422


def test_who_only_looks_changes_nothing_and_sees_no_forms(board: Board) -> None:
    vera = signed_in(board.cast.vera, board.cast.workspace)
    for path in ("", "steps/", "steps/?several=1", "steps/s1/"):
        text = vera.get(board.root + path).content.decode()
        assert "/steps/commands/" not in text
        assert "/steps/new/" not in text


def test_a_step_that_is_not_there_is_404(board: Board) -> None:
    for path in ("steps/s99/", "steps/s99/edit/", "steps/none/"):
        assert board.bob.get(board.root + path).status_code == 404


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_template_makes_a_plan_whose_pages_can_be_read(cast: Cast, language: str) -> None:
    for name in TEMPLATES:
        board = Board(cast, name)
        for path in ("", "steps/", "steps/?several=1"):
            assert board.bob.get(board.root + path, headers={"accept-language": language}).status_code == 200


def test_the_texts_of_the_playbook_are_all_translated() -> None:
    with translation.override("vi"):
        same = [
            text
            for template in TEMPLATES.values()
            for step in template.steps
            for text in (step.title, step.details)
            if text and titled(text) == text
        ]
    assert same == []


def test_a_program_does_the_same(program: Program) -> None:
    made = program.plan(template="four-weeks", start_on="2026-12-01", days_off=["2026-12-25"])
    first = made["steps"][0]
    assert (first["id"], first["state"], first["due"]) == ("s1", "todo", "2026-12-01")
    assert [phase["phase"] for phase in made["phases"]] == list(Phase)
    status, told = program.tell(made, "move_steps", steps=["s1"], to="done")
    assert (status, told["steps"][0]["state"]) == (200, "done")
    status, told = program.tell(told, "show_step", step="s1", kind="number", text="p95", number="0.48", unit="s")
    assert told["steps"][0]["evidence"][0]["number"] == "0.48"
    program.tell(told, "comment_step", step="s1", text="Well")
    status, stale = program.tell(made, "move_steps", steps=["s2"], to="done")
    assert (status, stale["current"]["steps"][0]["comments"][0]["text"]) == (409, "Well")
    status, refused = program.tell(stale["current"], "move_steps", steps=["s3"], to="skipped")
    assert (status, refused["detail"][:20]) == (422, "Give the reason for ")


def test_a_template_that_there_is_not_is_refused_by_name(program: Program) -> None:
    status, said = program.post(PLANS, {"name": "New", "template": "moon"})
    assert status == 422
    assert "base-url" in said["detail"]


def test_a_phase_that_is_signed_off_reads_the_same_in_a_409(program: Program, cast: Cast) -> None:
    made = program.plan(template="key-rotation")
    told = program.tell(made, "move_steps", steps=["s1"], to="done")[1]
    plan = Plan.objects.get()
    said = {"command": "sign_off", "revision": told["revision"], "phase": "prepare"}
    carrying.carry_out(visit(cast.alice, cast.workspace), plan, COMMANDS.validate_python(said), BEGUN)
    status, stale = program.tell(made, "start")
    assert (status, stale["current"]["phases"][0]["signed"]["by"]) == (409, cast.alice.public_id)
