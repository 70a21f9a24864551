"""Links under which anybody may read one revision."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.accounts.links import Link, Opened
from costcalc.scenarios.saved import Revision


class ShareLink(Link):
    """That whoever holds a link may read a revision."""

    noun: ClassVar[str] = "link"
    to_workspace: ClassVar[str] = "revision__scenario__workspace"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="links")


def opened(link: ShareLink) -> Opened:
    """The revision."""
    scenario, number = link.revision.scenario, link.revision.number
    return Opened(
        scenario.name,
        _("scenario, revision %(number)s") % {"number": number},
        reverse("scenarios:revision", args=[scenario.public_id, number]),
        {"kind": "scenario", "scenario": scenario.public_id, "revision": number},
    )
