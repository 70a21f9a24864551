"""The first account: by the printed link, once, and never again."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from costcalc.accounts.first_owner import (
    FirstOwnerLink,
    TooLateError,
    is_first_owner_link,
    make_first_owner,
    new_first_owner_link,
)
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace
from tests.factories import PASSWORD, a_person
from tests.processes import Served, environment, free_port

FORM = {"email": "alice@example.org", "name": "Alice", "password": PASSWORD}


@pytest.mark.django_db
def test_the_link_makes_the_first_owner_who_is_in_at_once(client: Client) -> None:
    link = new_first_owner_link()
    assert client.get(f"/first-owner/{link}/").status_code == 200
    assert client.post(f"/first-owner/{link}/", FORM).headers["Location"] == "/"
    alice = User.objects.get()
    assert alice.check_password(PASSWORD)
    assert [w.role_of(alice) for w in Workspace.objects.of(alice)] == [Role.OWNER]
    assert client.get("/me/").status_code == 200
    assert client.get(f"/first-owner/{link}/").status_code == 404
    assert new_first_owner_link() is None


@pytest.mark.django_db
def test_the_link_is_stored_hashed_and_each_start_replaces_it(client: Client) -> None:
    old = new_first_owner_link()
    new = new_first_owner_link()
    assert old
    assert new
    row = FirstOwnerLink.objects.get()
    assert row.link_hash not in {old, new}
    assert not is_first_owner_link(old)
    assert client.get(f"/first-owner/{old}/").status_code == 404
    assert client.post(f"/first-owner/{old}/", FORM).status_code == 404
    assert is_first_owner_link(new)


@pytest.mark.django_db
def test_once_there_is_an_account_the_link_is_dead_though_nobody_used_it(client: Client) -> None:
    link = new_first_owner_link()
    assert link
    a_person("Charlie")
    assert client.post(f"/first-owner/{link}/", FORM).status_code == 404
    with pytest.raises(TooLateError):
        make_first_owner(link, "alice@example.org", PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"password": "password"}, {"password": "x"}, {"email": "no"}, {"password": ""}])
def test_a_poor_form_uses_nothing_up(client: Client, wrong: dict[str, str]) -> None:
    link = new_first_owner_link()
    assert client.post(f"/first-owner/{link}/", {**FORM, **wrong}).status_code == 422
    assert link
    assert is_first_owner_link(link)


def race(link: str) -> list[bool]:
    """Eight people use one link at the same moment: who got an account."""

    def use(number: int) -> bool:
        try:
            make_first_owner(link, f"person{number}@example.org", PASSWORD)
        except TooLateError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(use, range(8)))


@pytest.mark.usefixtures("committed_db")
def test_of_those_who_come_at_once_one_is_the_owner() -> None:
    link = new_first_owner_link()
    assert link
    assert race(link).count(True) == 1
    assert User.objects.count() == 1


def test_the_server_prints_the_link_before_the_address_until_there_is_an_account(tmp_path: Path) -> None:
    env = environment(DATA_DIR=str(tmp_path), PORT=str(free_port()))
    with Served(sys.executable, "manage.py", "serve", env=env) as server:
        address = server.address()
        (said,) = [line for line in server.lines if "/first-owner/" in line]
        assert server.lines[-1].startswith("http://")
        assert address in said
        link = said.rsplit("/first-owner/")[1].rstrip("/")
        assert len(link) == 32
    assert link.encode() not in (tmp_path / "db.sqlite3").read_bytes()


@pytest.mark.django_db
def test_the_command_prints_a_link_that_replaces_the_last_one() -> None:
    old, said = new_first_owner_link(), io.StringIO()
    call_command("first_owner", stdout=said)
    assert is_first_owner_link(said.getvalue().strip().rsplit("/", 2)[1])
    assert old
    assert not is_first_owner_link(old)
    a_person("Alice")
    with pytest.raises(CommandError):
        call_command("first_owner")
