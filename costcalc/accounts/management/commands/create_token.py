"""An API token from the command line; the person and the workspace are made where they are absent."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from costcalc.accounts.audit import Actor, acting, durable
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role, Scope
from costcalc.accounts.team import target
from costcalc.accounts.workspaces import Membership, Workspace, make_token


class Command(BaseCommand):
    help = "Make an API token, with the person and the workspace where they are absent. Prints only the token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--workspace", required=True, help="its id, or its name among those of this person")
        parser.add_argument("--scope", required=True, choices=Scope.values)
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction: the token, and what it needs."""
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{options['email']} is no e-mail address.") from None
        if not options["workspace"].strip() or len(options["workspace"]) > 80:
            raise CommandError("A workspace's name has 1 to 80 characters.")
        with durable(), transaction.atomic():
            user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
            if not user.is_active:
                raise CommandError(f"{user.email} is switched off: a token of theirs would open nothing.")
            workspace = workspace_of(user, options["workspace"].strip())
            self.stdout.write(made(workspace, user, Scope(options["scope"]), options["name"][:80]))


def workspace_of(user: User, wanted: str) -> Workspace:
    """The workspace of this id or name that the person belongs to; else a new one of theirs.

    Raises CommandError for the id of somebody else's.
    """
    mine = list(Workspace.objects.of(user))
    named = [workspace for workspace in mine if wanted in {workspace.public_id, workspace.name}]
    if named:
        return named[0]
    if Workspace.objects.filter(public_id=wanted).exists():
        raise CommandError(f"{user.email} does not belong to the workspace {wanted}.")
    workspace: Workspace = Workspace.objects.create(name=wanted)
    with acting(workspace, Actor()) as act:
        Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
        act.note("workspace.made", target(workspace), after={"name": wanted})
        act.note("member.joined", target(user), after={"role": Role.OWNER})
    return workspace


def made(workspace: Workspace, user: User, scope: Scope, name: str) -> str:
    """The secret of a new token, noted as the operator's act."""
    with acting(workspace, Actor()) as act:
        token, secret = make_token(workspace, name, scope, user)
        act.note("token.made", target(token), after={"name": name, "scope": scope})
    return secret
