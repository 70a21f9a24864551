"""API tokens: shown once, found by scanners, refused at once when they end."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from costcalc.accounts import team
from costcalc.accounts.access import Visit
from costcalc.accounts.capability import hashed, is_token, new_token
from costcalc.accounts.credentials import Bearer
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import ApiToken, Workspace
from tests.factories import Cast, a_member, a_token, signed_in


def role_of(secret: str) -> Role | None:
    """What a request with this token may act as."""
    request = RequestFactory().get("/api/v1/", headers={"Authorization": f"Bearer {secret}"})
    visit = Bearer().authenticate(request, secret)
    return visit.role if visit else None


def make(client: Client, workspace: Workspace, **changes: str) -> str:
    data = {"name": "nightly", "scope": "write", "days": "30", **changes}
    page = client.post(f"/w/{workspace.public_id}/tokens/", data).content.decode()
    shown = re.search(r"<code>(costcalc_\w+)</code>", page)
    assert shown
    return shown[1]


def test_the_secret_is_shown_once_and_stored_hashed(cast: Cast) -> None:
    client = signed_in(cast.bob)
    secret = make(client, cast.workspace)
    assert is_token(secret)
    assert secret not in client.get(f"/w/{cast.workspace.public_id}/tokens/").content.decode()
    row = str(ApiToken.objects.values().get())
    assert secret not in row
    assert hashed(secret) in row
    assert role_of(secret) == Role.EDITOR
    assert [entry.action for entry in cast.workspace.audit_entries.all()] == ["token.made"]


@pytest.mark.parametrize("end", [slice(0, -1), slice(1, None)])
def test_a_scanner_tells_a_token_from_what_only_looks_like_one(end: slice) -> None:
    secret = new_token()
    assert re.fullmatch(r"costcalc_[0-9A-Za-z]{38}", secret)
    assert is_token(secret)
    assert not is_token(secret[end])
    assert not is_token(secret[:-1] + ("0" if secret[-1] != "0" else "1"))
    assert not is_token(secret[:12] + ("0" if secret[12] != "0" else "1") + secret[13:])


def test_a_token_is_never_more_than_its_maker_is_now(cast: Cast) -> None:
    _, write = a_token(cast.workspace, cast.bob)
    _, read = a_token(cast.workspace, cast.alice, Scope.READ)
    assert (role_of(write), role_of(read)) == (Role.EDITOR, Role.VIEWER)
    cast.workspace.change_role(cast.bob, Role.VIEWER)
    assert role_of(write) == Role.VIEWER
    cast.workspace.remove(cast.bob)
    assert role_of(write) is None
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert role_of(read) is None


def test_the_token_of_somebody_who_went_stays_dead_when_they_come_back(cast: Cast) -> None:
    _, secret = a_token(cast.workspace, cast.bob)
    team.remove(Visit(cast.alice, cast.workspace, Role.OWNER), cast.bob, timezone.now())
    a_member(cast.workspace, cast.bob)
    assert role_of(secret) is None
    actions = cast.workspace.audit_entries.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["member.removed", "token.revoked"]


def test_a_token_that_has_run_out_or_was_revoked_is_refused(cast: Cast) -> None:
    token, secret = a_token(cast.workspace, cast.bob, expires_at=timezone.now() + dt.timedelta(days=1))
    assert role_of(secret)
    ApiToken.objects.update(expires_at=timezone.now())
    assert role_of(secret) is None
    ApiToken.objects.update(expires_at=None)
    address = f"/w/{cast.workspace.public_id}/tokens/{token.public_id}/revoke/"
    assert signed_in(cast.vera).post(address).status_code == 403
    assert signed_in(cast.alice).post(address).status_code == 302
    assert role_of(secret) is None


def test_everybody_sees_their_own_tokens_and_owners_all(cast: Cast) -> None:
    cast.workspace.change_role(cast.vera, Role.EDITOR)
    token, _ = a_token(cast.workspace, cast.bob)
    page = f"/w/{cast.workspace.public_id}/tokens/"
    assert token.public_id in signed_in(cast.alice).get(page).content.decode()
    assert token.public_id not in signed_in(cast.vera).get(page).content.decode()
    assert signed_in(cast.vera).post(f"{page}{token.public_id}/revoke/").status_code == 404


def test_the_last_use_is_noted_to_the_minute(cast: Cast) -> None:
    token, secret = a_token(cast.workspace, cast.bob)
    role_of(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first
    role_of(secret)
    token.refresh_from_db()
    assert token.last_used_at == first


def command(email: str = "eve@example.org", workspace: str = "Bots", scope: str = "write") -> str:
    said = io.StringIO()
    call_command("create_token", email=email, workspace=workspace, scope=scope, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_the_command_makes_what_is_absent_and_prints_only_the_token() -> None:
    secret = command().removesuffix("\n")
    assert is_token(secret)
    assert role_of(secret) == Role.OWNER
    eve = User.objects.get()
    assert not eve.has_usable_password()
    assert [workspace.name for workspace in Workspace.objects.of(eve)] == ["Bots"]
    actions = Workspace.objects.get().audit_entries.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["workspace.made", "member.joined", "token.made"]


@pytest.mark.django_db
def test_the_command_again_makes_only_another_token() -> None:
    first, second = command(), command(email="Eve@Example.org", scope="read")
    assert first != second
    assert (User.objects.count(), Workspace.objects.count(), ApiToken.objects.count()) == (1, 1, 2)
    assert role_of(second.strip()) == Role.VIEWER


def test_the_command_lets_nobody_into_another_s_workspace(cast: Cast) -> None:
    with pytest.raises(CommandError, match="does not belong"):
        command(email="charlie@example.org", workspace=cast.workspace.public_id)
    # A name is only a name: theirs is another one.
    command(email="charlie@example.org", workspace="Platform team")
    assert cast.workspace.role_of(cast.charlie) is None
    assert role_of(command(email="bob@example.org", workspace=cast.workspace.public_id).strip()) == Role.EDITOR


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"workspace": " "}, {"workspace": "x" * 81}])
def test_the_command_makes_nothing_of_what_is_none(wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        command(**wrong)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_command_makes_no_token_that_would_open_nothing() -> None:
    command()
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match=r"eve@example\.org is switched off"):
        command()
    assert ApiToken.objects.count() == 1


def test_a_form_sent_again_makes_no_second_token(cast: Cast) -> None:
    client, address = signed_in(cast.bob), f"/w/{cast.workspace.public_id}/tokens/"
    key = re.findall(r'name="form_key" value="(\w+)"', client.get(address).content.decode())[0]
    form = {"name": "nightly", "scope": "read", "days": "30", "form_key": key}
    assert client.post(address, {**form, "name": ""}).status_code == 422, "A mistake uses the form up: it must not."
    assert "costcalc_" in client.post(address, form).content.decode()
    again = client.post(address, form, follow=True)
    assert again.redirect_chain == [(address, 302)]
    assert "This form was sent before" in again.content.decode()
    assert "<code>" not in again.content.decode()
    assert cast.workspace.tokens.count() == 1
    # Of somebody else's the same key says nothing.
    assert "costcalc_" in signed_in(cast.alice).post(address, form).content.decode()
    assert cast.workspace.tokens.count() == 2
