"""All of a workspace in one file, and all of a person: what they may take along."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from costcalc.accounts import journal, rooms
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.cells import table

INVITATION = ("email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
TOKEN = ("name", "scope", "created_at", "expires_at", "last_used_at", "revoked_at")


def archive(workspace: Workspace) -> bytes:
    """A zip of what every room holds of this workspace."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archived:
        for path, contents in rooms.exported(workspace):
            archived.writestr(path, contents)
    return written.getvalue()


def workspace_files(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
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
    """What the product knows of a person, and where they belong."""
    memberships = user.memberships.select_related("workspace").order_by("pk")
    return {
        "account": {
            "id": user.public_id,
            "email": user.email,
            "name": user.name,
            "joined_at": user.date_joined,
            "last_sign_in": user.last_login,
            "language": user.language,
            "time_zone": user.time_zone,
            "currency": user.currency,
        },
        "workspaces": [
            {**_workspace(m.workspace), "role": m.role, "joined_at": m.joined_at, "personal": m.workspace.personal}
            for m in memberships
        ],
        **rooms.own_data(user),
    }


def as_json(value: Any) -> bytes:
    """JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
