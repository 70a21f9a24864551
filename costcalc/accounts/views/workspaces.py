"""Workspaces: mine, one's settings, its archive, its end."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts import team
from costcalc.accounts.access import CURRENT, Visit, in_workspace, person, sent_from, with_recent_password
from costcalc.accounts.archive import archive
from costcalc.accounts.audit import acting
from costcalc.accounts.forms import DeletionForm, SettingsForm, WorkspaceForm
from costcalc.accounts.navigation import navigation
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Membership, StaleError, Workspace, personal_workspace
from costcalc.wire.files import SentFile


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workspaces(request: HttpRequest) -> HttpResponse:
    """Mine, with what I am in each; a POST makes another one."""
    user = person(request)
    form = WorkspaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = team.new_workspace(user, form.cleaned_data["name"])
        request.session[CURRENT] = made.public_id
        return redirect("accounts:workspace", made.public_id)
    personal_workspace(user)
    mine = Membership.objects.filter(user=user).select_related("workspace").order_by("workspace__name", "pk")
    context = {"memberships": mine, "form": form}
    return render(request, "accounts/workspaces.html", context, status=422 if form.is_bound else 200)


@in_workspace(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One workspace: its settings, which its owners may change."""
    found = visit.workspace
    if request.method != "POST":
        form = SettingsForm(initial=_settings(found))
        return _settings_page(request, visit, form)
    visit.must(Role.OWNER)
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, visit, form, 422)
    wanted = form.cleaned_data
    try:
        team.settle(visit, wanted["revision"], wanted["name"], wanted["sharing_allowed"])
    except StaleError:
        found.refresh_from_db()
        # What was typed stays in the form; what stands now is beside it, and is what saving again replaces.
        typed = SettingsForm(initial={**wanted, "revision": found.revision})
        return _settings_page(request, visit, typed, 409)
    messages.success(request, _("Saved."))
    return redirect("accounts:workspace", found.public_id)


def _settings(found: Workspace) -> dict[str, object]:
    return {"name": found.name, "sharing_allowed": found.sharing_allowed, "revision": found.revision}


def _settings_page(request: HttpRequest, visit: Visit, form: SettingsForm, status: int = 200) -> HttpResponse:
    context = {**navigation(visit, "accounts:workspace"), "form": form, "stale": status == 409}
    return render(request, "accounts/workspace.html", context, status=status)


@sent_from("accounts:workspace", "workspace")
@in_workspace(Role.VIEWER)
def switch(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Work in this workspace from now on: at its beginning, or on the page that the form names."""
    request.session[CURRENT] = visit.workspace.public_id
    wanted = request.POST.get("next", "")
    return HttpResponseRedirect(wanted if url_has_allowed_host_and_scheme(wanted, None) else "/")


@require_safe
@never_cache
@in_workspace(Role.OWNER)
def export(request: HttpRequest, visit: Visit) -> SentFile:
    """Everything in the workspace, as one archive."""
    name = f"{slugify(visit.workspace.name) or 'workspace'}-{visit.workspace.public_id}.zip"
    return SentFile(archive(visit.workspace), name, "application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@in_workspace(Role.OWNER)
@with_recent_password
def delete(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ends a workspace with all that is in it; the archive is offered first, and its name asked for."""
    found = visit.workspace
    form = DeletionForm(request.POST if request.method == "POST" else None, expected=found.name)
    if request.method == "POST" and not found.personal and form.is_valid():
        with acting(found, visit.actor):
            # Its log goes with it: there is nobody left to read one.
            found.delete()
        messages.success(request, _("“%(workspace)s” is deleted.") % {"workspace": found.name})
        return redirect("accounts:workspaces")
    context = {**navigation(visit, "accounts:workspace"), "form": form}
    return render(request, "accounts/workspace_delete.html", context, status=422 if form.is_bound else 200)
