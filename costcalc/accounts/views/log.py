"""The audit log of a workspace, for its owners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from costcalc.accounts import journal
from costcalc.accounts.access import Visit, in_workspace
from costcalc.accounts.audit import AuditEntry, checkpoint
from costcalc.accounts.forms import AuditForm
from costcalc.accounts.log_words import act_in_words
from costcalc.accounts.navigation import navigation
from costcalc.accounts.roles import Role
from costcalc.accounts.workspaces import Workspace
from costcalc.formatting import formatter_for
from costcalc.wire.files import SentFile, written


@require_safe
@in_workspace(Role.OWNER)
def audit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who did what and when, the latest first, so many a page."""
    form = _form(request, visit)
    acts = sorted((act_in_words(action), action) for action in form.found)
    context = {**navigation(visit, "accounts:audit"), "form": form, "actions": acts}
    context["checkpoint"] = checkpoint(visit.workspace)
    if not form.is_valid():
        return render(request, "accounts/audit.html", context, status=422)
    entries = _found(visit.workspace, form).order_by("-sequence")
    if form.cleaned_data["before"]:
        entries = entries.filter(sequence__lt=form.cleaned_data["before"])
    shown = journal.lines(visit.workspace, entries[: journal.PAGE + 1])
    older = shown[journal.PAGE - 1].entry.sequence if len(shown) > journal.PAGE else None
    asked = {name: request.GET[name] for name in ("actor", "action", "since", "until") if request.GET.get(name)}
    context |= {
        "lines": journal.told(visit.workspace, shown[: journal.PAGE], formatter_for()),
        "older": urlencode({**asked, "before": older}) if older else "",
        "query": urlencode(asked),
    }
    return render(request, "accounts/audit.html", context)


def _form(request: HttpRequest, visit: Visit) -> AuditForm:
    acts = visit.workspace.audit_entries.order_by("action").values_list("action", flat=True).distinct()
    return AuditForm(request.GET, found=list(acts))


def _found(workspace: Workspace, form: AuditForm) -> QuerySet[AuditEntry]:
    since, until = form.bounds()
    return journal.found(workspace, form.cleaned_data["actor"], form.cleaned_data["action"], since, until)


@require_safe
@in_workspace(Role.OWNER)
def audit_csv(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What the filter finds, for a spreadsheet."""
    return _file(request, visit, journal.as_csv, "text/csv; charset=utf-8", "csv")


@require_safe
@in_workspace(Role.OWNER)
def audit_json(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What the filter finds, for a program, with a checkpoint of the whole."""
    return _file(request, visit, journal.as_json, "application/json", "json")


def _file(
    request: HttpRequest,
    visit: Visit,
    write: Callable[[Workspace, QuerySet[AuditEntry]], Iterator[bytes]],
    media_type: str,
    extension: str,
) -> HttpResponseBase:
    form = _form(request, visit)
    if not form.is_valid():
        said = [f"{form[name].label}: {error}\n" for name, errors in form.errors.items() for error in errors]
        return HttpResponse(said, status=422, content_type="text/plain; charset=utf-8")
    file = written(write(visit.workspace, _found(visit.workspace, form)))
    return SentFile(file, f"audit-{visit.workspace.public_id}.{extension}", media_type)
