"""People and what they share. Everybody has a name: Alice owns, Bob is in her team, Charlie is an outsider."""

import datetime as dt
from dataclasses import dataclass

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.utils import timezone

from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.workspaces import ApiToken, Membership, Workspace, make_token, personal_workspace

PASSWORD = "correct horse battery"


def a_person(name: str) -> User:
    """Somebody with an account, a password and a personal workspace: `alice@example.org` for Alice."""
    user = User.objects.create_user(f"{name.lower()}@example.org", PASSWORD, name=name)
    personal_workspace(user)
    return user


def a_member(workspace: Workspace, user: User, role: Role = Role.EDITOR) -> Membership:
    """Have somebody belong."""
    return Membership.objects.create(workspace=workspace, user=user, role=role)


def a_token(
    workspace: Workspace, user: User, scope: Scope = Scope.WRITE, expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """A token of somebody's, and its secret."""
    return make_token(workspace, "a program", scope, user, expires_at)


@dataclass(frozen=True)
class Cast:
    """Alice owns the workspace, Bob edits in it, Vera looks, Charlie is an outsider with one of his own."""

    workspace: Workspace
    alice: User
    bob: User
    vera: User
    charlie: User


def a_cast(name: str = "Platform team") -> Cast:
    """Everybody, and where they belong."""
    alice, bob, vera, charlie = map(a_person, ("Alice", "Bob", "Vera", "Charlie"))
    workspace = Workspace.objects.made_for(alice, name)
    a_member(workspace, bob)
    a_member(workspace, vera, Role.VIEWER)
    return Cast(workspace, alice, bob, vera, charlie)


def types_the_password(client: Client, ago: dt.timedelta = dt.timedelta()) -> None:
    """Have the client's person have typed their password, just now or so long ago."""
    session = client.session
    at = (timezone.now() - ago).timestamp()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def signed_in(user: User, workspace: Workspace | None = None) -> Client:
    """A client with somebody's fresh session, working in a workspace if one is given."""
    client = Client()
    client.force_login(user)
    types_the_password(client)
    if workspace is not None:
        client.post(f"/w/{workspace.public_id}/switch/")
    return client
