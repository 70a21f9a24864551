"""All of a workspace in one file, and all of a person: what they may take along. Neither is ever whole in memory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.db.models import QuerySet

from costcalc.accounts import journal, rooms
from costcalc.accounts.audit import AuditEntry, acts_of
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import ApiToken, Workspace
from costcalc.wire.cells import table
from costcalc.wire.files import temporary_file

INVITATION = ("email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
TOKEN = ("name", "scope", "created_at", "expires_at", "last_used_at", "revoked_at")


def archive(workspace: Workspace) -> IO[bytes]:
    """A zip of what every room holds of this workspace, in a temporary file."""
    file = temporary_file()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archived:
        for path, contents in rooms.exported(workspace):
            with archived.open(path, "w", force_zip64=True) as part:
                part.writelines([contents] if isinstance(contents, bytes) else contents)
    file.seek(0)
    return file


def workspace_files(workspace: Workspace) -> Iterator[rooms.File]:
    """The part of accounts: settings, members, invitations, tokens (never a secret), the audit log."""
    yield "workspace.json", as_json(_workspace(workspace))
    members = workspace.memberships.select_related("user").order_by("pk")
    head = ("name", "email", "role", "joined_at")
    yield "members.csv", table(head, ((m.user.name, m.user.email, m.role, m.joined_at.isoformat()) for m in members))
    yield "invitations.csv", table(("id", *INVITATION), workspace.invitations.values_list("public_id", *INVITATION))
    yield "tokens.csv", table(("id", *TOKEN), workspace.tokens.values_list("public_id", *TOKEN))
    yield "audit.csv", journal.as_csv(workspace, workspace.audit_entries.all())
    yield "audit.json", journal.as_json(workspace, workspace.audit_entries.all())


def _workspace(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.public_id,
        "name": workspace.name,
        "sharing_allowed": workspace.sharing_allowed,
        "created_at": workspace.created_at,
    }


def own_data(user: User) -> dict[str, Any]:
    """What the product knows of a person, where they belong and what they did; for `json_pieces`."""
    return {
        "account": _account(user),
        "workspaces": (
            {**_workspace(m.workspace), "role": m.role, "joined_at": m.joined_at, "personal": m.workspace.personal}
            for m in user.memberships.select_related("workspace").order_by("pk")
        ),
        "tokens": ({"workspace": token.workspace.public_id, **_token(token)} for token in _tokens(user)),
        "acts": (_act(entry) for entry in acts_of(user).iterator(chunk_size=500)),
        **rooms.own_data(user),
    }


def _account(user: User) -> dict[str, Any]:
    return {
        "id": user.public_id,
        "email": user.email,
        "name": user.name,
        "joined_at": user.date_joined,
        "last_sign_in": user.last_login,
        "language": user.language,
        "time_zone": user.time_zone,
        "currency": user.currency,
    }


def _tokens(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(made_by=user).select_related("workspace").order_by("pk")


def _token(token: ApiToken) -> dict[str, Any]:
    return {"id": token.public_id, **{name: getattr(token, name) for name in TOKEN}}


def _act(entry: AuditEntry) -> dict[str, Any]:
    return {
        "workspace": entry.workspace.public_id,
        "at": entry.at,
        "action": entry.action,
        "target": entry.target,
    }


def as_json(value: Any) -> bytes:
    """JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
