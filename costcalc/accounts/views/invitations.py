"""Following an invitation's link. The link is the permission, so it leaves the address at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts import capability, team
from costcalc.accounts.access import CURRENT, person
from costcalc.accounts.entrance import INVITED, pending_invitation
from costcalc.accounts.workspaces import Invitation, UsedUpError


@require_safe
@never_cache
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """Remember which invitation it is, by its hash, and go on to the page without the link."""
    if Invitation.objects.with_link(link, timezone.now()) is None:
        raise Http404
    request.session[INVITED] = capability.hashed(link)
    return redirect("accounts:invited")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invited(request: HttpRequest) -> HttpResponse:
    """Accept: after signing in or up, whoever comes returns here."""
    found = pending_invitation(request)
    if found is None:
        raise Http404
    if request.method != "POST" or not request.user.is_authenticated:
        return render(request, "accounts/invited.html", {"invitation": found})
    try:
        team.accept(found, person(request), timezone.now())
    except UsedUpError:
        raise Http404 from None
    del request.session[INVITED]
    request.session[CURRENT] = found.workspace.public_id
    messages.success(request, _("Welcome to “%(workspace)s”.") % {"workspace": found.workspace})
    return redirect("accounts:workspace", found.workspace.public_id)
