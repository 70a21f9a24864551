"""The pages of one's digest: what it would say, what is chosen, and what stands in its way."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from costcalc.accounts import address
from costcalc.accounts.models import User
from migrations_app.digests.digest import Digest
from tests.factories import Cast, signed_in
from tests.planner.mailing import confirmed, wants
from tests.planner.test_digests import due_at, owned

PAGE = "/me/digest/"
DAILY = {"rhythm": "daily", "hour": "7", "weekday": "0"}


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_it_is_found_from_the_account_the_preferences_a_plan_and_its_report(cast: Cast) -> None:
    plan = owned(cast, cast.bob)
    client = signed_in(cast.bob, cast.workspace)
    for path in ("/me/", "/preferences/", f"/plans/{plan.public_id}/", f"/plans/{plan.public_id}/report/"):
        assert f'href="{PAGE}"' in client.get(path).content.decode(), path
    assert f'href="{PAGE}"' not in Client().get("/preferences/").content.decode()


def test_it_shows_what_it_would_say_and_when_it_comes(cast: Cast) -> None:
    client = signed_in(confirmed(cast.bob), cast.workspace)
    assert "Nothing is due: nothing would be sent." in page(client)
    plan = owned(cast, cast.bob)
    shown = page(client)
    assert "1 thing is due, 1 late" in shown
    assert f'href="/plans/{plan.public_id}/steps/s1/"' in shown
    assert "The next one:" not in shown
    assert client.post(PAGE, {"rhythm": "weekly", "hour": "9", "weekday": "4"}).status_code == 302
    row = Digest.objects.get()
    comes = due_at(row)
    assert (comes.weekday(), comes.hour, row.site) == (4, 9, "http://testserver")
    assert "The next one:" in page(client)
    assert client.post(PAGE, {**DAILY, "rhythm": "never"}).status_code == 302
    assert Digest.objects.get().next_at is None


@pytest.mark.parametrize(
    "said",
    [
        {},
        {**DAILY, "rhythm": "hourly"},
        {**DAILY, "hour": "24"},
        {**DAILY, "hour": "-1"},
        {**DAILY, "hour": "seven"},
        {**DAILY, "hour": "٧"},
        {**DAILY, "weekday": "7"},
        {**DAILY, "weekday": ""},
        {**DAILY, "hour": "9" * 5000},
    ],
)
def test_what_is_no_choice_is_refused_beside_its_field(cast: Cast, said: dict[str, str]) -> None:
    answer = signed_in(cast.bob).post(PAGE, said)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not Digest.objects.exists()


def test_the_hour_is_of_the_account_s_time_zone_and_before_there_is_one_of_the_browser_s(cast: Cast) -> None:
    client = signed_in(confirmed(cast.bob))
    client.cookies["time_zone"] = "Asia/Ho_Chi_Minh"
    client.post(PAGE, DAILY)
    row = Digest.objects.get()
    assert (due_at(row).hour, row.zone) == (0, "Asia/Ho_Chi_Minh")
    User.objects.filter(pk=cast.bob.pk).update(time_zone="Europe/Berlin")
    assert "Times are those of Europe/Berlin." in page(client)


def test_one_now_goes_to_its_person_even_where_nothing_is_due(cast: Cast) -> None:
    client = signed_in(confirmed(cast.bob), cast.workspace)
    assert client.post(f"{PAGE}send/", follow=True).status_code == 200
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (["bob@example.org"], "costcalc: Nothing is due")
    owned(cast, cast.bob)
    client.post(f"{PAGE}send/")
    assert "http://testserver/plans/" in mail.outbox[1].body
    assert Digest.objects.get().next_at is None, "It chooses nothing."
    for _time in range(3):
        assert client.post(f"{PAGE}send/").status_code == 302
    assert client.post(f"{PAGE}send/").status_code == 429
    assert len(mail.outbox) == 5


def test_where_a_server_takes_none_the_page_says_so(cast: Cast, settings: Any) -> None:
    client = signed_in(confirmed(cast.bob))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    answer = client.post(f"{PAGE}send/", follow=True).content.decode()
    assert "The mail server did not take the message." in answer
    wants(cast.bob)
    Digest.objects.update(fault="refused 550", failed_at=timezone.now())
    assert "refused 550" in page(client)


def test_where_there_is_no_mail_server_the_page_says_so_and_sends_nothing(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    client = signed_in(confirmed(cast.bob))
    shown = page(client)
    assert "EMAIL_URL" in shown
    assert "Send me one now" not in shown
    assert "Nothing was sent: see below." in client.post(f"{PAGE}send/", follow=True).content.decode()
    assert client.post(PAGE, DAILY).status_code == 302


def test_an_address_is_confirmed_by_a_link_that_is_sent_to_it(cast: Cast) -> None:
    client = signed_in(cast.bob)
    shown = page(client)
    assert "before you have confirmed" in shown
    assert "Send me one now" not in shown
    client.post(f"{PAGE}send/")
    assert mail.outbox == []
    answer = client.post("/me/address/confirm/", {"next": PAGE})
    assert answer.headers["Location"] == PAGE
    (message,) = mail.outbox
    found = re.search(r"http://testserver(/me/address/\S+/)", str(message.body))
    assert found
    assert message.to == ["bob@example.org"]
    assert "bob@example.org" in client.get(found[1]).content.decode()
    assert not address.is_confirmed(cast.bob)
    assert signed_in(cast.alice).get(found[1]).status_code == 404
    client.post(found[1])
    assert address.is_confirmed(cast.bob)
    assert len(mail.outbox) == 1, "Nobody is told of a change: there was none."
    assert "before you have confirmed" not in page(client)


def test_links_are_asked_for_a_few_times_an_hour(cast: Cast) -> None:
    client = signed_in(cast.bob)
    assert [client.post("/me/address/confirm/").status_code for _time in range(6)] == [302] * 5 + [429]


def test_who_stopped_it_by_the_link_is_told_on_the_page(cast: Cast) -> None:
    row = wants(confirmed(cast.bob))
    Client().post(f"/me/digest/stop/{row.link}/")
    client = signed_in(cast.bob)
    assert "You stopped it on" in page(client)
    client.post(PAGE, DAILY)
    assert "You stopped it on" not in page(client)


def test_the_export_of_one_s_own_data_names_it(cast: Cast) -> None:
    wants(cast.bob, hour=9, now=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    said = signed_in(cast.bob).get("/me/export/").getvalue()
    assert b'"rhythm": "daily"' in said
    assert b"2026-11-23 09:00" in said


def test_it_is_there_in_vietnamese(cast: Cast) -> None:
    owned(cast, cast.bob)
    User.objects.filter(pk=cast.bob.pk).update(language="vi")
    shown = page(signed_in(confirmed(cast.bob)))
    for words in ("Việc đến hạn, qua e-mail", "Thứ 2", "Trễ", "Gửi cho tôi một thư ngay"):
        assert words in shown
