"""What goes in and out through the API as a file: evidence, figures, templates; and what pages alone could do."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from costcalc.accounts.archive import archive
from costcalc.asgi import BODY_LIMITS
from costcalc.wire.problem import MEDIA_TYPE as PROBLEM
from migrations_app import carrying
from migrations_app.evidence.files import EvidenceFile
from migrations_app.hooks.webhooks import Delivery, Webhook
from migrations_app.plans import Plan
from migrations_app.playbook import own
from migrations_app.playbook.template import FORMAT, LARGEST
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules import documents
from migrations_app.rules.stepping import LARGEST_FILE
from tests.factories import Cast
from tests.planner.test_api import PLANS, Program

LOG = b"ttft p95 480 ms\n"
TEMPLATES_PATH = "/api/v1/plan-templates"
FIGURES = b"metric,baseline,candidate\nrequests,45000,5000\nerrors,185,21\n"


class Sender(Program):
    """An application that sends files."""

    def send(self, path: str, content: bytes, media_type: str = "application/octet-stream") -> Any:
        response = Client().generic("POST", path, content, CONTENT_TYPE=media_type, headers=self.headers)
        assert response.status_code == 200 or response["Content-Type"] == PROBLEM
        return response

    def add(self, plan: dict[str, Any], content: bytes = LOG, step: str = "s1", query: str = "name=run.log") -> Any:
        return self.send(f"/api/v1/plan-files/{plan['id']}/{step}?{query}", content)


@pytest.fixture
def sender(cast: Cast) -> Sender:
    return Sender(cast)


def test_a_file_is_evidence_and_comes_out_as_it_went_in(sender: Sender, cast: Cast) -> None:
    plan = sender.plan(template="key-rotation")
    shown = sender.add(plan).json()["steps"][0]["evidence"][0]
    assert (shown["text"], shown["size"], shown["sha256"]) == ("run.log", len(LOG), hashlib.sha256(LOG).hexdigest())
    assert EvidenceFile.objects.get().added_by == cast.bob
    response = Client().get(f"{PLANS}/{plan['id']}/files/{shown['file']}", headers=sender.headers)
    assert response.content == LOG
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="run.log"'
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("../../etc/cron.d/x", "x"),
        (r"C:\temp\run.log", "run.log"),
        ("..", "file"),
        ("a/b/", "b"),
        (".bashrc", "bashrc"),
    ],
)
def test_a_file_is_taken_along_without_the_path_that_somebody_gave_it(sender: Sender, named: str, kept: str) -> None:
    plan = sender.plan(template="key-rotation")
    shown = sender.add(plan, query=urlencode({"name": named})).json()["steps"][0]["evidence"][0]
    response = Client().get(f"{PLANS}/{plan['id']}/files/{shown['file']}", headers=sender.headers)
    assert (shown["text"], response["Content-Disposition"]) == (named, f'attachment; filename="{kept}"')


def test_a_file_of_another_plan_is_not_there(sender: Sender) -> None:
    plan, other = sender.plan(template="key-rotation"), sender.plan(template="relay")
    shown = sender.add(plan).json()["steps"][0]["evidence"][0]
    assert sender.get(f"{PLANS}/{other['id']}/files/{shown['file']}")[0] == 404


def test_files_that_cannot_be_kept_are_refused_with_the_reason(sender: Sender) -> None:
    plan = sender.plan(template="key-rotation")
    assert sender.add(plan, b"").status_code == 422
    assert "key" in sender.add(plan, b"Authorization: Bearer sk-proj-abcdefghijklmnop1234").json()["detail"]
    assert sender.add(plan, query="name=sk-proj-abcdefghijklmnop1234.log").status_code == 422
    assert sender.add(plan, query="").json()["errors"][0]["pointer"] == "/name"
    assert sender.add(plan, query="name=a&other=1").status_code == 422
    assert sender.add(plan, step="s99").status_code == 404
    multipart = sender.send(f"/api/v1/plan-files/{plan['id']}/s1?name=a", LOG, "multipart/form-data; boundary=x")
    assert multipart.status_code == 415
    assert EvidenceFile.objects.count() == 0


def test_the_largest_file_is_taken_and_no_larger_one(sender: Sender) -> None:
    plan = sender.plan(template="key-rotation")
    assert BODY_LIMITS["/api/v1/plan-files/"] == LARGEST_FILE
    assert sender.add(plan, b"\xff" * LARGEST_FILE).status_code == 200
    over = sender.add(plan, b"\xff" * (LARGEST_FILE + 1))
    assert (over.status_code, str(LARGEST_FILE) in over.json()["detail"]) == (413, True)
    # A parameter that is wrong is told without reading what came with it.
    assert sender.add(plan, b"\xff" * LARGEST_FILE, query="").status_code == 422


def test_figures_come_from_a_file(sender: Sender) -> None:
    plan = sender.plan()
    started = sender.tell(plan, "start")[1]
    path = f"{PLANS}/{plan['id']}/readings?revision={started['revision']}&source=Grafana"
    assert sender.send(path, FIGURES, "text/csv").json()["revision"] == started["revision"] + 1
    assert sender.send(path, FIGURES, "text/csv").status_code == 409
    assert sender.send(path, FIGURES).status_code == 415


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "first line"),
        (b"metric,baseline,candidate\nrequests,many,1\n", "Line 2"),
        (b"metric,baseline,candidate\nrequests,1,\n", "target"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_file_that_says_no_figures_is_refused_with_the_reason(sender: Sender, content: bytes, said: str) -> None:
    plan = sender.plan()
    response = sender.send(f"{PLANS}/{plan['id']}/readings?revision=1", content, "text/csv")
    assert (response.status_code, said in response.json()["detail"]) == (422, True), response.content


def test_a_template_goes_out_comes_in_and_makes_the_same_plan(sender: Sender) -> None:
    status, said = sender.get(f"{TEMPLATES_PATH}/relay")
    assert status == 200
    status, made = sender.post(TEMPLATES_PATH, {**said, "name": "Ours"})
    assert (status, made["name"], made["own"], made["steps"]) == (201, "Ours", True, len(TEMPLATES["relay"].steps))
    again = sender.get(f"{TEMPLATES_PATH}/{made['key']}")[1]
    assert again == {**said, "name": "Ours"}
    first, second = sender.plan(template="relay"), sender.plan(template=made["key"])
    assert [step["title"] for step in first["steps"]] == [step["title"] for step in second["steps"]]


def test_every_template_that_a_plan_can_begin_with_is_listed(sender: Sender) -> None:
    plan = sender.plan(template="key-rotation")
    status, made = sender.post(f"{PLANS}/{plan['id']}/template", {"name": "As in November"})
    assert status == 201
    items = sender.get(TEMPLATES_PATH)[1]["items"]
    assert [one["key"] for one in items] == [*TEMPLATES, made["key"]]
    assert all(sender.plan(template=one["key"])["steps"] for one in items)


def test_a_template_is_deleted_and_only_ones_own(sender: Sender, cast: Cast) -> None:
    made = sender.post(TEMPLATES_PATH, sender.get(f"{TEMPLATES_PATH}/relay")[1])[1]
    theirs = Program(cast, cast.vera)
    path = f"{TEMPLATES_PATH}/{made['key']}"
    assert sender.client.delete(path, headers=theirs.headers).status_code == 403
    assert sender.client.delete(path, headers=sender.headers).status_code == 204
    assert sender.client.delete(path, headers=sender.headers).status_code == 404
    assert sender.client.delete(f"{TEMPLATES_PATH}/relay", headers=sender.headers).status_code == 404


def test_what_is_no_template_is_refused_at_its_place(sender: Sender) -> None:
    said = sender.get(f"{TEMPLATES_PATH}/relay")[1]
    assert BODY_LIMITS[TEMPLATES_PATH] == LARGEST
    status, refused = sender.post(TEMPLATES_PATH, {**said, "format": "another"})
    assert (status, refused["errors"][0]["pointer"]) == (422, "/format")
    twice = [said["steps"][0], said["steps"][0]]
    assert sender.post(TEMPLATES_PATH, {**said, "steps": twice})[0] == 422
    assert sender.post(f"{PLANS}/{sender.plan()['id']}/template", {"name": "Empty"})[0] == 422
    assert own.OwnTemplate.objects.count() == 0


def test_a_list_of_templates_is_one_query_for_all(
    sender: Sender, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        sender.post(TEMPLATES_PATH, {**sender.get(f"{TEMPLATES_PATH}/relay")[1], "name": f"Ours {number}"})
    with django_assert_max_num_queries(8):
        sender.get(TEMPLATES_PATH)


def test_the_archive_of_a_workspace_has_files_templates_and_webhooks_without_their_secrets(
    sender: Sender, cast: Cast
) -> None:
    plan = sender.plan(template="key-rotation")
    shown = sender.add(plan, query="name=..%2Frun.log").json()["steps"][0]["evidence"][0]
    made = sender.post(TEMPLATES_PATH, sender.get(f"{TEMPLATES_PATH}/relay")[1])[1]
    url = "https://hooks.example.org/in?for=T0PSECRET"
    hook = Webhook.objects.create(workspace=cast.workspace, url=url, note="chat", created_at="2026-11-01T00:00:00Z")
    with archive(cast.workspace) as file, zipfile.ZipFile(file) as files:
        held = {name: files.read(name) for name in files.namelist()}
    assert held[f"plans/files/{plan['id']}/{shown['file']}"] == LOG
    (said,) = json.loads(held["plans/files.json"])
    assert (said["plan"], said["name"], said["sha256"]) == (plan["id"], "../run.log", shown["sha256"])
    assert json.loads(held[f"plans/templates/{made['key']}.json"])["format"] == FORMAT
    assert [one["host"] for one in json.loads(held["plans/webhooks.json"])] == [str(hook)]
    everything = b"".join(held.values())
    assert b"T0PSECRET" not in everything
    assert hook.salt.encode() not in everything
    with archive(cast.charlie.memberships.get().workspace) as file, zipfile.ZipFile(file) as files:
        assert not [name for name in files.namelist() if name.startswith(("plans/files/", "plans/templates/"))]


def test_a_full_plan_takes_a_roll_back_and_nothing_else(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = sender.plan()
    started = sender.tell(plan, "start")[1]
    monkeypatch.setattr(carrying, "FULL_TEXT", 100)
    status, refused = sender.tell(started, "rename", name="Other")
    assert (status, "roll-back" in refused["detail"]) == (422, True)
    assert sender.tell(started, "roll_back", percent="0", reason="errors")[0] == 200
    monkeypatch.undo()
    document = sender.get(f"{PLANS}/{plan['id']}/document")[1]
    assert sender.post("/api/v1/plan-documents", document)[0] == 201


def test_a_document_of_more_than_a_megabyte_is_taken_in(sender: Sender) -> None:
    assert BODY_LIMITS["/api/v1/plan-documents"] == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert BODY_LIMITS["/plans/import/"] > documents.LARGEST_FILE
    plan = sender.plan(template="key-rotation")
    document = sender.get(f"{PLANS}/{plan['id']}/document")[1]
    last = document["events"][-1]
    said = [{"id": step, "text": ("x y " * 900).strip()} for step in ("s1", "s2") for _comment in range(150)]
    comments = [{**last, "kind": "steps.commented", "data": one} for one in said]
    large = {**document, "events": [*document["events"], *comments]}
    assert len(json.dumps(large)) > 1024**2
    status, made = sender.post("/api/v1/plan-documents", large)
    assert (status, made.get("detail")) == (201, None)


def test_what_is_made_with_a_key_is_made_once_and_answered_alike(sender: Sender) -> None:
    plan = sender.plan(template="key-rotation")
    document = sender.get(f"{PLANS}/{plan['id']}/document")[1]
    template = sender.get(f"{TEMPLATES_PATH}/relay")[1]
    for path, body in (
        (PLANS, {"name": "Once", "template": "relay"}),
        ("/api/v1/plan-documents", document),
        (TEMPLATES_PATH, template),
        (f"{PLANS}/{plan['id']}/template", {"name": "Ours"}),
    ):
        headers = {**sender.headers, "Idempotency-Key": "once"}
        first, again = (sender.client.post(path, body, "application/json", headers=headers) for _time in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.content
        assert first.json() == again.json()
    assert (Plan.objects.count(), own.OwnTemplate.objects.count()) == (3, 2)


def test_who_is_late_sees_a_plan_with_figures_steps_and_keys_as_it_stands(sender: Sender) -> None:
    plan = sender.plan(template="key-rotation")
    sender.tell(plan, "start")
    path = f"{PLANS}/{plan['id']}/readings?revision="
    revision = sender.get(f"{PLANS}/{plan['id']}")[1]["revision"]
    assert sender.send(f"{path}{revision}", FIGURES, "text/csv").status_code == 200
    late = sender.send(f"{path}{revision}", FIGURES, "text/csv")
    assert late.status_code == 409
    stands = sender.get(f"{PLANS}/{plan['id']}")[1]
    seen = late.json()["current"]
    # For how long the stage was held, goes on meanwhile.
    assert seen["canary"].pop("reading") == stands["canary"].pop("reading")
    assert {**seen, "canary": None} == {**stands, "canary": None}


def test_plans_are_found_by_their_words(sender: Sender) -> None:
    sender.plan(name="Đổi sang Gemini")
    sender.plan(name="To DeepSeek")
    assert [row["name"] for row in sender.get(f"{PLANS}?q=doi+gemini")[1]["items"]] == ["Đổi sang Gemini"]


def test_a_webhook_is_tried(cast: Cast, sender: Sender) -> None:
    hook = Webhook.objects.create(
        workspace=cast.workspace, url="https://hooks.example.org/", created_at="2026-11-01T00:00:00Z"
    )
    alice = Program(cast, cast.alice)
    status, said = alice.post(f"/api/v1/webhooks/{hook.public_id}/test", {})
    assert (status, said["kind"], said["state"]) == (200, "webhook.tested", "waiting")
    assert Delivery.objects.get().message == said["id"]
    assert sender.post(f"/api/v1/webhooks/{hook.public_id}/test", {})[0] == 403
