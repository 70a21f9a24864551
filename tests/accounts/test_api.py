"""Members and invitations through the API."""

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from costcalc.accounts.audit import faults
from costcalc.accounts.roles import Role, Scope
from tests.factories import Cast, a_cast, a_token, signed_in

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.fixture
def owner(cast: Cast) -> Client:
    return holding(a_token(cast.workspace, cast.alice)[1])


def holding(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def send(client: Client, method: str, address: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body)
    return client.generic(method, f"{API}/{address}", data, content_type="application/json", headers=headers)


def accept(client: Client, link: str) -> None:
    client.get(link)
    client.post("/invitations/")


def test_a_token_knows_its_workspace_and_what_it_may(cast: Cast) -> None:
    token = holding(a_token(cast.workspace, cast.bob, Scope.READ)[1])
    said = send(token, "GET", "workspace").json()
    assert said["id"] == cast.workspace.public_id
    assert (said["role"], said["scope"]) == ("viewer", "read")


def test_members_are_listed_changed_and_removed(owner: Client, cast: Cast) -> None:
    members = {one["name"]: one for one in send(owner, "GET", "members").json()["items"]}
    assert {name: one["role"] for name, one in members.items()} == {"Alice": "owner", "Bob": "editor", "Vera": "viewer"}
    vera = members["Vera"]["id"]
    changed = send(owner, "PATCH", f"members/{vera}", {"role": "editor", "was": "viewer"})
    assert (changed.status_code, changed.json()["role"]) == (200, "editor")
    stale = send(owner, "PATCH", f"members/{vera}", {"role": "owner", "was": "viewer"})
    assert (stale.status_code, stale.json()["current"]["role"]) == (409, "editor")
    assert cast.workspace.role_of(cast.vera) == Role.EDITOR
    assert send(owner, "DELETE", f"members/{vera}").status_code == 204
    assert send(owner, "DELETE", f"members/{vera}").status_code == 404
    assert cast.workspace.role_of(cast.vera) is None
    assert list(faults(cast.workspace)) == []


def test_the_last_owner_stays(owner: Client, cast: Cast) -> None:
    alice = cast.alice.public_id
    assert send(owner, "DELETE", f"members/{alice}").status_code == 409
    assert send(owner, "PATCH", f"members/{alice}", {"role": "viewer", "was": "owner"}).status_code == 409
    assert cast.workspace.role_of(cast.alice) == Role.OWNER


def test_an_editor_may_leave_and_nothing_more(cast: Cast) -> None:
    bob = holding(a_token(cast.workspace, cast.bob)[1])
    assert send(bob, "DELETE", f"members/{cast.vera.public_id}").status_code == 403
    change = {"role": "owner", "was": "editor"}
    assert send(bob, "PATCH", f"members/{cast.bob.public_id}", change).status_code == 403
    assert send(bob, "GET", "invitations").status_code == 403
    assert send(bob, "DELETE", f"members/{cast.bob.public_id}").status_code == 204
    assert send(bob, "GET", "members").status_code == 401


def test_somebody_elsewhere_is_nobody_here(owner: Client, cast: Cast) -> None:
    there = send(owner, "DELETE", f"members/{cast.charlie.public_id}")
    nowhere = send(owner, "DELETE", "members/AAAAAAAAAAAA")
    assert (there.status_code, there.content) == (404, nowhere.content)


def test_an_invitation_is_shown_once_sent_once_and_lets_in(
    owner: Client, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    body = {"role": "viewer", "email": "charlie@example.org", "language": "vi", "days": 2}
    with django_capture_on_commit_callbacks(execute=True):
        first, again = (send(owner, "POST", "invitations", body, **{"idempotency-key": "k"}) for _ in "ab")
    assert first.status_code == 201
    assert again.json() == {**first.json(), "link": None}
    assert [sent.to for sent in mail.outbox] == [["charlie@example.org"]]
    assert first.json()["link"] in mail.outbox[0].body
    assert [one["state"] for one in send(owner, "GET", "invitations").json()["items"]] == ["open"]
    accept(signed_in(cast.charlie), first.json()["link"])
    assert cast.workspace.role_of(cast.charlie) == Role.VIEWER


def test_whoever_may_not_is_told_so_before_the_body_is_read(cast: Cast) -> None:
    editor, reader = a_token(cast.workspace, cast.bob)[1], a_token(cast.workspace, cast.alice, Scope.READ)[1]
    for token in (editor, reader):
        assert send(holding(token), "POST", "invitations", {"nonsense": 1}).status_code == 403
        assert send(holding(token), "PATCH", "members/AAAAAAAAAAAA", {}).status_code == 403
    assert send(holding(reader), "POST", "own-prices", {}).status_code == 403
    assert send(holding(editor), "POST", "own-prices", {}).status_code == 422


def test_an_invitation_is_renewed_by_another_link(
    owner: Client, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    made = send(owner, "POST", "invitations", {"role": "viewer", "email": "charlie@example.org"}).json()
    address = f"invitations/{made['id']}/renew"
    with django_capture_on_commit_callbacks(execute=True):
        first, again = (send(owner, "POST", address, **{"idempotency-key": "k"}) for _ in "ab")
    assert (first.status_code, again.json()) == (201, {**first.json(), "link": None})
    assert first.json()["id"] == made["id"]
    assert [first.json()["link"] in sent.body for sent in mail.outbox] == [True]
    assert Client().get(made["link"]).status_code == 404
    accept(signed_in(cast.charlie), first.json()["link"])
    assert cast.workspace.role_of(cast.charlie) == Role.VIEWER
    used = send(owner, "POST", address)
    assert (used.status_code, used.json()["current"]["state"]) == (409, "accepted")
    assert send(owner, "POST", "invitations/AAAAAAAAAAAA/renew").status_code == 404


def test_messages_are_counted_whoever_sends_them_and_by_whichever_way(owner: Client, cast: Cast) -> None:
    page = f"/w/{cast.workspace.public_id}/members/invite/"
    form = {"email": "x@example.org", "role": "viewer", "language": "en", "days": "7"}
    # Somebody else's cookie beside the token changes nothing: it is not asked.
    owner.cookies = signed_in(cast.charlie).cookies
    for count in range(15):
        assert (
            send(owner, "POST", "invitations", {"role": "viewer", "email": f"{count}@example.org"}).status_code == 201
        )
        assert signed_in(cast.alice).post(page, form).status_code == 200
    refused = send(owner, "POST", "invitations", {"role": "viewer", "email": "x@example.org"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert signed_in(cast.alice).post(page, form).status_code == 429
    assert send(owner, "POST", "invitations", {"role": "viewer"}).status_code == 201, "A link goes to nobody by itself."
    assert signed_in(cast.alice).post(page, {**form, "email": ""}).status_code == 200


def test_an_invitation_that_is_revoked_lets_nobody_in(owner: Client, cast: Cast) -> None:
    made = send(owner, "POST", "invitations", {"role": "editor"}).json()
    assert send(owner, "DELETE", f"invitations/{made['id']}").status_code == 204
    accept(signed_in(cast.charlie), made["link"])
    assert cast.workspace.role_of(cast.charlie) is None
    assert send(owner, "DELETE", "invitations/AAAAAAAAAAAA").status_code == 404
