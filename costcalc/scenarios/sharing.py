"""Links under which anybody may read one revision."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.accounts.links import Link
from costcalc.scenarios.saved import Revision


class ShareLink(Link):
    """That whoever holds a link may read a revision."""

    noun: ClassVar[str] = "link"
    kind: ClassVar[str] = "scenario"
    to_workspace: ClassVar[str] = "revision__scenario__workspace"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="links")

    @property
    def opened(self) -> str:
        """The scenario's name."""
        return self.revision.scenario.name

    @property
    def opened_part(self) -> str:
        """Its revision."""
        return _("scenario, revision %(number)s") % {"number": self.revision.number}

    @property
    def opened_at(self) -> str:
        """The revision's page."""
        return reverse("scenarios:revision", args=[self.revision.scenario.public_id, self.revision.number])

    @property
    def facts(self) -> dict[str, Any]:
        """Its scenario and revision."""
        return {"scenario": self.revision.scenario.public_id, "revision": self.revision.number}
