"""One's own account: what it holds, taking it along, and ending it."""

import json
from html import unescape

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from costcalc.accounts import team
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import ActorCard, checkpoint, faults
from costcalc.accounts.farewell import HandOverError, delete_account
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.team import accept, change_role, invite_somebody
from costcalc.accounts.workspaces import Invitation, Workspace
from tests.factories import PASSWORD, Cast, a_person, a_token, signed_in


def test_language_zone_and_currency_go_with_the_person_to_any_browser(cast: Cast) -> None:
    chosen = {"language": "vi", "time_zone": "Asia/Ho_Chi_Minh", "currency": "VND"}
    signed_in(cast.alice).post("/preferences/", chosen)
    page = signed_in(cast.alice).get("/preferences/")
    assert page.headers["Content-Language"] == "vi"
    text = page.content.decode()
    assert all(f'<option value="{value}" selected>' in text for value in chosen.values())
    bob = signed_in(cast.bob)
    bob.cookies["django_language"] = "vi"
    assert bob.get("/preferences/").headers["Content-Language"] == "vi", "Without one of his own, the browser's."
    bob.post("/preferences/", {"language": "en"})
    bob.cookies["django_language"] = "vi"
    assert bob.get("/preferences/").headers["Content-Language"] == "en"


def test_results_are_in_the_persons_currency_with_the_rate_and_its_source(cast: Cast) -> None:
    client = signed_in(cast.alice)
    assert 'id="in-currency"' not in client.get("/").content.decode()
    assert client.post("/preferences/", {"currency": "VND"}).status_code == 302
    cast.alice.refresh_from_db()
    assert cast.alice.currency == "VND"
    page = unescape(client.get("/").content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    # $9,000 a month more at 26,000 dong a dollar.
    assert "₫234,000,000 more a month" in page
    assert "Shown in VND at 26,000 VND a dollar (a round figure for planning, 1 January 2025)." in page
    assert client.post("/preferences/", {"currency": "XXX"}).status_code == 422
    assert 'id="in-currency"' not in Client().get("/").content.decode()


@pytest.mark.django_db
def test_a_visitors_currency_is_in_a_cookie(client: Client) -> None:
    assert client.post("/preferences/", {"currency": "EUR"}).status_code == 302
    assert client.cookies["currency"].value == "EUR"
    assert "Shown in EUR" in client.get("/").content.decode()
    client.cookies["currency"] = "<script>"
    assert 'id="in-currency"' not in client.get("/").content.decode()


def test_a_name_is_changed_and_shown_as_text(cast: Cast) -> None:
    client = signed_in(cast.alice)
    client.post("/me/", {"name": "<script>alert(1)</script>"})
    page = client.get("/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_export_says_what_is_known_and_no_secret(cast: Cast) -> None:
    _, secret = a_token(cast.workspace, cast.alice)
    team.settle(Visit(cast.alice, cast.workspace, Role.OWNER), 1, "Platform", sharing_allowed=True)
    text = signed_in(cast.alice).get("/me/export/").getvalue().decode()
    known = json.loads(text)
    assert known["account"]["email"] == "alice@example.org"
    assert {(w["name"], w["role"]) for w in known["workspaces"]} == {("Alice", "owner"), ("Platform", "owner")}
    assert [(one["name"], one["workspace"]) for one in known["tokens"]] == [("a program", cast.workspace.public_id)]
    assert [one["action"] for one in known["acts"]] == ["workspace.changed"]
    assert secret not in text
    assert cast.alice.password not in text


def test_deleting_asks_for_the_password_and_counts_guesses(cast: Cast) -> None:
    client = signed_in(cast.charlie)
    for _ in range(5):
        assert client.post("/me/delete/", {"password": "wrong"}).status_code == 422
    refused = client.post("/me/delete/", {"password": PASSWORD})
    assert refused.status_code == 422
    assert "Too many failed attempts" in refused.content.decode()
    assert User.objects.filter(pk=cast.charlie.pk).exists()


def test_the_only_owner_of_what_others_use_hands_over_first(cast: Cast) -> None:
    client = signed_in(cast.alice)
    refused = client.post("/me/delete/", {"password": PASSWORD})
    assert refused.status_code == 422
    assert f"/w/{cast.workspace.public_id}/members/" in refused.content.decode()
    assert Workspace.objects.of(cast.alice).count() == 2, "Nothing has changed."
    change_role(Visit(cast.alice, cast.workspace, Role.OWNER), cast.bob, Role.OWNER, timezone.now())
    assert client.post("/me/delete/", {"password": PASSWORD}).headers["Location"] == "/"
    assert not User.objects.filter(email="alice@example.org").exists()
    assert client.get("/me/").status_code == 302


def test_who_goes_leaves_no_name_and_logs_that_verify(cast: Cast) -> None:
    gone = a_person("Gregory")
    visit = Visit(cast.alice, cast.workspace, Role.OWNER)
    invitation, _ = invite_somebody(visit, Role.OWNER, timezone.now(), gone.email)
    accept(invitation, gone, timezone.now())
    own = Workspace.objects.get(personal_of=gone)
    a_token(cast.workspace, gone)
    change_role(Visit(gone, cast.workspace, Role.OWNER), cast.vera, Role.EDITOR, timezone.now())
    known = checkpoint(cast.workspace)
    delete_account(gone, timezone.now())
    assert list(faults(cast.workspace, known)) == []
    ended = cast.workspace.audit_entries.filter(sequence__gt=known.sequence).order_by("sequence")
    assert [entry.action for entry in ended] == ["member.left", "token.revoked"]
    assert not Workspace.objects.filter(pk=own.pk).exists()
    rows = [str(list(model.objects.values())) for model in (ActorCard, Invitation, User, Workspace)]
    rows += [str(list(cast.workspace.audit_entries.values()))]
    assert not [row for row in rows if "regory" in row.lower()]
    assert not cast.workspace.tokens.exists()
    assert mail.outbox == []


def test_refusing_changes_nothing_anywhere(cast: Cast) -> None:
    second = Workspace.objects.made_for(cast.bob, "Second")
    second.memberships.create(user=cast.alice, role=Role.EDITOR)
    with pytest.raises(HandOverError) as stuck:
        delete_account(cast.alice, timezone.now())
    assert stuck.value.args == (cast.workspace,)
    assert second.role_of(cast.alice) == Role.EDITOR
    assert not second.audit_entries.exists()
