"""Digests as they are sent: to whom, of what, how often, and what becomes of them where something fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from costcalc.accounts import team
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.masking import masked
from migrations_app import rounds
from migrations_app.digests import digest as digests
from migrations_app.digests import sending as digest_sending
from migrations_app.digests import words as digest_words
from migrations_app.digests.digest import Digest
from migrations_app.digests.times import Rhythm
from migrations_app.digests.words import told
from migrations_app.leases import Lease
from migrations_app.plans import Plan
from migrations_app.rules.stepping import AddStep
from tests.factories import Cast, a_cast, signed_in
from tests.planner.looked import a_plan, by, does, started
from tests.planner.mailing import MailServer, confirmed, mail_server, parsed, wants
from tests.streaming.test_key_test import left_of
from tests.threads import at_once

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server, which the product is told of."""
    with mail_server() as found:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", found.port
        settings.EMAIL_TIMEOUT = 5
        yield found


def owned(cast: Cast, owner: User, title: str = "Read the contract", due: dt.date | None = None) -> Plan:
    """A plan with a step of somebody's, due two days ago."""
    plan = a_plan(cast)
    asked: dict[str, Any] = {"phase": "prepare", "title": title, "owner": owner.public_id}
    day = due or timezone.now().date() - 2 * DAY
    return does(cast, plan, AddStep(command="add_step", revision=plan.revision, due=day, **asked))


def go(now: dt.datetime, **more: Any) -> list[str]:
    """One round at a moment, without what else is done in it."""
    return [done for done in rounds.go(lambda: now, **more) if done.startswith("digest")]


def due_at(row: Digest) -> dt.datetime:
    """When it comes next."""
    found: dt.datetime | None = Digest.objects.get(pk=row.pk).next_at
    assert found is not None
    return found


def test_it_comes_at_its_hour_and_once_a_day(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first = due_at(row)
    assert (first.hour, first.minute) == (7, 0)
    assert go(first - MINUTE) == []
    assert go(first) == [f"{row}: sent"]
    assert go(first + MINUTE) == []
    assert due_at(row) == first + DAY
    assert go(first + DAY) == [f"{row}: sent"]
    assert [message.to for message in mail.outbox] == [["bob@example.org"]] * 2


def test_what_it_says_and_how_a_mail_program_reads_it(cast: Cast, server: MailServer) -> None:
    plan = owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    go(due_at(row))
    (message,) = server.got
    assert message["Subject"] == "costcalc: 1 thing is due, 1 late"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    address = f"https://costs.example.org/plans/{plan.public_id}/"
    for part in (text.get_content(), html.get_content()):
        for words in ("To Gemini", "Platform team", "Late", "Read the contract", address, f"{address}steps/s1/"):
            assert words in part
        assert "src=" not in part
        assert "{" not in part
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # A long header is folded behind its name.
    assert message["List-Unsubscribe"].strip() == f"<https://costs.example.org/me/digest/stop/{row.link}/>"
    assert row.link in text.get_content()


def test_one_click_stops_it_without_signing_in_and_looking_does_not(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first = due_at(row)
    go(first)
    path = urlsplit(mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")).path
    stranger = Client(enforce_csrf_checks=True)
    assert "Stop them" in stranger.get(path).content.decode()
    assert due_at(row) == first + DAY
    answer = stranger.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "It is stopped" in answer.content.decode()) == (200, True)
    assert go(first + DAY) == []
    assert "It is stopped" in stranger.get(path).content.decode()
    assert stranger.post(path).status_code == 200
    assert row.link not in masked(f'"POST {path} HTTP/1.1" 200')
    for wrong in (path.replace(row.link, row.link[:-1] + "x"), path.replace(row.link[:3], "aaa"), f"{path[:-1]}x/"):
        assert stranger.post(wrong).status_code == 404


def test_plans_on_which_there_is_something_to_do_come_first(cast: Cast) -> None:
    started(cast, a_plan(cast, "A quiet one"))
    assert told(cast.vera, dt.UTC, timezone.now()).count == 0
    owned(cast, cast.vera)
    found = told(cast.vera, dt.UTC, timezone.now())
    assert [part.name for part in found.parts] == ["To Gemini", "A quiet one"]
    assert (found.count, found.late) == (1, 1)


def test_a_long_one_says_how_much_more_there_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = wants(confirmed(cast.vera))
    plan = owned(cast, cast.vera)
    again = AddStep(command="add_step", revision=plan.revision, phase="prepare", title="Another")
    does(cast, plan, again.model_copy(update={"owner": cast.vera.public_id, "due": due_at(row).date()}))
    owned(cast, cast.vera)
    monkeypatch.setattr(digest_words, "MOST_LINES", 1)
    monkeypatch.setattr(digest_words, "MOST_PLANS", 1)
    go(due_at(row))
    assert "costcalc: 3 things are due, 2 late" in [message.subject for message in mail.outbox]
    assert "And 1 more plan." in mail.outbox[0].body


def test_a_link_over_plain_http_is_no_one_click(cast: Cast, settings: Any) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    Digest.objects.update(site="http://testserver")
    go(due_at(row))
    assert "List-Unsubscribe-Post" not in mail.outbox[0].extra_headers
    assert mail.outbox[0].extra_headers["List-Unsubscribe"].startswith("<http://testserver/me/digest/stop/")


def test_it_speaks_its_person_s_language(cast: Cast) -> None:
    owned(cast, cast.bob)
    User.objects.filter(pk=cast.bob.pk).update(language="vi")
    row = wants(confirmed(cast.bob))
    go(due_at(row))
    (message,) = mail.outbox
    raw = parsed(message.message().as_bytes())
    assert raw["Subject"].strip() == "costcalc: 1 việc đến hạn, 1 việc trễ"
    body = raw.get_body(("html",))
    assert body is not None
    assert 'lang="vi"' in body.get_content()
    assert "Trễ" in str(message.body)


def test_where_nothing_is_due_nothing_is_sent(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.alice))
    assert go(due_at(row)) == []
    assert mail.outbox == []
    assert due_at(row) > timezone.now() + DAY / 2


def test_who_is_removed_is_told_nothing_of_that_workspace_any_more(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    team.remove(by(cast, "alice"), cast.bob, timezone.now())
    assert go(due_at(row)) == []
    elsewhere = Workspace.objects.made_for(cast.bob, "Elsewhere")
    other = a_plan(Cast(elsewhere, cast.bob, cast.bob, cast.vera, cast.charlie), "Another")
    added = AddStep(command="add_step", revision=1, phase="prepare", title="Mine", owner=cast.bob.public_id)
    late = added.model_copy(update={"due": timezone.now().date() - DAY})
    does(Cast(elsewhere, cast.bob, cast.bob, cast.vera, cast.charlie), other, late)
    go(due_at(row))
    (message,) = mail.outbox
    assert "Elsewhere" in message.body
    assert "Platform team" not in message.body


def test_a_viewer_gets_their_own_steps_and_an_outsider_nothing(cast: Cast) -> None:
    owned(cast, cast.vera)
    rows = [wants(confirmed(user)) for user in (cast.vera, cast.charlie, cast.bob)]
    go(due_at(rows[0]))
    assert [message.to for message in mail.outbox] == [["vera@example.org"]]


def test_no_address_gets_any_before_it_is_confirmed(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(cast.bob)
    assert go(due_at(row)) == []
    confirmed(cast.bob)
    User.objects.filter(pk=cast.bob.pk).update(email="other@example.org")
    assert go(due_at(row)) == []
    User.objects.filter(pk=cast.bob.pk).update(email="bob@example.org", is_active=False)
    assert go(due_at(row)) == []
    assert mail.outbox == []


def test_a_server_that_was_off_for_three_days_sends_one(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    back = due_at(row) + 3 * DAY - 10 * MINUTE
    assert len(go(back)) == 1
    assert go(back + 15 * MINUTE) == []
    assert due_at(row) == back + 10 * MINUTE + DAY
    assert go(back - DAY) == []


def test_another_hour_brings_no_second_one_that_day(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first = due_at(row)
    go(first)
    wants(cast.bob, hour=9, now=first + MINUTE)
    assert due_at(row) == first + DAY + dt.timedelta(hours=2)
    wants(cast.bob, Rhythm.NEVER)
    assert Digest.objects.get().next_at is None


def test_who_moves_to_another_time_zone_has_it_at_their_hour_there(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    User.objects.filter(pk=cast.bob.pk).update(time_zone="Asia/Ho_Chi_Minh")
    go(timezone.now())
    assert due_at(row).hour == 0
    assert Digest.objects.get().zone == "Asia/Ho_Chi_Minh"


def test_what_is_refused_for_now_is_tried_again_and_for_good_is_not(cast: Cast, server: MailServer) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first = due_at(row)
    server.refuses["bob@"] = "451 try later"
    assert go(first) == [f"{row}: refused 451"]
    assert due_at(row) == first + 2 * MINUTE
    assert go(first + 2 * MINUTE) == [f"{row}: refused 451"]
    server.refuses.clear()
    assert go(first + 12 * MINUTE) == [f"{row}: sent"]
    assert due_at(row) == first + DAY
    server.refuses["bob@"] = "550 nobody here"
    assert go(first + DAY) == [f"{row}: refused 550"]
    assert due_at(row) == first + 2 * DAY
    found = Digest.objects.get()
    assert (found.fault, found.failed_at, found.sent_at) == ("refused 550", first + DAY, first + 12 * MINUTE)
    assert server.to == ["bob@example.org"]


def test_one_that_broke_off_after_it_may_have_been_taken_is_not_sent_twice(cast: Cast, server: MailServer) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first, server.breaks = due_at(row), True
    assert go(first) == [f"{row}: broke"]
    server.breaks = False
    assert go(first + 12 * 60 * MINUTE) == []
    assert len(server.got) == 1


def test_one_person_s_refusal_is_no_other_s(cast: Cast, server: MailServer, caplog: Any) -> None:
    owned(cast, cast.bob)
    plan = owned(cast, cast.vera)
    rows = [wants(confirmed(user)) for user in (cast.bob, cast.vera)]
    server.refuses["bob@"] = "550 nobody here"
    assert go(due_at(rows[0])) == [f"{rows[0]}: refused 550", f"{rows[1]}: sent"]
    # Nor is a plan that cannot be read, of which only its own people hear nothing.
    plan.events.all()._raw_delete("default")
    Plan.objects.filter(pk=plan.pk).update(revision=99)
    assert go(due_at(rows[0])) == []
    assert "could not be written" in caplog.text


def test_a_mail_server_that_is_away_is_asked_once_a_round_and_nothing_is_lost(cast: Cast, settings: Any) -> None:
    owned(cast, cast.bob)
    owned(cast, cast.vera)
    rows = [wants(confirmed(user)) for user in (cast.bob, cast.vera)]
    first = due_at(rows[0])
    with mail_server() as gone:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", gone.port
    assert go(first) == [f"{rows[0]}: away"]
    assert due_at(rows[1]) == first
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        go(first + 2 * MINUTE)
        assert sorted(server.to) == ["bob@example.org", "vera@example.org"]


def test_the_rounds_go_on_where_no_digest_can_be_sent(cast: Cast, settings: Any) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    first = due_at(row)
    assert rounds.go(lambda: first + 2 * DAY) == []
    assert due_at(row) == first, "It waits for a mail server."


def test_one_slow_server_takes_part_of_a_round_only(cast: Cast) -> None:
    owned(cast, cast.bob)
    owned(cast, cast.vera)
    first = max(due_at(wants(confirmed(user))) for user in (cast.bob, cast.vera))
    times = iter([first, first, first, *[first + 2 * digest_sending.LONGEST] * 9])
    done = [said for step in digest_sending.steps(lambda: next(times)) for said in step()]
    assert len(done) == 1


def test_four_processes_at_once_send_one(committed_db: None) -> None:
    cast = a_cast()
    owned(cast, cast.bob)
    first = due_at(wants(confirmed(cast.bob)))
    at_once(*(lambda who=f"w{who}": (Lease.objects.all().delete(), go(first, holder=who)) for who in range(4)))
    assert len(mail.outbox) == 1


def test_of_one_that_is_changed_while_it_is_sent_there_is_one(committed_db: None) -> None:
    cast = a_cast()
    owned(cast, cast.bob)
    first = due_at(wants(confirmed(cast.bob)))
    found = at_once(
        *(lambda who=f"w{who}": go(first, holder=who) for who in range(2)),
        lambda: wants(cast.bob, hour=23, now=first),
    )
    go(first + 16 * 60 * MINUTE)
    assert not any(isinstance(each, Exception) for each in found)
    assert len(mail.outbox) == 1


def test_a_process_that_dies_before_it_has_sent_one_is_not_repeated(cast: Cast) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    first = due_at(row)
    assert Digest.objects.claim(Digest.objects.get(), first) == first + DAY
    assert go(first + MINUTE) == []
    assert go(first + DAY) == [f"{row}: sent"]


def test_no_key_is_in_it_but_its_end(cast: Cast) -> None:
    plan = a_plan(cast)
    key = "sk-seeded-5ecre7-0a1b2c3d4e5fw7Lk"
    today = timezone.now().date().isoformat()
    said = {"provider": "acme", "environment": "production", "secret": key, "revision": 1, "expires_on": today}
    signed_in(cast.bob, cast.workspace).post(f"/plans/{plan.public_id}/keys/new/", said)
    row = wants(confirmed(cast.bob))
    go(due_at(row))
    (message,) = mail.outbox
    assert "The key …w7Lk expires" in message.body
    whole = message.message().as_string()
    assert left_of(key, [], whole) == []
    (listed,) = Plan.objects.get().state.keys.rows
    assert listed.print.digest
    assert listed.print.digest not in whole


def test_the_command_sends_too(cast: Cast, capsys: Any) -> None:
    owned(cast, cast.bob)
    row = wants(confirmed(cast.bob))
    Digest.objects.update(next_at=timezone.now())
    call_command("rounds", "--once")
    assert f"{row}: sent" in capsys.readouterr().out


def test_own_data_names_the_choice_and_no_link(cast: Cast) -> None:
    row = wants(cast.bob, Rhythm.WEEKLY, 9, 4)
    said = digests.own_data(cast.bob)
    assert (said["rhythm"], said["hour"], said["weekday"]) == ("weekly", 9, 4)
    assert row.public_id not in str(said)
    assert digests.own_data(cast.alice)["rhythm"] == "never"
