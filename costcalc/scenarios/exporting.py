"""The room's part of a workspace's archive: every scenario with every revision, its prices and what was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.models import Comment, PinnedPrice, Revision, SavedScenario, ShareLink

Json = dict[str, Any]


def exported(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """`<id>.json` for each scenario, and `links.json`; links themselves are not stored, so not there either."""
    for scenario in SavedScenario.objects.of(workspace).select_related("created_by").iterator(chunk_size=100):
        yield f"{scenario.public_id}.json", _text(_scenario(scenario))
    yield "links.json", _text([_link(link) for link in ShareLink.objects.of(workspace)])


def _scenario(scenario: SavedScenario) -> Json:
    revisions = scenario.revisions.select_related("author").prefetch_related(
        "pins__price", "pins__own_price", "rate_pins__rate", "approvals__asked_by", "approvals__asked_of"
    )
    return {
        "id": scenario.public_id,
        "name": scenario.name,
        "note": scenario.note,
        "created_at": scenario.created_at,
        "created_by": _person(scenario.created_by),
        "archived_at": scenario.archived_at,
        "revision": scenario.revision,
        "revisions": [_revision(revision) for revision in revisions],
        "comments": [_comment(comment) for comment in scenario.comments.select_related("author")],
    }


def own_data(user: User) -> dict[str, Any]:
    """What a person made, saved and said in workspaces that they are in: elsewhere it is others' business by now."""
    theirs = Workspace.objects.of(user)
    made = SavedScenario.objects.filter(created_by=user, workspace__in=theirs).select_related("workspace")
    saved = Revision.objects.filter(author=user, scenario__workspace__in=theirs).select_related("scenario")
    said = Comment.objects.filter(author=user, scenario__workspace__in=theirs).select_related("scenario")
    return {
        "made": map(_made, made.order_by("pk")),
        "saved": ({"scenario": one.scenario.public_id, **_authored(one)} for one in saved.order_by("pk")),
        "said": ({"scenario": one.scenario.public_id, **_comment(one)} for one in said.order_by("pk")),
    }


def _made(scenario: SavedScenario) -> Json:
    return {"id": scenario.public_id, "workspace": scenario.workspace.public_id, "name": scenario.name}


def _authored(revision: Revision) -> Json:
    names = {"number": revision.number, "query": revision.query, "day": revision.day}
    return {**names, "at": revision.created_at, "comment": revision.comment}


def _comment(comment: Comment) -> Json:
    return {
        "revision": comment.revision_number,
        "by": _person(comment.author),
        "at": comment.created_at,
        "edited_at": comment.edited_at,
        "text": comment.text,
    }


def _revision(revision: Revision) -> Json:
    approvals = [
        {
            "asked_by": _person(approval.asked_by),
            "asked_of": _person(approval.asked_of),
            "asked_at": approval.asked_at,
            "decision": approval.decision,
            "decided_at": approval.decided_at,
            "words": approval.words,
        }
        for approval in revision.approvals.all()
    ]
    return {
        "number": revision.number,
        "query": revision.query,
        "day": revision.day,
        "by": _person(revision.author),
        "at": revision.created_at,
        "comment": revision.comment,
        "sides": revision.sides,
        "saving_cents": revision.saving_cents,
        "prices": [_pin(pin) for pin in revision.pins.all()],
        "exchange_rates": [{**pin.rate.audited(), "used": pin.used} for pin in revision.rate_pins.all()],
        "approvals": approvals,
    }


def _pin(pin: PinnedPrice) -> Json:
    row = pin.own_price or pin.price
    return {
        "workload": pin.workload + 1,
        "side": pin.side,
        "model": pin.model,
        "terms": json.loads(row.terms) if row else None,
        "shutdown_on": pin.shutdown_on,
    }


def _link(link: ShareLink) -> Json:
    return {
        "id": link.public_id,
        "scenario": link.revision.scenario.public_id,
        "revision": link.revision.number,
        "note": link.note,
        "made_by": _person(link.created_by),
        "made_at": link.created_at,
        "expires_at": link.expires_at,
        "last_used_at": link.last_used_at,
        "revoked_at": link.revoked_at,
    }


def _person(user: Any) -> str | None:
    return None if user is None else str(user)


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
