"""Plans are renamed, put away, deleted, taken along as a file and taken in from one."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from costcalc.accounts import audit
from costcalc.accounts.access import visit
from costcalc.accounts.archive import archive
from migrations_app import beginning
from migrations_app.plans import Plan, PlanEvent
from tests.factories import Cast, signed_in
from tests.planner.test_api import PLANS, Program
from tests.planner.test_review_pages import text


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """A plan of Bob's."""
    wish = beginning.Wish("To Gemini", "for chat", baseline="openai/gpt-4.1", candidate="google/gemini-2.5-flash")
    return beginning.make(visit(cast.bob, cast.workspace), wish, timezone.now())


def commands(client: Client, plan: Plan, **said: Any) -> int:
    return client.post(f"/plans/{plan.public_id}/commands/", {"revision": plan.revision, **said}).status_code


def file_of(client: Client, plan: Plan) -> bytes:
    response = client.get(f"/plans/{plan.public_id}.json")
    assert response["Content-Disposition"].startswith('attachment; filename="to-gemini-')
    return response.getvalue()


def taken_in(client: Client, contents: bytes) -> Any:
    return client.post("/plans/import/", {"file": SimpleUploadedFile("plan.json", contents)})


def test_a_plan_gets_another_name_and_note(cast: Cast, plan: Plan) -> None:
    client, address = signed_in(cast.bob, cast.workspace), f"/plans/{plan.public_id}/rename/"
    assert 'value="To Gemini"' in client.get(address).content.decode()
    named = {"name": "To Flash", "note": "one\r\ntwo", "revision": 1}
    assert client.post(address, named).status_code == 302
    about = Plan.objects.get().state.about
    assert (about.name, about.note) == ("To Flash", "one\ntwo")
    late = client.post(address, {**named, "name": "Mine"})
    assert (late.status_code, 'value="Mine"' in late.content.decode()) == (409, True)
    assert "Plan renamed" in text(late)
    for wrong in ({"name": ""}, {"name": "sk-proj-abcdefghijklmnop1234"}, {"name": "A", "revision": "x"}):
        assert client.post(address, {"revision": 2, **wrong}).status_code == 422


def test_a_plan_is_put_away_and_taken_out(cast: Cast, plan: Plan) -> None:
    client = signed_in(cast.bob, cast.workspace)
    assert commands(client, plan, command="archive") == 302
    plan.refresh_from_db()
    assert "To Gemini" not in text(client.get("/plans/"))
    assert "To Gemini" in text(client.get("/plans/?archived=1"))
    page = client.get(f"/plans/{plan.public_id}/").content.decode()
    assert 'value="restore"' in page
    assert commands(client, plan, command="restore") == 302
    assert "To Gemini" in text(client.get("/plans/"))


def test_an_owner_deletes_it_at_the_revision_that_was_looked_at(cast: Cast, plan: Plan) -> None:
    owner, address = signed_in(cast.alice, cast.workspace), f"/plans/{plan.public_id}/delete/"
    commands(owner, plan, command="start")
    late = owner.post(address, {"revision": 1})
    assert (late.status_code, "Somebody has changed this plan meanwhile" in text(late)) == (409, True)
    assert owner.post(address, {"revision": 2}).status_code == 302
    assert not Plan.objects.exists()
    assert not PlanEvent.objects.exists()
    last = cast.workspace.audit_entries.order_by("-sequence").first()
    assert last is not None
    assert (last.action, list(audit.faults(cast.workspace))) == ("plan.deleted", [])


def test_a_plan_is_taken_along_and_taken_in_as_what_a_file_says(cast: Cast, plan: Plan) -> None:
    client = signed_in(cast.bob, cast.workspace)
    commands(client, plan, command="start")
    document = json.loads(file_of(client, plan))
    assert [one["kind"] for one in document["events"]] == ["plan.made", "canary.started"]
    other = signed_in(cast.charlie)
    response = taken_in(other, json.dumps(document).encode())
    assert response.status_code == 302
    page = text(other.get(response["Location"]))
    assert "What happened first (2 events) is what a file said" in page
    copy = Plan.objects.exclude(pk=plan.pk).get()
    assert (copy.weight, copy.state.about.imported, copy.revision) == (1000, 2, 3)
    # Nobody of that workspace has done anything here; who took it in has done just that.
    rows = list(copy.events.order_by("number"))
    assert [row.actor for row in rows] == [None, None, cast.charlie]
    assert cast.bob.public_id not in {row.who for row in rows}
    theirs = cast.charlie.memberships.get().workspace
    assert [entry.action for entry in theirs.audit_entries.order_by("sequence")][-1] == "plan.imported"
    assert list(audit.faults(theirs)) == []
    # And out and in once more.
    assert taken_in(other, file_of(other, copy)).status_code == 302


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"\xff\xfe",
        b"[" * 9999,
        b"{}",
        b"null",
        b'{"format": "costcalc.plan", "version": 1, "events": [{}]}',
        b"1e999",
    ],
)
def test_a_file_that_is_no_plan_is_refused_with_a_message(cast: Cast, contents: bytes) -> None:
    response = taken_in(signed_in(cast.bob, cast.workspace), contents)
    assert response.status_code == 422
    assert any(words in text(response) for words in ("This file is", "empty"))
    assert not Plan.objects.exists()


def test_programs_take_plans_along_and_in_and_delete_them(cast: Cast) -> None:
    program = Program(cast)
    made = program.plan()
    started = program.tell(made, "start")[1]
    document = program.get(f"{PLANS}/{made['id']}/document")[1]
    status, copy = program.post("/api/v1/plan-documents", document)
    assert (status, copy["weight"], copy["id"] != made["id"]) == (201, "10", True)
    document["events"][1]["kind"] = "canary.promoted"
    status, said = program.post("/api/v1/plan-documents", document)
    assert (status, "event 2 (canary.promoted) could not have happened" in said["detail"]) == (422, True)
    address = f"{PLANS}/{made['id']}?revision={started['revision']}"
    assert program.client.delete(address, headers=program.headers).status_code == 403
    owner = Program(cast, cast.alice)
    assert owner.client.delete(f"{PLANS}/{made['id']}?revision=1", headers=owner.headers).status_code == 409
    assert owner.client.delete(address, headers=owner.headers).status_code == 204
    assert program.get(f"{PLANS}/{made['id']}")[0] == 404


def test_plans_are_in_the_archive_of_a_workspace_and_in_a_persons_own_data(cast: Cast, plan: Plan) -> None:
    with archive(cast.workspace) as packed:
        files = zipfile.ZipFile(io.BytesIO(packed.read()))
    document = json.loads(files.read(f"plans/{plan.public_id}.json"))
    assert document["events"][0]["data"]["name"] == "To Gemini"
    assert json.loads(files.read("plans/links.json")) == []
    mine = json.loads(signed_in(cast.bob).get("/me/export/").getvalue())
    assert [one["kind"] for one in mine["plans"]["acts"]] == ["plan.made"]
    assert json.loads(signed_in(cast.alice).get("/me/export/").getvalue())["plans"]["acts"] == []
