"""How the audit log says what is done to plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.log_words import register_acts, register_kind
from costcalc.accounts.workspaces import Workspace
from migrations_app.plans import Plan

# By the kind of a happening; the plan's own log says them in the same words.
ACTS = {
    "plan.made": _("plan made"),
    "plan.renamed": _("plan renamed"),
    "plan.archived": _("plan archived"),
    "plan.restored": _("plan taken out of the archive"),
    "plan.deleted": _("plan deleted"),
    "canary.planned": _("stages changed"),
    "canary.started": _("canary started"),
    "canary.promoted": _("stage passed"),
    "canary.skipped": _("stage skipped"),
    "canary.held": _("canary held"),
    "canary.paused": _("canary paused"),
    "canary.resumed": _("canary resumed"),
    "canary.rolled_back": _("rolled back"),
    "canary.rehearsed": _("roll-back rehearsed"),
    "key.added": _("key listed"),
    "key.created": _("key created"),
    "key.described": _("key described"),
    "key.dropped": _("key not used after all"),
    "key.finished": _("key in use"),
    "key.kept": _("end of a key's overlap changed"),
    "key.leaked": _("key revoked after a leak"),
    "key.reinstated": _("previous key in use again"),
    "key.revoked": _("key revoked"),
    "key.set": _("key set"),
    "key.tested": _("key tested"),
    "key.used": _("last use of a key noted"),
    "key.window": _("days to roll back changed"),
}


def register() -> None:
    """Have the app's words in every log."""
    register_acts(ACTS)
    register_kind("plan", _("Plan"), _plans)


def _plans(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    found = Plan.objects.filter(workspace=workspace, public_id__in=ids)
    return {one.public_id: (one.name, reverse("planner:plan", args=[one.public_id])) for one in found}
