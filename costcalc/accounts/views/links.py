"""Every link of a workspace, on one page, and the end of each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from costcalc.accounts import links as held
from costcalc.accounts.access import Visit, in_workspace, sent_from
from costcalc.accounts.navigation import navigation
from costcalc.accounts.roles import Role
from costcalc.wire.paging import page_number

PAGE = 50


@require_safe
@in_workspace(Role.EDITOR)
def links(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The links of every room that they may see, with their last use, a page at a time."""
    now, number = timezone.now(), page_number(request)
    shown = held.Seen(visit)[(number - 1) * PAGE : number * PAGE + 1]
    rows = [{"link": link, "state": link.state(now), "opened": held.opened_by(link)} for link in shown]
    context = {**navigation(visit, "accounts:links"), "rows": rows[:PAGE], "number": number, "more": len(rows) > PAGE}
    return render(request, "accounts/links.html", context)


@sent_from("accounts:links", "workspace")
@in_workspace(Role.EDITOR)
def revoke(request: HttpRequest, visit: Visit, link: str) -> HttpResponse:
    """End a link at once."""
    row = held.find(visit, link)
    if row is None:
        raise Http404
    held.end(visit, row, timezone.now())
    return redirect("accounts:links", visit.workspace.public_id)
