"""The app's part of a workspace's archive, and of a person's own data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from costcalc.accounts.links import Link
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.files import json_pieces
from migrations_app.calendars.links import CalendarLink
from migrations_app.evidence.files import EvidenceFile
from migrations_app.hooks.webhooks import Webhook
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.own import templates_of, written
from migrations_app.review.links import ReviewLink
from migrations_app.rules import documents


def exported(workspace: Workspace) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    """Plans (`<id>.json`, which can be taken in again) with their files, templates, links and webhooks.

    Links themselves are not stored, and what a webhook is signed with and where it leads stays here: both are secrets.
    """
    for plan in Plan.objects.of(workspace).iterator(chunk_size=100):
        yield f"{plan.public_id}.json", document_of(plan)
    yield "links.json", json_pieces(map(_link, ReviewLink.objects.of(workspace)))
    yield "calendar-links.json", json_pieces(map(_calendar_link, CalendarLink.objects.of(workspace)))
    yield from _files(workspace)
    for row in templates_of(workspace):
        yield f"templates/{row.public_id}.json", written(row.template).encode()
    yield "webhooks.json", json_pieces(map(_hook, Webhook.objects.filter(workspace=workspace)))


def _files(workspace: Workspace) -> Iterator[tuple[str, bytes | Iterable[bytes]]]:
    """`files/<plan>/<id>` for each file of evidence: people named them, and a name may be a way out of a folder."""
    rows = EvidenceFile.objects.filter(plan__workspace=workspace).select_related("plan").order_by("pk")
    for row in rows.iterator(chunk_size=1):
        yield f"files/{row.plan.public_id}/{row.public_id}", bytes(row.content)
    yield "files.json", json_pieces(map(_file, rows.defer("content").iterator(chunk_size=500)))


def _file(row: EvidenceFile) -> dict[str, Any]:
    names = ("name", "size", "sha256", "added_at")
    return {"plan": row.plan.public_id, "id": row.public_id, **{name: getattr(row, name) for name in names}}


def _hook(hook: Webhook) -> dict[str, Any]:
    return {"id": hook.public_id, "host": str(hook), "note": hook.note, "created_at": hook.created_at}


def document_of(plan: Plan) -> Iterator[bytes]:
    """A plan as its document, in pieces."""
    return json_pieces(documents.written(plan.name, plan.happenings(plan.revision), timezone.now()))


def own_data(user: User) -> dict[str, Any]:
    """What a person did to plans in workspaces that they are in: elsewhere it is others' business by now."""
    theirs = Workspace.objects.of(user)
    acts = PlanEvent.objects.filter(actor=user, plan__workspace__in=theirs).select_related("plan").order_by("pk")
    days = CalendarLink.objects.filter(created_by=user).select_related("plan", "created_by")
    return {"acts": map(_act, acts.iterator(chunk_size=500)), "calendar_links": map(_calendar_link, days)}


def _act(row: PlanEvent) -> dict[str, Any]:
    happening = row.happening
    return {"plan": row.plan.public_id, "at": row.at, "kind": row.kind, "data": dict(happening.data)}


def _link(link: ReviewLink) -> dict[str, Any]:
    return {"plan": link.plan.public_id, "revision": link.revision, **link_facts(link)}


def _calendar_link(link: CalendarLink) -> dict[str, Any]:
    plan = link.plan.public_id if link.plan else None
    return {"plan": plan, "language": link.language, **link_facts(link)}


def link_facts(link: Link) -> dict[str, Any]:
    """What is worth knowing of a link."""
    names = ("note", "created_at", "expires_at", "last_used_at", "revoked_at")
    made_by = None if link.created_by is None else str(link.created_by)
    return {"id": link.public_id, "made_by": made_by, **{name: getattr(link, name) for name in names}}
