"""Webhooks: what happens is sent to a real server, signed as Standard Webhooks has it, once and again until taken."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from costcalc.accounts.access import visit
from costcalc.accounts.audit import AuditEntry, faults
from costcalc.environment import Environment
from migrations_app import beginning, rounds
from migrations_app.hooks import hosts as hook_hosts
from migrations_app.hooks import sending as hook_sending
from migrations_app.hooks import signing as hook_signing
from migrations_app.hooks import webhooks
from migrations_app.hooks.webhooks import Delivery, Webhook
from migrations_app.leases import Lease
from migrations_app.plans import Plan
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules.canary_commands import Promote
from migrations_app.rules.happening import Refused
from migrations_app.rules.stepping import CommentStep
from tests.factories import Cast, a_cast, signed_in
from tests.planner.looked import a_plan, by, does, rolled_back, started
from tests.planner.test_api import Program
from tests.threads import at_once

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Receiver:
    """A server that keeps what it was sent, and answers with `status`."""

    base: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.base}/in?for=us"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """It is the one origin that the operator allows."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("location", f"{found.base}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.WEBHOOK_HOSTS = (found.base,)
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def after(minutes: float = 0.1) -> Any:
    at = timezone.now() + minutes * MINUTE
    return lambda: at


def verified(secret: str, headers: dict[str, str], body: bytes, now: float) -> Any:
    """As a receiver does it, from the specification's text alone. Raises AssertionError."""
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[len("whsec_") :], validate=True)
    assert 24 <= len(key) <= 64
    assert abs(now - int(headers["webhook-timestamp"])) < 300, "too old"
    to_sign = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    ours = base64.b64encode(hmac.digest(key, to_sign, hashlib.sha256)).decode()
    theirs = [each.split(",", 1)[1] for each in headers["webhook-signature"].split(" ") if each.startswith("v1,")]
    assert any(hmac.compare_digest(ours, each) for each in theirs), "signed by somebody else"
    return json.loads(body)


@pytest.fixture
def hook(cast: Cast, receiver: Receiver) -> tuple[Webhook, str]:
    return webhooks.add(by(cast, "alice"), receiver.url, "To our chat", timezone.now())


def test_what_happens_is_sent_signed_and_in_full(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    plan = started(cast, a_plan(cast))
    clock = after()
    assert len(rounds.go(clock)) == plan.revision
    told = [verified(hook[1], headers, body, clock().timestamp()) for headers, body in receiver.got]
    last = max(told, key=lambda each: each["revision"])
    row = plan.events.get(number=plan.revision)
    assert last.keys() == {"id", "plan", "kind", "at", "revision", "data"}
    assert (last["plan"], last["kind"], last["revision"]) == (plan.public_id, "canary.started", plan.revision)
    assert dt.datetime.fromisoformat(last["at"]) == row.at
    assert {headers["webhook-id"] for headers, _body in receiver.got} == {each["id"] for each in told}
    assert all(headers["content-type"] == "application/json" for headers, _body in receiver.got)
    assert [row.state for row in Delivery.objects.all()] == ["taken"] * len(told)
    assert rounds.go(after(1)) == []


def test_what_was_changed_on_its_way_or_is_old_or_signed_otherwise_is_refused(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    a_plan(cast)
    clock = after()
    rounds.go(clock)
    (headers, body), now = receiver.got[0], clock().timestamp()
    other = webhooks.add(by(cast, "alice"), receiver.url, "", timezone.now())[1]
    for secret, sent, at in ((hook[1], body + b" ", now), (hook[1], body, now + 301), (other, body, now)):
        with pytest.raises(AssertionError):
            verified(secret, headers, sent, at)
    with pytest.raises(AssertionError):
        verified(hook[1], {**headers, "webhook-id": "msg_other"}, body, now)


def test_comments_stay_here(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    wish = beginning.Wish("Keys", to_do=TEMPLATES["key-rotation"])
    plan = beginning.make(by(cast), wish, timezone.now())
    does(cast, plan, CommentStep(command="comment_step", step="s1", text="private words"))
    rounds.go(after())
    assert "steps.commented" in {each["kind"] for each in receiver.told}
    assert b"private words" not in b"".join(body for _headers, body in receiver.got)


def test_that_a_plan_was_deleted_is_sent_and_outlives_it(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    plan = started(cast, a_plan(cast))
    program = Program(cast, cast.alice)
    path = f"/api/v1/plans/{plan.public_id}?revision="
    assert program.client.delete(f"{path}1", headers=program.headers).status_code == 409
    assert program.client.delete(f"{path}{plan.revision}", headers=program.headers).status_code == 204
    # What was still to be said of it went with it.
    rounds.go(after())
    (told,) = receiver.told
    assert (told["kind"], told["plan"], told["revision"]) == ("plan.deleted", plan.public_id, plan.revision)
    assert told["data"] == {"name": plan.name}
    listed = program.get(f"/api/v1/webhooks/{hook[0].public_id}/deliveries")[1]["items"]
    assert [(one["kind"], one["plan"], one["state"]) for one in listed] == [("plan.deleted", None, "taken")]


def test_that_a_plan_was_taken_in_is_sent_once(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    program = Program(cast)
    document = program.get(f"/api/v1/plans/{started(cast, a_plan(cast)).public_id}/document")[1]
    Delivery.objects.all().delete()
    assert program.post("/api/v1/plan-documents", document)[0] == 201
    rounds.go(after())
    assert [one["kind"] for one in receiver.told] == ["plan.imported"]


def test_what_did_not_happen_is_not_sent(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    plan = a_plan(cast)
    before = Delivery.objects.count()
    # It stands at 0 % already.
    rolled_back(cast, plan)
    with pytest.raises(Refused):
        does(cast, plan, Promote(command="promote", revision=plan.revision, reason="It held."))
    assert Delivery.objects.count() == before


def test_it_is_sent_again_later_and_later_and_then_given_up(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    receiver.status = 503
    webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    at, waits = timezone.now(), []
    for _attempt in range(6):
        clock = lambda at=at: at  # noqa: E731 (a clock that stands)
        assert rounds.go(clock) == [f"{Delivery.objects.get()}: 503"]
        assert rounds.go(clock) == []
        then = Delivery.objects.get().next_at
        if then is not None:
            waits.append((then - at) / MINUTE)
            at = then
    for wait, plan in zip(waits, (1, 5, 30, 120, 720), strict=True):
        assert 0.8 * plan <= wait <= 1.2 * plan
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status, len(receiver.got)) == ("given-up", 6, 503, 6)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _body in receiver.got}) == 6


@pytest.mark.parametrize(("status", "state"), [(200, "taken"), (307, "waiting"), (404, "waiting"), (410, "given-up")])
def test_redirects_are_not_followed_and_who_is_gone_is_left(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str], status: int, state: str
) -> None:
    receiver.status = status
    webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    rounds.go(after())
    assert (Delivery.objects.get().state, len(receiver.got)) == (state, 1)


def test_nothing_goes_where_the_operator_has_stopped_allowing_it(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str], settings: Any
) -> None:
    webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    settings.WEBHOOK_HOSTS = ()
    rounds.go(after())
    # By name alone, it would have to be public and have TLS.
    settings.WEBHOOK_HOSTS = (receiver.base.removeprefix("http://"),)
    rounds.go(after(10))
    row = Delivery.objects.get()
    assert (receiver.got, row.fault, row.state, row.attempts) == ([], "host-not-allowed", "waiting", 2)


def test_a_host_that_is_allowed_by_name_is_not_called_at_a_private_address(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = ("localhost:9",)
    hook, _secret = webhooks.add(by(cast, "alice"), "https://localhost:9/", "", timezone.now())
    webhooks.test(by(cast, "alice"), hook, timezone.now())
    rounds.go(after())
    assert Delivery.objects.get().fault == "NotAllowed"


def test_a_receiver_that_is_away_fills_no_round(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    now = timezone.now()
    for _number in range(12):
        webhooks.test(by(cast, "alice"), hook[0], now - MINUTE)
    other, _secret = webhooks.add(by(cast, "alice"), receiver.url, "", now)
    webhooks.test(by(cast, "alice"), other, now)
    chosen = hook_sending.due(now)
    assert [row.webhook_id for row in chosen].count(hook[0].pk) == hook_sending.OF_ONE
    assert chosen[-1].webhook_id == other.pk


def test_two_processes_send_a_message_once(committed_db: None, receiver: Receiver) -> None:
    cast = a_cast()
    hook, _secret = webhooks.add(by(cast, "alice"), receiver.url, "", timezone.now())
    webhooks.test(by(cast, "alice"), hook, timezone.now())
    clock = after()
    at_once(*(lambda: hook_sending.go(clock) for _worker in range(4)))
    assert len(receiver.got) == 1


def test_a_process_that_died_in_the_middle_is_followed(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    row = webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    assert Delivery.objects.claim(row, timezone.now() + hook_sending.CLAIMED)
    assert rounds.go(after(1)) == []
    assert rounds.go(after(3)) == [f"{row}: 204"]


def test_old_messages_are_forgotten_and_those_that_wait_are_not(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str], settings: Any
) -> None:
    webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    settings.WEBHOOK_HOSTS = ()
    assert webhooks.forget_old(timezone.now() + 2 * webhooks.KEPT) == 0
    Delivery.objects.update(next_at=None)
    assert webhooks.forget_old(timezone.now() + webhooks.KEPT / 2) == 0
    assert webhooks.forget_old(timezone.now() + 2 * webhooks.KEPT) == 1


def page(client: Client, cast: Cast, more: str = "") -> str:
    return client.get(f"/w/{cast.workspace.public_id}/webhooks/{more}").content.decode()


def test_the_page_makes_one_shows_its_secret_once_and_its_messages(cast: Cast, receiver: Receiver) -> None:
    client = signed_in(cast.alice, cast.workspace)
    there = f"/w/{cast.workspace.public_id}/webhooks/"
    assert "There is no webhook yet." in page(client, cast)
    shown = client.post(there, {"url": receiver.url, "note": "Chat", "form_key": "AAAAAAAAAAAA"}).content.decode()
    hook = Webhook.objects.get()
    secret = hook_signing.written(hook.secret)
    assert secret in shown
    assert client.post(there, {"url": receiver.url, "form_key": "AAAAAAAAAAAA"}).status_code == 302
    assert Webhook.objects.count() == 1
    assert secret not in page(client, cast) + page(client, cast, f"{hook.public_id}/")
    client.post(f"{there}{hook.public_id}/test/")
    rounds.go(after())
    row = Delivery.objects.get()
    assert f"{row}" in page(client, cast, f"{hook.public_id}/")
    assert "each is kept for 30 days" in page(client, cast, f"{hook.public_id}/")
    client.post(f"{there}{hook.public_id}/{row.public_id}/again/")
    client.post(f"{there}{hook.public_id}/{row.public_id}/again/")
    rounds.go(after(1))
    assert [headers["webhook-id"] for headers, _body in receiver.got] == [str(row)] * 2
    assert client.post(f"{there}{hook.public_id}/delete/").status_code == 302
    assert not Delivery.objects.exists()


def test_the_log_says_who_made_it_and_where_it_goes_but_no_path(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    entry = AuditEntry.objects.get(action="webhook.made")
    assert receiver.base.removeprefix("http://") in entry.after
    assert "for=us" not in entry.after
    log = signed_in(cast.alice, cast.workspace).get(f"/w/{cast.workspace.public_id}/audit/").content.decode()
    assert "webhook made" in log
    assert list(faults(cast.workspace)) == []


def test_without_allowed_hosts_the_page_says_so(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = ()
    client = signed_in(cast.alice, cast.workspace)
    assert "WEBHOOK_HOSTS" in page(client, cast)
    refused = client.post(f"/w/{cast.workspace.public_id}/webhooks/", {"url": "https://hooks.example.org/"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://a/", "https://a:b@c/", "https://a:99999/", "https://[/", "http://a b/"]
)
def test_what_is_no_address_is_refused_beside_its_field(cast: Cast, receiver: Receiver, url: str) -> None:
    client = signed_in(cast.alice, cast.workspace)
    assert client.post(f"/w/{cast.workspace.public_id}/webhooks/", {"url": url}).status_code == 422
    assert not Webhook.objects.exists()


def test_there_are_so_many_and_no_more(cast: Cast, receiver: Receiver) -> None:
    for _number in range(webhooks.MOST):
        webhooks.add(by(cast, "alice"), receiver.url, "", timezone.now())
    client = signed_in(cast.alice, cast.workspace)
    assert client.post(f"/w/{cast.workspace.public_id}/webhooks/", {"url": receiver.url}).status_code == 422


def test_applications_have_webhooks_too(cast: Cast, receiver: Receiver) -> None:
    program = Program(cast, cast.alice)
    status, made = program.post("/api/v1/webhooks", {"url": receiver.url})
    assert (status, made["secret"][:6]) == (201, "whsec_")
    there = f"/api/v1/webhooks/{made['id']}/deliveries"
    assert "secret" not in program.get("/api/v1/webhooks")[1]["items"][0]
    webhooks.test(by(cast, "alice"), Webhook.objects.get(), timezone.now())
    rounds.go(after())
    sent = program.get(there)[1]["items"][0]
    assert (sent["state"], sent["status"], sent["id"]) == ("taken", 204, receiver.told[0]["id"])
    status, again = program.post(f"{there}/{sent['id']}/resend", {})
    assert (status, again["state"]) == (200, "waiting")
    assert program.post(f"{there}/{sent['id']}/resend", {})[0] == 409
    assert program.post("/api/v1/webhooks", {"url": "https://other.example/"})[0] == 422


def test_the_command_sends_too(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str], capsys: Any) -> None:
    webhooks.test(by(cast, "alice"), hook[0], timezone.now())
    call_command("rounds", "--once")
    assert ": 204" in capsys.readouterr().out
    assert not Lease.objects.exists()


def test_secrets_differ_by_hook_and_by_secret_key(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str], settings: Any
) -> None:
    before = hook[0].secret
    assert webhooks.add(by(cast, "alice"), receiver.url, "", timezone.now())[0].secret != before
    settings.SECRET_KEY = "another " * 8
    assert hook[0].secret != before


@given(st.sampled_from(["hooks.example.org", "hooks.example.org:8443", "http://10.0.0.5:8080"]), st.text(max_size=30))
def test_only_the_very_host_is_allowed(entry: str, more: str) -> None:
    base = entry if "://" in entry else f"https://{entry}"
    assert hook_hosts.is_private(f"{base}/a?b", [entry]) is ("://" in entry)
    for other in (f"{base}.evil.example/", f"https://evil.example/{entry}", f"{base}@evil.example/", f"ftp://{entry}/"):
        with pytest.raises(Refused):
            hook_hosts.is_private(other, [entry])
    with pytest.raises(Refused):
        hook_hosts.is_private(f"other{more}", [entry])


@pytest.mark.parametrize("hosts", ["a b", "ftp://a", "https://a/path", "a:port", "://", "a@b"])
def test_the_setting_names_hosts_or_origins(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_HOSTS", f"hooks.example.org, {hosts}")
    with pytest.raises(ValueError, match="webhook_hosts"):
        Environment()
    monkeypatch.setenv("WEBHOOK_HOSTS", "hooks.example.org, http://10.0.0.5:8080")
    assert Environment().webhook_hosts == ("hooks.example.org", "http://10.0.0.5:8080")


def test_a_plan_that_is_deleted_takes_along_what_was_said_of_it(
    cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]
) -> None:
    a_plan(cast)
    assert Delivery.objects.exists()
    Plan.objects.get().delete()
    assert not Delivery.objects.exists()


def test_happenings_of_other_workspaces_are_not_told(cast: Cast, receiver: Receiver, hook: tuple[Webhook, str]) -> None:
    theirs = visit(cast.charlie, cast.charlie.memberships.get().workspace)
    beginning.make(theirs, beginning.Wish("Elsewhere"), timezone.now())
    assert not Delivery.objects.exists()
