"""Reviews shared by link, as they stood at a revision of their plan."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.accounts import links
from costcalc.accounts.access import Visit
from costcalc.accounts.audit import acting
from costcalc.accounts.links import Link, Opened
from migrations_app.plans import Plan
from migrations_app.rules.state import State


class ReviewLink(Link):
    """That whoever holds a link may read the review of a plan, as it stood at one of its revisions."""

    noun: ClassVar[str] = "review-link"
    to_workspace: ClassVar[str] = "plan__workspace"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="review_links")
    revision = models.PositiveIntegerField()

    @property
    def shared(self) -> State:
        """What it shows."""
        return self.plan.state_at(self.revision)


def opened(link: ReviewLink) -> Opened:
    """The review, at a revision of its plan."""
    return Opened(
        link.plan.name,
        _("review of a plan, revision %(number)s") % {"number": link.revision},
        reverse("planner:review-share", args=[link.plan.public_id]),
        {"kind": "review", "plan": link.plan.public_id, "revision": link.revision},
    )


def share_review(
    came: Visit, plan: Plan, revision: int, now: dt.datetime, note: str = "", expires_at: dt.datetime | None = None
) -> tuple[ReviewLink, str]:
    """A link to the review, and its secret part, which nobody sees again. Raises SharingForbiddenError, Http404."""
    with acting(came.workspace, came.actor) as act:
        links.must_be_allowed(came)
        if not plan.events.filter(number=revision).exists():
            raise Http404
        row, secret = ReviewLink.made(came, now, plan=plan, revision=revision, note=note, expires_at=expires_at)
        after = {"plan": plan.public_id, "revision": revision, "note": note, "expires_at": expires_at}
        act.note("review.shared", row.target, None, after)
    return row, secret
