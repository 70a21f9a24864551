"""The pages of a workspace, as its navigation lists them for somebody."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.access import Visit
from costcalc.accounts.roles import Role
from costcalc.accounts.rooms import Page, pages

FIRST = (
    Page("accounts:workspace", _("Settings")),
    Page("accounts:members", _("Members")),
)
LAST = (
    Page("accounts:links", _("Links"), Role.EDITOR),
    Page("accounts:tokens", _("API tokens"), Role.EDITOR),
    Page("accounts:audit", _("Audit log"), Role.OWNER),
)


def navigation(visit: Visit, here: str) -> dict[str, Any]:
    """What `components/_workspace.html` shows: the visit, and the pages that its role may read."""
    shown = [page for page in (*FIRST, *pages(), *LAST) if visit.may(page.needed)]
    links = [
        (reverse(page.address, kwargs={"workspace": visit.workspace.public_id}), page.label, page.address == here)
        for page in shown
    ]
    return {"visit": visit, "workspace": visit.workspace, "links": links, "is_owner": visit.may(Role.OWNER)}
