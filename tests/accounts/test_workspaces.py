"""Workspaces: who may do what in one, what two do at once, and how one ends."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from costcalc.accounts import workspaces
from costcalc.accounts.access import Visit
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.team import change_role, invite_somebody, new_token, remove
from costcalc.accounts.workspaces import LastOwnerError, StaleError, Workspace, personal_workspace
from tests.factories import PASSWORD, Cast, a_cast, a_member, signed_in


def role_in(workspace: Workspace, user: User) -> Role | None:
    return workspace.role_of(user)


def actions(workspace: Workspace) -> list[str]:
    return list(workspace.audit_entries.order_by("sequence").values_list("action", flat=True))


def test_a_person_makes_a_workspace_and_works_in_it_from_then_on(cast: Cast) -> None:
    client = signed_in(cast.bob)
    made = Workspace.objects.get(public_id=client.post("/w/", {"name": "Data"}).headers["Location"].split("/")[2])
    assert role_in(made, cast.bob) == Role.OWNER
    assert actions(made) == ["workspace.made"]
    page = client.get("/w/").content.decode()
    assert page.index("Data") < page.index('<span class="tag now">')
    assert client.post("/w/", {"name": ""}).status_code == 422


def test_the_header_switches_by_post_to_workspaces_one_belongs_to(cast: Cast) -> None:
    client = signed_in(cast.bob)
    address = f"/w/{cast.workspace.public_id}/switch/"
    assert client.get(address).headers["Location"] == f"/w/{cast.workspace.public_id}/"
    assert client.session.get("workspace") is None, "Looking is not switching."
    assert client.post(address).status_code == 302
    assert f'<a href="/w/{cast.workspace.public_id}/" aria-current="true">' in client.get("/").content.decode()
    assert signed_in(cast.charlie).post(address).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("alice", 302), ("bob", 403), ("vera", 403), ("charlie", 404)])
def test_only_owners_change_settings(cast: Cast, who: str, status: int) -> None:
    address = f"/w/{cast.workspace.public_id}/"
    answer = signed_in(getattr(cast, who)).post(address, {"name": "New", "revision": 1})
    assert answer.status_code == status
    cast.workspace.refresh_from_db()
    assert (cast.workspace.name == "New") == (status == 302)
    assert cast.workspace.sharing_allowed == (status != 302)


def test_of_two_changes_decided_on_the_same_state_the_second_is_shown_the_first(cast: Cast) -> None:
    address = f"/w/{cast.workspace.public_id}/"
    client = signed_in(cast.alice)
    assert client.post(address, {"name": "First", "revision": 1, "sharing_allowed": "on"}).status_code == 302
    late = client.post(address, {"name": "Second", "revision": 1})
    assert late.status_code == 409
    page = late.content.decode()
    assert "It is called “First” now. What is here may be shared by link." in page
    assert "Somebody else" not in page
    # What was typed is still there, and saving again puts it in the place of what stands now.
    assert 'value="Second"' in page
    assert 'id="id_sharing_allowed" checked' not in page
    assert 'name="revision" value="2"' in page
    assert actions(cast.workspace) == ["workspace.changed"]
    entry = cast.workspace.audit_entries.get()
    assert json.loads(entry.before)["name"] == "Platform team"
    assert json.loads(entry.after) == {"name": "First", "sharing_allowed": True}


def test_what_does_not_exist_and_what_is_not_ours_is_the_same_404(cast: Cast) -> None:
    client = signed_in(cast.charlie)
    for tail in ("", "members/", "tokens/", "audit/", "audit.csv", "audit.json", "export/", "delete/"):
        theirs = client.get(f"/w/{cast.workspace.public_id}/{tail}")
        nobody_s = client.get(f"/w/AAAAAAAAAAAA/{tail}")
        assert (theirs.status_code, nobody_s.status_code) == (404, 404)
        pages = [answer.content.decode().split("<main")[1] for answer in (theirs, nobody_s)]
        assert pages[0] == pages[1]


def test_an_owner_changes_a_role_and_it_counts_at_the_next_request(cast: Cast) -> None:
    owner, bob = signed_in(cast.alice), signed_in(cast.bob)
    tokens = f"/w/{cast.workspace.public_id}/tokens/"
    assert bob.get(tokens).status_code == 200
    address = f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/role/"
    assert owner.post(address, {"role": "viewer", "was": "editor"}).status_code == 302
    assert bob.get(tokens).status_code == 403
    late = owner.post(address, {"role": "owner", "was": "editor"})
    assert late.status_code == 409
    assert role_in(cast.workspace, cast.bob) == Role.VIEWER
    assert owner.post(address, {"role": "king", "was": "viewer"}).status_code == 422
    assert bob.post(address, {"role": "owner", "was": "viewer"}).status_code == 403
    assert actions(cast.workspace) == ["member.changed"]


def test_a_removed_member_is_out_at_the_next_request(cast: Cast) -> None:
    bob = signed_in(cast.bob, cast.workspace)
    address = f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/remove/"
    assert signed_in(cast.vera).post(address).status_code == 403
    assert signed_in(cast.alice).post(address).status_code == 302
    assert bob.get(f"/w/{cast.workspace.public_id}/").status_code == 404
    assert "Platform team" not in bob.get("/").content.decode()


def test_everybody_may_leave_but_the_last_owner(cast: Cast) -> None:
    members = f"/w/{cast.workspace.public_id}/members/"
    assert signed_in(cast.vera).post(f"{members}{cast.vera.public_id}/remove/").status_code == 302
    refused = signed_in(cast.alice).post(f"{members}{cast.alice.public_id}/remove/")
    assert refused.status_code == 422
    assert "A workspace needs an owner" in refused.content.decode()
    lowered = signed_in(cast.alice).post(
        f"/w/{cast.workspace.public_id}/members/{cast.alice.public_id}/role/", {"role": "viewer", "was": "owner"}
    )
    assert lowered.status_code == 422
    assert role_in(cast.workspace, cast.alice) == Role.OWNER


def test_an_owner_who_is_switched_off_does_not_count_as_one(cast: Cast) -> None:
    a_member(cast.workspace, cast.charlie, Role.OWNER)
    User.objects.filter(pk=cast.charlie.pk).update(is_active=False)
    with pytest.raises(LastOwnerError):
        remove(Visit(cast.alice, cast.workspace, Role.OWNER), cast.alice, timezone.now())


def leave_at_once(monkeypatch: pytest.MonkeyPatch) -> tuple[Cast, list[str]]:
    """Two owners leave when both have seen that the other one is there."""
    cast = a_cast()
    cast.workspace.change_role(cast.bob, Role.OWNER)
    both = Barrier(2)
    check = Workspace._must_keep_an_owner

    def met(workspace: Workspace, user: User) -> None:
        check(workspace, user)
        # Where the guard holds, the other one waits for its turn and does not come.
        with suppress(BrokenBarrierError):
            both.wait(2)

    monkeypatch.setattr(Workspace, "_must_keep_an_owner", met)

    def leave(user: User) -> str:
        try:
            Workspace.objects.get(pk=cast.workspace.pk).remove(user)
        except LastOwnerError:
            return "stayed"
        finally:
            connections.close_all()
        return "left"

    with ThreadPoolExecutor(2) as pool:
        return cast, sorted(pool.map(leave, (cast.alice, cast.bob)))


@pytest.mark.usefixtures("committed_db")
def test_of_two_owners_who_leave_at_once_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    cast, ends = leave_at_once(monkeypatch)
    assert ends == ["left", "stayed"]
    assert cast.workspace.memberships.filter(role=Role.OWNER).count() == 1


@pytest.mark.usefixtures("committed_db")
def test_without_the_guard_both_would_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the test above sees the race: its guard is the lock, on SQLite that of the transaction."""
    monkeypatch.setattr(Workspace, "_locked", lambda workspace: None)
    monkeypatch.setattr(workspaces, "transaction", SimpleNamespace(atomic=nullcontext))
    cast, ends = leave_at_once(monkeypatch)
    assert ends == ["left", "left"]
    assert not cast.workspace.memberships.filter(role=Role.OWNER).exists()


def test_a_change_that_was_decided_on_something_else_changes_nothing(cast: Cast) -> None:
    visit = Visit(cast.alice, cast.workspace, Role.OWNER)
    with pytest.raises(StaleError):
        change_role(visit, cast.vera, Role.OWNER, timezone.now(), was=Role.EDITOR)
    assert role_in(cast.workspace, cast.vera) == Role.VIEWER
    assert actions(cast.workspace) == []


def test_deleting_asks_for_the_name_and_offers_the_archive(cast: Cast) -> None:
    client = signed_in(cast.alice)
    address = f"/w/{cast.workspace.public_id}/delete/"
    assert f"/w/{cast.workspace.public_id}/export/" in client.get(address).content.decode()
    assert client.post(address, {"name": "platform team"}).status_code == 422
    assert signed_in(cast.bob).post(address, {"name": "Platform team"}).status_code == 403
    assert client.post(address, {"name": "Platform team"}).status_code == 302
    assert not Workspace.objects.filter(pk=cast.workspace.pk).exists()
    assert client.get("/").status_code == 200


def test_a_personal_workspace_goes_only_with_its_owner(cast: Cast) -> None:
    mine = Workspace.objects.get(personal_of=cast.alice)
    client = signed_in(cast.alice)
    assert client.post(f"/w/{mine.public_id}/delete/", {"name": mine.name}).status_code == 422
    assert Workspace.objects.filter(pk=mine.pk).exists()


def test_who_is_let_into_a_personal_workspace_still_works_in_their_own(cast: Cast) -> None:
    hers = Workspace.objects.get(personal_of=cast.alice)
    a_member(hers, cast.bob, Role.OWNER)
    assert personal_workspace(cast.bob).personal_of == cast.bob
    cast.bob.memberships.exclude(workspace=hers).delete()
    Workspace.objects.filter(personal_of=cast.bob).delete()
    assert personal_workspace(cast.bob) != hers, "Another one is made, of his own."


def test_a_personal_workspace_that_was_handed_over_is_one_like_any_other(cast: Cast) -> None:
    hers = Workspace.objects.get(personal_of=cast.alice)
    a_member(hers, cast.bob, Role.OWNER)
    remove(Visit(cast.alice, hers, Role.OWNER), cast.alice, timezone.now())
    assert personal_workspace(cast.alice) != hers
    assert signed_in(cast.bob).post(f"/w/{hers.public_id}/delete/", {"name": hers.name}).status_code == 302


@pytest.mark.usefixtures("committed_db")
def test_two_first_pages_at_once_make_one_personal_workspace() -> None:
    dora = User.objects.create_user("dora@example.org", name="D" * 150)
    both = Barrier(2)

    def open_page() -> str:
        both.wait(5)
        try:
            return personal_workspace(dora).public_id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(open_page) for _ in "ab")
        assert first.result() == second.result()
    assert Workspace.objects.of(dora).count() == 1


def test_the_archive_holds_everything_and_no_formula(cast: Cast) -> None:
    client = signed_in(cast.alice)
    User.objects.filter(pk=cast.bob.pk).update(name="=HYPERLINK(1)")
    client.post(f"/w/{cast.workspace.public_id}/tokens/", {"name": "@nightly", "scope": "read", "days": "30"})
    answer = client.get(f"/w/{cast.workspace.public_id}/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="platform-team-{cast.workspace.public_id}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archived:
        files = {name: archived.read(name).decode("utf-8-sig") for name in archived.namelist()}
    assert json.loads(files["workspace/workspace.json"])["name"] == "Platform team"
    assert "'=HYPERLINK(1),bob@example.org,editor" in files["workspace/members.csv"]
    assert "'@nightly" in files["workspace/tokens.csv"]
    assert "secret" not in files["workspace/tokens.csv"]
    assert json.loads(files["workspace/audit.json"])["checkpoint"]["sequence"] == 1
    assert len(files) > 5


@pytest.mark.parametrize("address", ["/w/", "/me/", "/me/export/", "/me/delete/", "/w/AAAAAAAAAAAA/members/"])
def test_who_is_not_signed_in_is_asked_to(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next={address}"
    assert PASSWORD not in answer.headers["Location"]


def test_before_somebody_is_removed_it_is_said_what_ends_with_them(cast: Cast) -> None:
    change_role(Visit(cast.alice, cast.workspace, Role.OWNER), cast.bob, Role.OWNER, timezone.now())
    bob = Visit(cast.bob, cast.workspace, Role.OWNER)
    new_token(bob, "nightly", Scope.READ, None)
    invite_somebody(bob, Role.VIEWER, timezone.now(), "new@example.org")
    client, address = signed_in(cast.alice), f"/w/{cast.workspace.public_id}/members/{cast.bob.public_id}/remove/"
    assert f'href="{address}"' in client.get(f"/w/{cast.workspace.public_id}/members/").content.decode()
    page = client.get(address).content.decode()
    assert "Remove “Bob” from “Platform team”?" in page
    assert "the API token “nightly”" in page
    assert "the invitation for new@example.org" in page
    assert cast.workspace.role_of(cast.bob) == Role.OWNER, "Looking is not removing."
    assert client.post(address).status_code == 302
    assert cast.workspace.role_of(cast.bob) is None
    mine = client.get(address.replace(cast.bob.public_id, cast.alice.public_id)).content.decode()
    assert "Leave “Platform team”?" in mine
    assert "ends with it" not in mine


@pytest.mark.parametrize("page", ["tokens/", "audit/", "prices/new/"])
def test_whose_role_does_not_reach_is_told_so_and_nothing_of_cookies(cast: Cast, page: str) -> None:
    answer = signed_in(cast.vera).get(f"/w/{cast.workspace.public_id}/{page}")
    assert answer.status_code == 403
    assert "Your role in this workspace does not allow this" in answer.content.decode()
    assert "cookies" not in answer.content.decode()


def test_a_form_that_is_too_old_is_still_told_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/preferences/", {"theme": "dark"})
    assert (answer.status_code, "cookies are switched off" in answer.content.decode()) == (403, True)
