"""Deleting an account: what goes along, what is handed over first, and what stays without a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from costcalc.accounts import audit, team
from costcalc.accounts.models import User
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Invitation, LastOwnerError, Workspace


class HandOverError(Exception):
    """Workspaces that others are in, and that nobody else owns; `args` are they."""


def delete_account(user: User, now: dt.datetime) -> None:
    """End an account. Workspaces without anybody else go along. Raises HandOverError, and then nothing has changed."""
    with audit.durable(), transaction.atomic():
        mine: list[Workspace] = list(Workspace.objects.of(user).order_by("pk"))
        alone = [workspace for workspace in mine if not _others(workspace, user)]
        _leave([workspace for workspace in mine if workspace not in alone], user, now)
        for workspace in alone:
            workspace.delete()
        Invitation.objects.filter(Q(accepted_by=user) | Q(email__iexact=user.email)).update(email="")
        audit.erase(user, now)
        user.delete()


def _others(workspace: Workspace, user: User) -> bool:
    """Whether anybody else is in; the workspace is locked, so that nobody comes in meanwhile."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    return workspace.memberships.exclude(user=user).exists()


def _leave(workspaces: Iterable[Workspace], user: User, now: dt.datetime) -> None:
    stuck = []
    for workspace in workspaces:
        try:
            with audit.acting(workspace, audit.Actor(user)) as act:
                role: Role = workspace.remove(user)
                act.note("member.left", team.target(user), {"role": role})
                team.end_all(act, user, now)
        except LastOwnerError:
            stuck.append(workspace)
    if stuck:
        raise HandOverError(*stuck)
