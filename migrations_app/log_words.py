"""How the audit log says what is done to plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from costcalc.accounts.log_words import register_acts, register_kind
from costcalc.accounts.workspaces import Workspace
from migrations_app import log_fields
from migrations_app.calendars.links import CalendarLink
from migrations_app.hooks.webhooks import Webhook
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.own import templates_of
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.playbook.words import titled
from migrations_app.review.links import ReviewLink
from migrations_app.rules.happening import Happening
from migrations_app.rules.rollout import Rollout, evolved
from migrations_app.rules.state import State
from migrations_app.rules.steps import Phase
from migrations_app.steps.words import PHASES

# By the kind of a happening; the plan's own log says them in the same words.
ACTS = {
    "plan.made": _("plan made"),
    "plan.renamed": _("plan renamed"),
    "plan.archived": _("plan archived"),
    "plan.restored": _("plan taken out of the archive"),
    "plan.deleted": _("plan deleted"),
    "plan.imported": _("plan taken in from a file"),
    "readings.taken": _("figures of a stage taken"),
    "readings.limited": _("limits set"),
    "safety.stated": _("stated for the way back"),
    "safety.tested": _("old key tested"),
    "review.measured": _("figures of the review written"),
    "review.concluded": _("review concluded"),
    "review.reopened": _("review opened again"),
    "review.dated": _("day of the review changed"),
    "review.shared": _("review shared by link"),
    "review-link.revoked": _("link to a review revoked"),
    "calendar-link.made": _("calendar link made"),
    "calendar-link.revoked": _("calendar link revoked"),
    "canary.planned": _("stages changed"),
    "canary.started": _("canary started"),
    "canary.promoted": _("stage passed"),
    "canary.skipped": _("stage skipped"),
    "canary.held": _("canary held"),
    "canary.paused": _("canary paused"),
    "canary.resumed": _("canary resumed"),
    "canary.rolled_back": _("rolled back"),
    "canary.rehearsed": _("roll-back rehearsed"),
    "phases.signed_off": _("phase signed off"),
    "phases.reopened": _("phase reopened"),
    "plan.rescheduled": _("plan rescheduled"),
    "template.made": _("template made"),
    "template.deleted": _("template deleted"),
    "steps.added": _("steps added"),
    "steps.changed": _("steps changed"),
    "steps.removed": _("steps removed"),
    "steps.reopened": _("steps reopened"),
    "steps.begun": _("steps begun"),
    "steps.blocked": _("steps blocked"),
    "steps.done": _("steps done"),
    "steps.skipped": _("steps skipped"),
    "steps.commented": _("step commented on"),
    "steps.shown": _("evidence added"),
    "steps.withdrawn": _("evidence withdrawn"),
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
    "webhook.made": _("webhook made"),
    "webhook.removed": _("webhook deleted"),
    "webhook.sent_again": _("message to a webhook sent again"),
    "webhook.tested": _("webhook tested"),
}


# What leads on; where to is no part of what happened, since the stages say it.
ONWARD = {"canary.started", "canary.promoted", "canary.skipped"}


def register() -> None:
    """Have the app's words in every log."""
    register_acts(ACTS)
    log_fields.register()
    register_kind("plan", _("Plan"), _plans)
    register_kind("template", _("Template"), _templates)
    register_kind("webhook", _("Webhook"), _webhooks)
    register_kind("calendar-link", _("Calendar link"), _calendar_links)
    register_kind("review-link", _("Link to a review"), _review_links)


def _plans(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    found = Plan.objects.filter(workspace=workspace, public_id__in=ids)
    return {one.public_id: (one.name, reverse("planner:plan", args=[one.public_id])) for one in found}


def _templates(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    there = reverse("planner:templates")
    ours = {key: (titled(template.name), there) for key, template in TEMPLATES.items() if key in ids}
    return ours | {one.public_id: (one.name, there) for one in templates_of(workspace).filter(public_id__in=ids)}


def _webhooks(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    found = Webhook.objects.filter(workspace=workspace, public_id__in=ids)
    at = workspace.public_id
    return {one.public_id: (str(one), reverse("webhooks:webhook", args=[at, one.public_id])) for one in found}


def shares(plan: Plan) -> dict[int, Decimal]:
    """The target's share of the traffic after each happening of the canary, by its revision."""
    found, now = {}, Rollout()
    for row in plan.events.filter(kind__startswith="canary.").order_by("number"):
        now = evolved(now, row.happening)
        found[row.number] = now.weight
    return found


def told(row: PlanEvent, state: State, weight: Decimal | None) -> dict[str, Any]:
    """A happening as the plan's own log says it: of which step or key, and to which share of the traffic.

    `state` is the plan's as it is now, `weight` the target's share after this happening of the canary.
    """
    happening = row.happening
    back = Decimal(happening.data["percent"]) if "percent" in happening.data else None
    return {
        "what": ACTS[happening.kind],
        "of": _of(happening, state),
        "share": weight if happening.kind in ONWARD else back,
        "why": happening.data.get("reason") or happening.data.get("statement", ""),
        "at": happening.at,
        "actor": row.actor,
        "itself": not happening.who,
    }


def _of(happening: Happening, state: State) -> str:
    """The key, the phase, the one step or how many; nothing where the plan has them no more."""
    data = happening.data
    if happening.kind.startswith("key.") and data.get("key") in state.keys.by_id:
        key = state.keys.by_id[data["key"]]
        return f"{key.provider}, {key.environment}"
    if happening.kind.startswith("phases."):
        return str(PHASES[Phase(data["phase"])])
    if not happening.kind.startswith("steps."):
        return ""
    ids = [*data.get("ids", ()), *data.get("changes", ()), *([data["id"]] if "id" in data else [])]
    ids += [step["id"] for step in data.get("steps", ())]
    found = [step for step in map(state.steps.found, ids) if step]
    return titled(found[0].title) if len(found) == 1 else counted(len(found))


def counted(steps: int) -> str:
    """`3 steps`; nothing for none."""
    return ngettext("%(count)s step", "%(count)s steps", steps) % {"count": steps} if steps else ""


def _review_links(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    found = ReviewLink.objects.filter(plan__workspace=workspace, public_id__in=ids).select_related("plan")
    return {one.public_id: (one.plan.name, reverse("planner:review-share", args=[one.plan.public_id])) for one in found}


def _calendar_links(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """Those of plans by their plan; those of the person whose workspace this is by what they are for."""
    links = CalendarLink.objects.filter(public_id__in=ids).select_related("plan")
    found = {
        one.public_id: (one.plan.name, reverse("planner:calendar", args=[one.plan.public_id]))
        for one in links.filter(plan__workspace=workspace)
        if one.plan
    }
    own = links.filter(plan=None, created_by=workspace.personal_of)
    mine = {one.public_id: (one.note or one.public_id, reverse("own-calendar:calendar")) for one in own}
    return {**found, **mine}
