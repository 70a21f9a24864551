"""The models of the app, where Django looks for them."""

from migrations_app.calendars.links import CalendarLink
from migrations_app.digests.digest import Digest
from migrations_app.evidence.files import EvidenceFile
from migrations_app.hooks.webhooks import Delivery, Webhook
from migrations_app.leases import Lease
from migrations_app.plans import Plan, PlanEvent
from migrations_app.playbook.own import OwnTemplate
from migrations_app.review.links import ReviewLink

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
