"""Changing one's e-mail address, and typing the password before what lasts."""

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from costcalc.accounts.access import FRESH
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from tests.factories import PASSWORD, Cast, signed_in, types_the_password
from tests.processes import free_port

NEW = "alice@example.net"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOGIN, AGAIN = "/accounts/login/", "/accounts/password/again/"


def asked(client: Client, email: str = NEW) -> str:
    """The path of the link in the message to the new address."""
    mail.outbox.clear()
    page = client.post("/me/address/", {"email": email})
    assert page.status_code == 200
    assert f"on its way to {email}" in page.content.decode()
    (message,) = mail.outbox
    assert message.to == [email]
    found = re.search(r"http://testserver(/me/address/\S+/)", str(message.body))
    assert found
    return found[1]


def can_sign_in(email: str, password: str = PASSWORD) -> bool:
    return Client().post(LOGIN, {"login": email, "password": password}).status_code == 302


def test_the_address_changes_once_its_link_is_opened_and_the_one_before_is_told(cast: Cast) -> None:
    client = signed_in(cast.alice)
    path = asked(client)
    assert can_sign_in(cast.alice.email), "Asking changes nothing."
    page = client.get(path).content.decode()
    assert NEW in page
    assert can_sign_in(cast.alice.email), "Nor does looking."
    mail.outbox.clear()
    assert client.post(path).headers["Location"] == "/me/"
    assert [(sent.to, NEW in sent.body) for sent in mail.outbox] == [(["alice@example.org"], True)]
    assert (can_sign_in(NEW), can_sign_in("alice@example.org")) == (True, False)
    assert EmailAddress.objects.filter(user=cast.alice).values_list("email", "verified").get() == (NEW, True)
    assert client.get(path).status_code == 404, "It works once."
    Client().post("/accounts/password/reset/", {"email": "alice@example.org"})
    assert len(mail.outbox) == 1, "The address before is nobody's."


def test_a_link_is_its_person_s_alone_and_goes_stale(cast: Cast) -> None:
    client = signed_in(cast.alice)
    first, second = asked(client), asked(client, "other@example.net")
    assert Client().get(first).status_code == 302
    assert signed_in(cast.bob).get(first).status_code == 404
    assert client.get("/me/address/nonsense/").status_code == 404
    assert client.get(first[:-3] + "xx/").status_code == 404
    assert client.post(second).status_code == 302
    assert client.post(first).status_code == 404, "It was asked for when the address was another."


def test_a_new_password_ends_a_link_and_so_does_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(cast.alice)
    path = asked(client)
    now = timezone.now().timestamp()
    monkeypatch.setattr("time.time", lambda: now + dt.timedelta(days=1, seconds=5).total_seconds())
    assert client.get(path).status_code == 404
    monkeypatch.undo()
    assert client.get(path).status_code == 200
    cast.alice.set_password("another horse battery")
    cast.alice.save()
    assert signed_in(cast.alice).get(path).status_code == 404


def test_whether_an_address_is_somebody_s_is_heard_by_them_alone(cast: Cast) -> None:
    client = signed_in(cast.alice)
    free = client.post("/me/address/", {"email": "free@example.net"}).content.decode()
    taken = client.post("/me/address/", {"email": "BOB@example.org"}).content.decode()
    same = re.compile(r'free@example.net|BOB@example.org|name="csrfmiddlewaretoken" value="\w+"')
    assert same.sub("", free) == same.sub("", taken)
    assert mail.outbox[-1].to == ["BOB@example.org"]
    assert "/me/address/" not in mail.outbox[-1].body


def test_an_address_that_was_taken_meanwhile_stays_its_owner_s(cast: Cast) -> None:
    client = signed_in(cast.alice)
    path = asked(client)
    User.objects.create_user(NEW, PASSWORD)
    refused = client.post(path)
    assert refused.status_code == 409
    assert "There is an account with this e-mail address already." in refused.content.decode()
    assert can_sign_in("alice@example.org")


def test_a_message_that_no_server_takes_is_not_said_to_be_on_its_way(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", free_port()
    answer = signed_in(cast.bob).post("/me/address/", {"email": "new@example.net"})
    assert answer.status_code == 503
    said = answer.content.decode()
    assert "The mail server did not take the message." in said
    assert "new@example.net" in said


def test_bad_addresses_are_refused_and_messages_have_an_end(cast: Cast) -> None:
    client = signed_in(cast.alice)
    assert client.post("/me/address/", {"email": "nonsense"}).status_code == 422
    statuses = [client.post("/me/address/", {"email": f"{count}@example.net"}).status_code for count in range(6)]
    assert statuses == [200] * 5 + [429]


def lasting(cast: Cast) -> list[tuple[str, dict[str, str]]]:
    """What outlasts a session, or cannot be undone."""
    workspace = f"/w/{cast.workspace.public_id}"
    return [
        ("/me/address/", {"email": NEW}),
        (f"{workspace}/tokens/", {"name": "x", "scope": "write", "days": ""}),
        (f"{workspace}/delete/", {"name": cast.workspace.name}),
    ]


def test_what_lasts_is_done_only_by_whoever_typed_the_password_lately(cast: Cast) -> None:
    client = signed_in(cast.alice)
    types_the_password(client, ago=FRESH)
    for address, data in lasting(cast):
        led = client.post(address, data)
        assert led.headers["Location"] == f"{AGAIN}?next={address.replace('/', '%2F')}"
    assert Workspace.objects.filter(pk=cast.workspace.pk).exists()
    assert not cast.workspace.tokens.exists()
    assert mail.outbox == []
    page = client.get(f"/w/{cast.workspace.public_id}/tokens/").content.decode()
    assert f"{AGAIN}?next=" in page
    assert '<button class="primary">Make it</button>' not in page
    assert signed_in(cast.bob).post(f"/w/{cast.workspace.public_id}/delete/").status_code == 403


def test_the_password_once_and_on_one_goes(cast: Cast) -> None:
    client = signed_in(cast.alice)
    types_the_password(client, ago=FRESH)
    address, data = lasting(cast)[1]
    wrong = client.post(f"{AGAIN}?next={address}", {"password": "wrong"})
    assert "This is not your password." in wrong.content.decode()
    assert client.post(address, data).status_code == 302
    assert client.post(f"{AGAIN}?next={address}", {"password": PASSWORD}).headers["Location"] == address
    assert client.post(address, data).status_code == 200
    assert cast.workspace.tokens.count() == 1
    # Nor does the page lead elsewhere.
    assert client.post(f"{AGAIN}?next=//example.net/", {"password": PASSWORD}).headers["Location"] == "/"


def test_who_has_just_come_in_is_not_asked_again(client: Client, cast: Cast) -> None:
    client.post(LOGIN, {"login": cast.alice.email, "password": PASSWORD})
    assert client.get("/me/address/").status_code == 200
    new = Client()
    new.post("/accounts/signup/", {"email": "dora@example.org", "password1": PASSWORD})
    assert new.get("/me/address/").status_code == 200


def test_guessing_at_that_page_is_counted_with_signing_in(cast: Cast) -> None:
    client = signed_in(cast.alice)
    for _ in range(6):
        client.post(AGAIN, {"password": "wrong"})
    assert not can_sign_in(cast.alice.email)
