"""Signing up, in and out; forgotten passwords; attempts that are too many."""

import re
import socket
import time

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from costcalc.accounts.access import Visit
from costcalc.accounts.capability import new_link
from costcalc.accounts.entrance import SMTP
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.team import invite_somebody
from costcalc.accounts.workspaces import Workspace
from tests.factories import PASSWORD, Cast, signed_in

pytestmark = pytest.mark.django_db
LOGIN, SIGNUP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password, **more}).status_code


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_signing_up_makes_a_person_with_a_workspace_who_is_in(client: Client) -> None:
    answer = client.post(
        SIGNUP, {"email": "Dora@Example.org", "name": "Dora", "password1": PASSWORD, "next": "/prices/openai/"}
    )
    assert answer.headers["Location"] == "/prices/openai/"
    dora = User.objects.get(email="dora@example.org")
    assert [(w.name, w.personal, w.role_of(dora)) for w in Workspace.objects.of(dora)] == [("Dora", True, Role.OWNER)]
    assert is_in(client)
    assert mail.outbox == []


def test_an_address_is_taken_in_whatever_case_it_is_typed(client: Client, cast: Cast) -> None:
    answer = client.post(SIGNUP, {"email": "ALICE@example.org", "password1": PASSWORD})
    assert answer.status_code == 200
    assert "There is an account with this e-mail address already" in answer.content.decode()
    assert User.objects.filter(email__iexact="alice@example.org").count() == 1


@pytest.mark.parametrize("password", ["short", "password", "dora@example.org", ""])
def test_a_password_that_is_easily_guessed_is_refused(client: Client, password: str) -> None:
    answer = client.post(SIGNUP, {"email": "dora@example.org", "password1": password})
    assert 'id="id_password1_error"' in answer.content.decode()
    assert not User.objects.exists()


def test_signing_in_leads_back_and_signing_out_ends_the_session(client: Client, cast: Cast) -> None:
    answer = client.post(LOGIN, {"login": "Alice@example.org", "password": PASSWORD, "next": "/?requests=7"})
    assert answer.headers["Location"] == "/?requests=7"
    assert is_in(client)
    assert Session.objects.count() == 1
    assert client.post("/accounts/logout/").status_code == 302
    assert not is_in(client)


def test_nobody_is_led_to_another_site(client: Client, cast: Cast) -> None:
    answer = client.post(LOGIN, {"login": "alice@example.org", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_the_link_in_the_header_remembers_the_page_with_what_was_typed(client: Client) -> None:
    answer = client.get(LOGIN, headers={"Referer": "http://testserver/?requests=60000&from=openai/gpt-4.1"})
    assert answer.headers["Location"] == f"{LOGIN}?next=%2F%3Frequests%3D60000%26from%3Dopenai%2Fgpt-4.1"
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'name="next" value="/?requests=60000&amp;from=openai/gpt-4.1"' in page
    assert client.get(LOGIN, headers={"Referer": "https://evil.example/x"}).status_code == 200
    assert client.get(LOGIN, headers={"Referer": f"http://testserver{RESET}done/"}).status_code == 200


def test_a_session_is_another_one_after_signing_in(client: Client, cast: Cast) -> None:
    client.get("/")
    before = client.cookies.get("sessionid")
    sign_in(client, "alice@example.org")
    assert client.cookies["sessionid"].value != (before.value if before else None)
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_a_person_who_is_switched_off_is_out_at_the_next_request(cast: Cast) -> None:
    client = signed_in(cast.bob)
    assert is_in(client)
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert not is_in(client)
    assert sign_in(Client(), "bob@example.org") == 302
    assert not is_in(client)


def test_a_wrong_password_and_no_such_account_are_answered_alike(client: Client, cast: Cast) -> None:
    pages = [
        client.post(LOGIN, {"login": email, "password": "wrong"}).content.decode()
        for email in ("alice@example.org", "nobody@example.org")
    ]
    words = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="\w+@[^"]+"', "", page) for page in pages]
    assert words[0] == words[1]
    assert "do not belong together" in words[0]


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client: Client, cast: Cast) -> None:
    for _ in range(5):
        assert sign_in(client, "alice@example.org", "wrong") == 200
    answer = client.post(LOGIN, {"login": "alice@example.org", "password": PASSWORD})
    assert "Too many failed attempts" in answer.content.decode()
    assert not is_in(client)
    # It is her account that is locked from guessing, not everybody's.
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "bob@example.org") == 302


def test_one_address_may_not_try_everybody(client: Client, cast: Cast) -> None:
    answers = [sign_in(client, f"person{number}@example.org", "wrong") for number in range(31)]
    assert answers[-1] == 429
    page = client.post(LOGIN, {"login": "alice@example.org", "password": PASSWORD})
    assert page.status_code == 429
    assert "Too many attempts" in page.content.decode()


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(client: Client, cast: Cast) -> None:
    other = signed_in(cast.alice)
    assert client.post(RESET, {"email": "alice@example.org"}).status_code == 302
    (message,) = mail.outbox
    link = re.search(r"http://testserver(/\S+)", str(message.body))
    assert link
    form = client.get(link[1]).headers["Location"]
    assert "set-password" in form
    assert client.post(form, {"password1": "another horse battery"}).status_code == 302
    assert not is_in(other), "A session from before lives on."
    assert sign_in(client, "alice@example.org", "another horse battery") == 302
    assert "used already" in Client().get(link[1]).content.decode()


def test_whether_an_address_has_an_account_is_not_told(client: Client, cast: Cast) -> None:
    answers = [client.post(RESET, {"email": email}) for email in ("alice@example.org", "nobody@example.org")]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(cast: Cast) -> None:
    here, elsewhere = signed_in(cast.alice), signed_in(cast.alice)
    address, new = "/accounts/password/change/", "another horse battery"
    refused = here.post(address, {"oldpassword": "wrong", "password1": new})
    assert "not your current password" in refused.content.decode()
    assert here.post(address, {"oldpassword": PASSWORD, "password1": new}).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


def test_by_invitation_only_means_that(client: Client, cast: Cast, settings: Settings) -> None:
    settings.SIGNUP = "invitation"
    data = {"email": "dora@example.org", "password1": PASSWORD, "next": "/invitations/"}
    assert "By invitation only" in client.post(SIGNUP, data).content.decode()
    assert client.get(f"/invitations/{new_link()}/").status_code == 404
    assert "By invitation only" in client.post(SIGNUP, data).content.decode()
    assert SIGNUP not in client.get(LOGIN).content.decode()
    visit = Visit(cast.alice, cast.workspace, Role.OWNER)
    _, link = invite_somebody(visit, Role.EDITOR, timezone.now())
    client.get(f"/invitations/{link}/")
    assert SIGNUP in client.get(LOGIN).content.decode()
    assert client.post(SIGNUP, data).headers["Location"] == "/invitations/"
    assert User.objects.filter(email="dora@example.org").exists()


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        (LOGIN, {"login": "alice@example.org", "password": "wrong"}, "không khớp nhau"),
        (LOGIN, {}, "Trường này là bắt buộc"),
        (LOGIN, {"login": "no address", "password": "x"}, "Nhập địa chỉ email."),
        (SIGNUP, {"email": "alice@example.org", "password1": PASSWORD}, "đã có tài khoản"),
        (SIGNUP, {"email": "dora@example.org", "password1": "x"}, "ít nhất 8 ký tự"),
        (SIGNUP, {"email": "dora@example.org", "password1": "password"}, "phổ biến"),
        (SIGNUP, {"email": "dora@example.org", "password1": "dora@example"}, "giống"),
    ],
)
def test_what_is_wrong_is_said_in_vietnamese(
    client: Client, cast: Cast, address: str, data: dict[str, str], said: str
) -> None:
    client.cookies["django_language"] = "vi"
    page = client.post(address, data).content.decode()
    errors = re.findall(r'class="error"[^>]*>(?:<p>)?([^<]+)', page)
    assert errors
    assert any(said in error for error in errors), errors


def test_messages_go_out_in_the_reader_s_language(client: Client, cast: Cast) -> None:
    client.cookies["django_language"] = "vi"
    client.post(RESET, {"email": "alice@example.org"})
    assert mail.outbox[0].subject == "costcalc: Đặt mật khẩu mới"
    assert "Mở liên kết này" in mail.outbox[0].body


def test_a_slow_mail_server_does_not_tell_who_has_an_account(client: Client, cast: Cast, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 15
        begun = time.monotonic()
        assert client.post(RESET, {"email": "alice@example.org"}).status_code == 302
        assert time.monotonic() - begun < 10
        silent.settimeout(5)
        caller, _ = silent.accept()
        with caller:
            caller.sendall(b"220 at last\r\n")
            assert caller.recv(100).lower().startswith(b"ehlo"), "It is sent all the same."


@pytest.mark.parametrize(
    ("sent", "cookie", "kept"),
    [
        ("Asia/Saigon", "", "Asia/Ho_Chi_Minh"), ("Europe/Paris", "", "Europe/Paris"), ("", "", ""),
        ("Mars/Olympus", "", ""), ("../../etc/passwd", "", ""), ("x" * 9999, "", ""),
        ("Europe/Paris", "Asia/Tokyo", "Asia/Tokyo"), ("Europe/Paris", "Mars/Olympus", "Europe/Paris"),
    ],
)  # fmt: skip
def test_a_new_account_begins_with_the_time_zone_of_its_browser(
    client: Client, db: None, sent: str, cookie: str, kept: str
) -> None:
    client.cookies["time_zone"] = cookie
    data = {"email": "dora@example.org", "password1": PASSWORD, "time_zone": sent}
    assert client.post(SIGNUP, data).status_code == 302
    assert User.objects.get(email="dora@example.org").time_zone == kept
