"""How the audit log says what is done to scenarios, their links, and the talk about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.log_words import Field, choice, day, register_acts, register_fields, register_kind
from costcalc.accounts.workspaces import Workspace
from costcalc.engine import dollars
from costcalc.formatting import Formatter
from costcalc.scenarios.fields import BY_NAME, SIDES
from costcalc.scenarios.models import Approval, Comment, SavedScenario, ShareLink

ACTS = {
    "scenario.saved": _("scenario saved"),
    "scenario.revised": _("scenario revised"),
    "scenario.repriced": _("scenario re-priced"),
    "scenario.renamed": _("scenario renamed"),
    "scenario.duplicated": _("scenario duplicated"),
    "scenario.archived": _("scenario archived"),
    "scenario.restored": _("scenario taken out of the archive"),
    "scenario.deleted": _("scenario deleted"),
    "link.made": _("link made"),
    "link.revoked": _("link revoked"),
    "comment.written": _("comment written"),
    "comment.changed": _("comment changed"),
    "comment.deleted": _("comment deleted"),
    "approval.asked": _("approval asked for"),
    "approval.given": _("approval given"),
    "approval.declined": _("approval declined"),
}
Found = Mapping[str, tuple[str, str]]


def register() -> None:
    """Have the room's words in every log."""
    register_acts(ACTS)
    for kind, label, find in (
        ("scenario", _("Scenario"), _scenarios),
        ("comment", _("Comment"), _comments),
        ("approval", _("Approval"), _approvals),
        ("link", _("Link"), _links),
    ):
        register_kind(kind, label, find)
    register_fields(
        {
            "revision": Field(_("Revision")),
            "of": Field(_("Scenario"), kind="scenario"),
            "on": Field(_("Scenario"), kind="scenario"),
            "shares": Field(_("Scenario"), kind="scenario"),
            "asked_of": Field(_("Asked"), kind="member"),
            "sides": Field(_("From → to")),
            "query": Field("", spread=_typed),
            "day": Field(_("Prices of (UTC)"), day),
            "saving_cents": Field(_("Saving, a month"), _money),
            "comment": Field(_("What changed, and why")),
            "decision": Field(_("Answer"), choice(Approval.Decision)),
            "words": Field(_("Why")),
            "revoked": Field(_("Revoked")),
            "characters": Field(_("Characters")),
        }
    )


def _money(cents: Any, write: Formatter) -> str:
    return write.money(dollars(cents))


def _typed(query: str, _write: Formatter) -> Mapping[str, str]:
    """What was typed, by the label of its field; both sides of the move are said beside it already."""
    found = {}
    for key, value in QueryDict(query).items():
        number, dot, rest = key.partition(".")
        workload, name = (number, rest) if dot and number.isdigit() else ("", key)
        if name not in SIDES:
            label = BY_NAME[name].label if name in BY_NAME else name
            found[f"{label} ({workload})" if workload else str(label)] = str(value)
    return found


def _scenarios(workspace: Workspace, ids: Collection[str]) -> Found:
    found = SavedScenario.objects.filter(workspace=workspace, public_id__in=ids)
    return {one.public_id: (one.name, reverse("scenarios:scenario", args=[one.public_id])) for one in found}


def _comments(workspace: Workspace, ids: Collection[str]) -> Found:
    found = Comment.objects.filter(scenario__workspace=workspace, public_id__in=ids).select_related("scenario")
    return {one.public_id: _part(one.scenario, one.public_id) for one in found}


def _approvals(workspace: Workspace, ids: Collection[str]) -> Found:
    asked = Approval.objects.filter(revision__scenario__workspace=workspace, public_id__in=ids)
    return {
        one.public_id: _part(one.revision.scenario, "approval") for one in asked.select_related("revision__scenario")
    }


def _links(workspace: Workspace, ids: Collection[str]) -> Found:
    made = ShareLink.objects.filter(revision__scenario__workspace=workspace, public_id__in=ids)
    address = reverse("accounts:links", args=[workspace.public_id])
    return {one.public_id: (one.revision.scenario.name, address) for one in made.select_related("revision__scenario")}


def _part(scenario: SavedScenario, part: str) -> tuple[str, str]:
    """Something on a scenario's page."""
    return scenario.name, f"{reverse('scenarios:scenario', args=[scenario.public_id])}#{part}"
