"""Templates: the product's hold together, a workspace has its own, of a plan or from a file."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import ValidationError

from migrations_app.plans import Plan
from migrations_app.playbook import own
from migrations_app.playbook.own import OwnTemplate
from migrations_app.playbook.template import FORMAT, LARGEST, Template
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules.steps import Phase
from tests.factories import Cast, signed_in
from tests.planner.test_step_pages import Board

MINE: dict[str, Any] = {
    "format": FORMAT,
    "name": "Ours",
    "steps": [
        {"key": "a", "phase": "prepare", "title": "Begin", "day": 0},
        {"key": "b", "phase": "verify", "title": "End", "day": 3, "after": ["a"]},
    ],
    "stages": [{"percent": "25"}, {"percent": "100"}],
}


@pytest.fixture
def board(cast: Cast) -> Board:
    return Board(cast)


def send(board: Board, content: Any) -> Any:
    said = content if isinstance(content, bytes) else json.dumps(content).encode()
    return board.bob.post("/plans/templates/", {"file": SimpleUploadedFile("mine.json", said)})


@pytest.mark.parametrize("key", TEMPLATES)
def test_days_of_a_template_never_go_back_along_what_a_step_waits_for(key: str) -> None:
    days = {step.key: step.day for step in TEMPLATES[key].steps}
    for step in TEMPLATES[key].steps:
        assert step.day is not None
        assert all((days[before] or 0) <= step.day for before in step.after)


def test_the_four_weeks_are_four_weeks_and_the_old_key_outlasts_the_canary() -> None:
    template = TEMPLATES["four-weeks"]
    monday = dt.date(2026, 11, 30)
    dues = {step.key: one["due"] for step, one in zip(template.steps, template.steps_from(monday), strict=True)}
    assert dues["start"] == "2026-12-14"
    assert dues["held-100"] <= "2026-12-25"
    assert dues["revoke"] >= dues["review-30"] > dues["held-100"]


def test_a_plan_makes_a_template_that_makes_the_same_plan(board: Board) -> None:
    board.tell("move_steps", steps="s1", to="done")
    response = board.bob.post(f"{board.root}template/", {"name": "As before"})
    assert response.status_code == 302
    row = OwnTemplate.objects.get()
    sent = {"name": "Again", "start_on": "2026-12-01", "template": row.public_id}
    assert board.bob.post("/plans/new/", sent).status_code == 302
    again = Plan.objects.get(name="Again").state
    before = board.plan.state
    assert [(step.title, step.due, step.automatic) for step in again.steps.each] == [
        (step.title, step.due, step.automatic) for step in before.steps.each
    ]
    assert not any(step.settled for step in again.steps.each)
    assert again.rollout.stages == before.rollout.stages


def test_steps_that_wait_for_a_later_phase_make_a_template_all_the_same(board: Board) -> None:
    said = {"title": "First", "phase": "prepare", "after": ["s3"]}
    board.bob.post(f"{board.root}steps/s1/edit/", {"revision": board.fresh().revision, **said, "after": ["s23"]})
    template = own.of_plan(board.fresh().state, "Turned round")
    keys = [step.key for step in template.steps]
    assert keys.index("s23") < keys.index("s1")


def test_a_template_goes_out_as_a_file_and_comes_in_again(board: Board) -> None:
    for key, template in TEMPLATES.items():
        text = board.bob.get(f"/plans/templates/{key}.json").getvalue()
        assert own.read(json.loads(text)) == template
        assert send(board, text).status_code == 302
    assert {row.template for row in OwnTemplate.objects.all()} == set(TEMPLATES.values())


def test_a_file_makes_a_plan_with_its_steps_and_stages(board: Board) -> None:
    assert send(board, MINE).status_code == 302
    key = OwnTemplate.objects.get().public_id
    assert f"?template={key}" in board.bob.get("/plans/templates/").content.decode()
    assert f'value="{key}" selected' in board.bob.get(f"/plans/new/?template={key}").content.decode()
    sent = {"name": "By file", "start_on": "2026-12-04", "template": key}
    board.bob.post("/plans/new/", sent)
    state = Plan.objects.get(name="By file").state
    assert [(step.phase, step.due) for step in state.steps.each] == [
        (Phase.PREPARE, dt.date(2026, 12, 4)),
        (Phase.VERIFY, dt.date(2026, 12, 9)),
    ]
    assert [str(stage.percent) for stage in state.rollout.stages] == ["25", "100"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[",
        b"[]",
        b"[" * 5000,
        b'{"format": "costcalc template 1", "steps": NaN}',
        b"\xff",
        b" " * (LARGEST + 1),
        {**MINE, "format": "another"},
        {**MINE, "steps": []},
        {**MINE, "more": 1},
        {**MINE, "name": "sk-proj-abcdefghijklmnop1234"},
        {**MINE, "steps": MINE["steps"] * 2},
        {**MINE, "steps": MINE["steps"][1:]},
        {**MINE, "steps": [{**MINE["steps"][0], "day": -1}]},
        {**MINE, "stages": [{"percent": "50"}, {"percent": "25"}, {"percent": "100"}]},
        {**MINE, "stages": [{"percent": "50"}]},
    ],
)
def test_a_file_that_is_no_template_is_refused_and_says_why(board: Board, wrong: Any) -> None:
    response = send(board, wrong)
    assert (response.status_code, OwnTemplate.objects.count()) == (422, 0)
    assert 'role="alert"' in response.content.decode()


def test_a_template_of_another_workspace_is_not_there(board: Board) -> None:
    send(board, MINE)
    key = OwnTemplate.objects.get().public_id
    charlie = signed_in(board.cast.charlie)
    assert charlie.get(f"/plans/templates/{key}.json").status_code == 404
    assert charlie.post(f"/plans/templates/{key}/delete/").status_code == 404
    assert charlie.post("/plans/new/", {"name": "A", "start_on": "2026-12-01", "template": key}).status_code == 422


def test_a_template_is_deleted_and_its_plans_stay(board: Board) -> None:
    send(board, MINE)
    key = OwnTemplate.objects.get().public_id
    board.bob.post("/plans/new/", {"name": "By file", "start_on": "2026-12-04", "template": key})
    assert board.bob.post(f"/plans/templates/{key}/delete/").status_code == 302
    assert OwnTemplate.objects.count() == 0
    assert len(Plan.objects.get(name="By file").state.steps.each) == 2
    acts = board.cast.workspace.audit_entries.filter(target=f"template:{key}").order_by("sequence")
    assert [entry.action for entry in acts] == ["template.made", "template.deleted"]


def test_keys_stand_once_and_before_who_waits_for_them() -> None:
    with pytest.raises(ValidationError, match="twice"):
        Template(name="A", steps=(TEMPLATES["relay"].steps[0],) * 2)
