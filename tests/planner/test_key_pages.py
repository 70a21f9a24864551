"""Keys on their page and through the API: listed by their print, tried with a real call, and left nowhere."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from migrations_app.plans import Plan, PlanEvent
from tests.factories import Cast, signed_in
from tests.planner.test_api import PLANS, Program
from tests.streaming.test_key_test import OK, at, error, left_of

KEY = "sk-seeded-5ecre7-0a1b2c3d4e5fw7Lk"
OTHER = "sk-seeded-5ecre7-0a1b2c3d4e5f9fQ2"


class Desk:
    """Bob at the page of a plan's keys, without JavaScript."""

    def __init__(self, cast: Cast) -> None:
        self.client: Client = signed_in(cast.bob, cast.workspace)
        self.client.post("/plans/new/", {"name": "To DeepSeek", "start_on": "2026-12-01"})
        self.plan = Plan.objects.get()
        self.at = f"/plans/{self.plan.public_id}/keys/"
        self.answers: list[Any] = []

    def text(self) -> str:
        return self.client.get(self.at).content.decode()

    def send(self, path: str, **said: Any) -> tuple[int, str]:
        """Send a form as the page has it now; where it leads to."""
        self.plan.refresh_from_db()
        answer = self.client.post(self.at + path, {"revision": self.plan.revision, **said})
        self.answers.append(answer)
        return answer.status_code, answer.content.decode()

    def list(self, **said: Any) -> tuple[int, str]:
        return self.send("new/", **{"provider": "acme", "environment": "production", "secret": KEY, **said})

    def tell(self, command: str, **said: Any) -> tuple[int, str]:
        return self.send("commands/", command=command, **said)

    def try_out(self, key: str = "k1", secret: str = KEY, **said: Any) -> tuple[int, str]:
        return self.send(f"{key}/test/", **{"provider": "acme", "model": "m", "secret": secret, **said})

    def last_event(self) -> dict[str, Any]:
        row = PlanEvent.objects.order_by("-number").first()
        assert row is not None
        return {"kind": row.kind, **json.loads(row.data)}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


@pytest.mark.parametrize(
    ("path", "field"),
    [("keys/new/", "secret"), ("keys/k1/test/", "secret"), ("way-back/test/", "trial-key")],
)
def test_a_key_that_is_sent_after_the_session_has_ended_waits_in_none(desk: Desk, path: str, field: str) -> None:
    nobody, unlike_a_key = Client(), "plain words of a gateway"
    sent = nobody.post(f"/plans/{desk.plan.public_id}/{path}", {field: unlike_a_key, "note": "kept"})
    assert sent.status_code == 302
    waiting = json.dumps(dict(nobody.session))
    assert "kept" in waiting
    assert unlike_a_key not in waiting


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast)


def test_a_rotation_from_its_first_key_to_its_last_on_the_page(desk: Desk, settings: Settings) -> None:
    assert desk.list(in_use="1", secret=OTHER)[0] == 302
    assert desk.list(replaces="k1")[0] == 302
    assert "…w7Lk" in desk.text()
    status, text = desk.tell("finish_key", key="k2")
    assert (status, "Say first where the key …w7Lk was set." in text) == (422, True)
    assert desk.tell("set_key", key="k2", place="Vault")[0] == 302
    with at(OK, settings) as server:
        assert desk.try_out("k2")[0] == 302
        assert f"Bearer {KEY}".encode() in server.requests[0]
    assert "recognised by its fingerprint" in desk.text()
    assert desk.tell("finish_key", key="k2", until="")[0] == 302
    text = desk.text()
    assert "kept for rollback, to" in text
    assert "live" in text
    status, text = desk.tell("revoke_key", key="k1", reason="")
    assert (status, "is kept to the end of" in text) == (422, True)


def test_what_is_known_of_a_key_is_on_the_plan_s_page(desk: Desk) -> None:
    desk.list(in_use="1")
    text = desk.client.get(f"/plans/{desk.plan.public_id}/").content.decode()
    assert "…w7Lk" in text
    assert "acme, production" in text


def test_a_test_with_another_key_makes_no_call(desk: Desk, settings: Settings) -> None:
    desk.list()
    with at(OK, settings) as server:
        status, text = desk.try_out(secret=OTHER)
        assert server.requests == []
    assert (status, "another key than …w7Lk" in text) == (422, True)
    assert desk.last_event()["kind"] == "key.created"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error("401 Unauthorized", f"Incorrect API key provided: {KEY}."), "refused"),
        (error("429 Too Many Requests", "Slow."), "over-quota"),
        (b"", "unreachable"),
    ],
)
def test_what_the_provider_answers_is_kept_as_evidence(
    desk: Desk, settings: Settings, answer: bytes, outcome: str
) -> None:
    desk.list()
    desk.tell("set_key", key="k1", place="Vault")
    with at(answer, settings):
        assert desk.try_out()[0] == 302
    told = desk.last_event()
    assert (told["kind"], told["outcome"], told["endpoint"], told["known"]) == ("key.tested", outcome, "acme", "print")
    assert desk.tell("finish_key", key="k1")[0] == 422


@pytest.mark.parametrize(
    ("answer", "ages"),
    [(OK, ["fresh", "fresh"]), (error("401 Unauthorized", "No."), ["broken", "missing"])],
)
def test_that_the_old_key_was_tried_on_this_page_counts_for_the_way_back(
    desk: Desk, settings: Settings, answer: bytes, ages: list[str]
) -> None:
    desk.list(in_use="1")
    desk.list(replaces="k1", secret=OTHER)
    with at(answer, settings):
        assert desk.try_out("k1")[0] == 302
    assert [row.kind for row in PlanEvent.objects.order_by("-number")[:2]] == ["safety.tested", "key.tested"]
    desk.plan.refresh_from_db()
    found = list(desk.plan.state.safety.ages(desk.plan.state.last_at).values())
    assert found[:2] == ages
    # The new key says nothing of the way back.
    with at(OK, settings):
        assert desk.try_out("k2", OTHER)[0] == 302
    assert desk.last_event()["kind"] == "key.tested"


def test_every_field_says_what_a_browser_may_fill_in(desk: Desk) -> None:
    desk.list(in_use="1")
    desk.list(replaces="k1", secret=OTHER)
    fields = re.findall(r"<input[^>]*>", desk.text().partition("<main")[2])
    typed = [field for field in fields if not re.search(r'type="(hidden|checkbox|radio)"', field)]
    assert len(typed) > 10
    assert [field for field in typed if " autocomplete=" not in field] == []


def test_a_key_leaves_no_trace(
    desk: Desk, settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.list()
        desk.list()
        desk.list(provider="")
        desk.list(note=KEY, secret=OTHER)
        desk.tell("set_key", key="k1", place=KEY)
        for answer in (OK, error("401 Unauthorized", f"Incorrect API key provided: {KEY}.")):
            with at(answer, settings):
                desk.try_out()
        desk.try_out(model="")
        desk.try_out("k9")
        desk.client.logout()
        desk.try_out()
        desk.list()
    statuses = [answer.status_code for answer in desk.answers]
    assert statuses == [302, 422, 422, 422, 422, 302, 302, 422, 404, 302, 302]
    printed = capfd.readouterr()
    assert left_of(KEY, [], caplog.text + printed.out + printed.err) == []
    # Where it was typed into another field, that field alone shows it again, to who typed it.
    shown = [number for number, answer in enumerate(desk.answers) if KEY in answer.content.decode()]
    assert shown == []


def test_a_program_lists_a_key_and_has_it_tried(program: Program, settings: Settings) -> None:
    plan = program.plan()
    body = {"revision": 1, "provider": "Acme", "environment": "production", "secret": KEY}
    status, listed = program.post(f"{PLANS}/{plan['id']}/keys", body)
    assert (status, listed["keys"]["rows"][0]["last"], listed["keys"]["rows"][0]["has_print"]) == (200, "w7Lk", True)
    assert KEY not in json.dumps(listed)
    assert program.post(f"{PLANS}/{plan['id']}/keys", body)[0] == 409
    trial = {"provider": "acme", "model": "m", "secret": KEY}
    with at(OK, settings):
        status, tried = program.post(f"{PLANS}/{plan['id']}/keys/k1/tests", trial)
    assert (status, tried["keys"]["rows"][0]["trial"]["outcome"]) == (200, "works")
    assert (status, tried["revision"]) == (200, 3)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("k1/tests", {"provider": "nobody"}),
        ("k1/tests", {"secret": ""}),
        ("k1/tests", {"secret": OTHER}),
        ("k1/tests", {"secret": KEY, "model": KEY}),
        ("", {"environment": KEY, "revision": 2}),
        ("", {"secret": "s" * 501, "revision": 2}),
    ],
)
def test_what_a_program_may_not_is_refused_and_repeats_no_key(program: Program, path: str, said: Any) -> None:
    plan = program.plan()
    body = {"provider": "acme", "environment": "production", "secret": KEY}
    program.post(f"{PLANS}/{plan['id']}/keys", {"revision": 1, **body})
    body = {"provider": "sample", "model": "m", "secret": KEY} if path else body
    status, text = program.post(f"{PLANS}/{plan['id']}/keys/{path}".rstrip("/"), {**body, **said})
    assert status == 422
    assert KEY not in json.dumps(text)
    assert PlanEvent.objects.count() == 2


def test_nobody_can_say_that_a_test_was_made(program: Program) -> None:
    plan = program.plan()
    program.tell(plan, "create_key", provider="Acme", environment="production")
    status, _said = program.post(
        f"{PLANS}/{plan['id']}/commands",
        {"command": "tried", "key": "k1", "outcome": "works", "endpoint": "x", "model": "m", "known": "print"},
    )
    assert status == 422


def test_a_print_that_was_computed_elsewhere_is_as_good(program: Program) -> None:
    from hashlib import scrypt

    salt = "00112233445566778899aabbccddeeff"
    digest = scrypt(KEY.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
    given = {"last": "w7Lk", "salt": salt, "digest": digest}
    status, told = program.tell(program.plan(), "add_key", provider="Acme", environment="production", print=given)
    assert status == 200
    trial = {"provider": "sample", "model": "sample-plain", "secret": OTHER}
    assert program.post(f"{PLANS}/{told['id']}/keys/k1/tests", trial)[0] == 422


def test_two_at_once_on_the_page(desk: Desk) -> None:
    desk.list()
    answer = desk.client.post(
        desk.at + "commands/", {"command": "set_key", "key": "k1", "place": "Vault", "revision": 1}
    )
    assert answer.status_code == 409
    assert "Somebody was quicker" in answer.content.decode()
    assert re.search(r'id="k1-set_key-place"[^>]*value="Vault"', answer.content.decode())


def test_a_key_that_is_not_there_is_not_found(program: Program, desk: Desk) -> None:
    body = {"provider": "sample", "model": "m", "secret": KEY}
    assert program.post(f"{PLANS}/{desk.plan.public_id}/keys/k9/tests", body)[0] == 404
    assert desk.try_out("k9")[0] == 404
