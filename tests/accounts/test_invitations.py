"""Invitations: by e-mail or link, once, for so long, and revocable."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from costcalc.accounts.access import Visit
from costcalc.accounts.audit import faults
from costcalc.accounts.farewell import delete_account
from costcalc.accounts.mail import CONSOLE
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.team import accept, change_role, invite_somebody, remove
from costcalc.accounts.workspaces import Invitation, UsedUpError
from tests.factories import PASSWORD, Cast, a_cast, a_person, signed_in

FORM = {"email": "", "role": "editor", "language": "en", "days": "7"}


def invite(cast: Cast, **changes: str) -> str:
    """Alice invites; the path of the link that she is shown."""
    answer = signed_in(cast.alice).post(f"/w/{cast.workspace.public_id}/members/invite/", {**FORM, **changes})
    assert answer.status_code == 200
    shown = re.search(r"<code>http://testserver(/invitations/\w{32}/)</code>", answer.content.decode())
    assert shown
    return shown[1]


def test_the_link_is_shown_once_and_stored_hashed(cast: Cast) -> None:
    path = invite(cast)
    page = signed_in(cast.alice).get(f"/w/{cast.workspace.public_id}/members/").content.decode()
    assert path not in page
    row = Invitation.objects.filter(workspace=cast.workspace).values().get()
    assert path.split("/")[2] not in str(row)


def test_who_has_an_account_joins(cast: Cast) -> None:
    path, charlie = invite(cast, role="viewer"), signed_in(cast.charlie)
    assert charlie.get(path).headers["Location"] == "/invitations/"
    assert "Platform team" in charlie.get("/invitations/").content.decode()
    assert cast.workspace.role_of(cast.charlie) is None, "Looking is not joining."
    assert charlie.post("/invitations/").headers["Location"] == f"/w/{cast.workspace.public_id}/"
    assert cast.workspace.role_of(cast.charlie) == Role.VIEWER
    assert charlie.post("/invitations/").status_code == 404
    assert Client().get(path).status_code == 404
    entries = cast.workspace.audit_entries.order_by("sequence")
    assert [entry.action for entry in entries] == ["invitation.made", "member.joined"]


def end_of(cast: Cast, how: str) -> None:
    """Alice is an owner no longer, or nobody at all."""
    now, bob = timezone.now(), Visit(cast.bob, cast.workspace, Role.OWNER)
    if how == "removed":
        remove(bob, cast.alice, now)
    elif how == "made less":
        change_role(bob, cast.alice, Role.EDITOR, now)
    elif how == "account deleted":
        delete_account(cast.alice, now)
    else:
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)


@pytest.mark.parametrize("how", ["removed", "made less", "account deleted", "switched off"])
def test_nobody_comes_back_by_a_link_that_they_made_before(cast: Cast, how: str) -> None:
    path, used = invite(cast, role="owner"), invite(cast, role="owner")
    bob = signed_in(cast.bob)
    bob.get(used)
    bob.post("/invitations/")
    charlie = signed_in(cast.charlie)
    charlie.get(path)
    end_of(cast, how)
    assert charlie.post("/invitations/").status_code == 404, "Nor is one used that was followed before."
    assert charlie.get(path).status_code == 404
    assert cast.workspace.role_of(cast.charlie) is None
    assert cast.workspace.role_of(cast.bob) == Role.OWNER, "What was accepted stays."
    revoked = cast.workspace.audit_entries.filter(action="invitation.revoked").count()
    assert revoked == (how != "switched off")
    assert list(faults(cast.workspace)) == []


def test_who_has_none_signs_up_and_comes_back(client: Client, cast: Cast) -> None:
    path = invite(cast, email="dora@example.org")
    client.get(path)
    page = client.get("/invitations/").content.decode()
    assert "/accounts/signup/?next=/invitations/&amp;email=dora%40example.org" in page
    assert client.post("/invitations/").status_code == 200, "Nobody joins without an account."
    signup = {"email": "dora@example.org", "password1": PASSWORD, "next": "/invitations/"}
    assert client.post("/accounts/signup/", signup).headers["Location"] == "/invitations/"
    assert client.post("/invitations/").status_code == 302
    assert cast.workspace.role_of(User.objects.get(email="dora@example.org")) == Role.EDITOR


@pytest.mark.parametrize(("language", "subject"), [("en", "You are invited to"), ("vi", "Bạn được mời vào")])
def test_the_message_is_in_the_invited_person_s_language(cast: Cast, language: str, subject: str) -> None:
    path = invite(cast, email="dora@example.org", language=language)
    (message,) = mail.outbox
    assert message.to == ["dora@example.org"]
    assert message.subject == f"{subject} “Platform team”"
    assert f"http://testserver{path}" in message.body


def test_nothing_is_said_to_be_sent_where_there_is_no_mail_server(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    alice, where = signed_in(cast.alice), f"/w/{cast.workspace.public_id}/members/invite/"
    page = alice.post(where, {**FORM, "email": "dora@example.org"}).content.decode()
    assert "It could not be sent to dora@example.org: pass it on yourself." in page
    assert "It was also sent" not in page
    for path in ("/accounts/password/reset/", "/accounts/password/reset/done/"):
        answer = Client().get(path).content.decode()
        assert "has named no mail server (the setting EMAIL_URL)" in answer
        assert "on its way" not in answer


def test_a_workspace_s_name_cannot_write_headers(cast: Cast) -> None:
    cast.workspace.name = "Team\r\nBcc: everybody@example.org"
    cast.workspace.save()
    invite(cast, email="dora@example.org")
    assert mail.outbox[0].recipients() == ["dora@example.org"]
    assert "\n" not in mail.outbox[0].subject


def test_sending_again_makes_another_link_and_ends_the_first(cast: Cast) -> None:
    first = invite(cast, email="dora@example.org")
    found = Invitation.objects.get()
    answer = signed_in(cast.alice).post(f"/w/{cast.workspace.public_id}/invitations/{found.public_id}/renew/")
    assert answer.status_code == 200
    assert len(mail.outbox) == 2
    second = re.search(r"/invitations/\w{32}/", str(mail.outbox[1].body))
    assert second
    assert Client().get(first).status_code == 404
    assert Client().get(second[0]).status_code == 302


def test_a_revoked_one_is_dead_also_for_who_has_opened_it(cast: Cast) -> None:
    path, charlie = invite(cast), signed_in(cast.charlie)
    charlie.get(path)
    found = Invitation.objects.get()
    address = f"/w/{cast.workspace.public_id}/invitations/{found.public_id}/"
    assert signed_in(cast.bob).post(address + "revoke/").status_code == 403
    assert signed_in(cast.alice).post(address + "revoke/").status_code == 302
    assert charlie.post("/invitations/").status_code == 404
    assert signed_in(cast.alice).post(address + "renew/").status_code == 409
    assert cast.workspace.role_of(cast.charlie) is None


def test_one_that_has_run_out_is_dead(cast: Cast) -> None:
    path = invite(cast, days="1")
    soon = timezone.now() + dt.timedelta(days=1, minutes=1)
    assert Invitation.objects.with_link(path.split("/")[2], timezone.now())
    assert Invitation.objects.with_link(path.split("/")[2], soon) is None
    Invitation.objects.update(expires_at=timezone.now())
    assert Client().get(path).status_code == 404


def test_an_invitation_of_another_workspace_is_not_there(cast: Cast) -> None:
    invite(cast)
    found, mine = Invitation.objects.get(), cast.charlie.memberships.get().workspace
    address = f"/w/{mine.public_id}/invitations/{found.public_id}/revoke/"
    assert signed_in(cast.charlie).post(address).status_code == 404


def test_accepting_never_takes_a_role_away(cast: Cast) -> None:
    visit = Visit(cast.alice, cast.workspace, Role.OWNER)
    invitation, _ = invite_somebody(visit, Role.VIEWER, timezone.now())
    accept(invitation, cast.alice, timezone.now())
    assert cast.workspace.role_of(cast.alice) == Role.OWNER


@pytest.mark.usefixtures("committed_db")
def test_of_those_who_accept_at_once_one_joins() -> None:
    cast = a_cast()
    people = [a_person(f"Person{number}") for number in range(6)]
    invitation, _ = invite_somebody(Visit(cast.alice, cast.workspace, Role.OWNER), Role.EDITOR, timezone.now())

    def join(user: User) -> bool:
        try:
            accept(Invitation.objects.get(pk=invitation.pk), user, timezone.now())
        except UsedUpError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(join, people)).count(True) == 1
    assert cast.workspace.memberships.count() == 4


def test_nobody_sends_invitations_without_end(cast: Cast) -> None:
    client = signed_in(cast.alice)
    address = f"/w/{cast.workspace.public_id}/members/invite/"
    answers = {client.post(address, {**FORM, "email": "x@example.org"}).status_code for _ in range(31)}
    assert answers == {200, 429}


def test_whom_one_invited_after_the_session_had_ended_is_in_the_form_after_signing_in(cast: Cast) -> None:
    client, members = Client(), f"/w/{cast.workspace.public_id}/members/"
    sent = client.post(f"{members}invite/", {**FORM, "email": "new@example.org"})
    assert sent.headers["Location"] == f"/accounts/login/?next={members}"
    client.post("/accounts/login/", {"login": "alice@example.org", "password": PASSWORD})
    assert 'value="new@example.org"' in client.get(members).content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_s_form_sent_again_does_nothing(cast: Cast) -> None:
    client, home = signed_in(cast.alice), f"/w/{cast.workspace.public_id}/"
    form = {**FORM, "email": "new@example.org", "form_key": "once"}
    assert "<code>" in client.post(f"{home}members/invite/", form).content.decode()
    again = client.post(f"{home}members/invite/", form, follow=True)
    assert again.redirect_chain == [(f"{home}members/", 302)]
    assert "This form was sent before" in again.content.decode()
    row = Invitation.objects.get()
    assert len(mail.outbox) == 1
    renew = f"{home}invitations/{row.public_id}/renew/"
    assert 'name="form_key"' in client.get(f"{home}members/").content.decode()
    shown = re.search(r"<code>http://testserver(.*?)</code>", client.post(renew, {"form_key": "two"}).content.decode())
    assert shown
    assert client.post(renew, {"form_key": "two"}).status_code == 302
    assert len(mail.outbox) == 2
    assert Client().get(shown[1]).status_code == 302, "The link that was shown still leads in."
