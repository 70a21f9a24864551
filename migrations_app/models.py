"""The models of the app, where Django looks for them."""

from migrations_app.calendars.links import CalendarLink
from migrations_app.digests.digest import Digest
from migrations_app.evidence import EvidenceFile
from migrations_app.hooks.webhooks import Delivery, Webhook
from migrations_app.leases import Lease
from migrations_app.links import ReviewLink
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.own import OwnTemplate

__all__ = [
    "CalendarLink",
    "Delivery",
    "Digest",
    "EvidenceFile",
    "Lease",
    "OwnTemplate",
    "Plan",
    "PlanEvent",
    "ReviewLink",
    "Webhook",
]
