"""Upkeep of plans: another name, deleted, out as a document and in again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import CURRENT, Visit, current_visit
from costcalc.accounts.roles import Role
from costcalc.wire import strict_json
from costcalc.wire.files import SentFile, written
from costcalc.wire.rate_limit import rationed
from migrations_app import carrying, taking_in
from migrations_app.exporting import document_of
from migrations_app.plans import Plan, StaleError
from migrations_app.refusal_words import in_words
from migrations_app.rules.documents import BYTES_A_REQUEST
from migrations_app.rules.happening import Refused
from migrations_app.trouble import told
from migrations_app.upkeep_forms import DocumentForm, RenameForm, RevisionForm
from migrations_app.views import of_plan


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def rename(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Another name or note."""
    about = plan.state.about
    stands = {"name": about.name, "note": about.note, "revision": plan.revision}
    form = RenameForm(request.POST if request.method == "POST" else None, initial=stands)
    status, more = 422 if form.is_bound else 200, {}
    if form.is_valid():
        done = told(request, came, plan, {"command": "rename", **form.cleaned_data}, timezone.now())
        if done.status == 200:
            return redirect("planner:plan", plan.public_id)
        plan, status, more = done.plan, done.status, done.context
        form = RenameForm(initial={**form.cleaned_data, "revision": plan.revision})
    return render(request, "planner/rename.html", {"visit": came, "plan": plan, "form": form, **more}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.OWNER)
def delete(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Ask whether it shall go with all that belongs to it; a POST deletes it."""
    form = RevisionForm(request.POST if request.method == "POST" else None, initial={"revision": plan.revision})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            carrying.delete(came, plan, form.cleaned_data["revision"], timezone.now())
        except StaleError as stale:
            plan, status = stale.plan, 409
            form = RevisionForm(initial={"revision": plan.revision})
        else:
            # The list is of the workspace that one works in: the one that this was in, not another's.
            request.session[CURRENT] = came.workspace.public_id
            messages.success(request, _("“%(plan)s” is deleted.") % {"plan": plan.name})
            return redirect("planner:plans")
    context = {"visit": came, "plan": plan, "form": form, "stale": status == 409}
    return render(request, "planner/delete.html", context, status=status)


@require_safe
@never_cache
@of_plan(Role.VIEWER)
def document(_request: HttpRequest, _came: Visit, plan: Plan) -> SentFile:
    """The plan as a document, which can be taken in again."""
    name = f"{slugify(plan.name) or 'plan'}-{plan.public_id}.json"
    return SentFile(written(document_of(plan)), name, "application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@rationed(lambda request: int(request.headers.get("content-length") or 0) // BYTES_A_REQUEST)
@never_cache
@login_required
def take_in(request: HttpRequest) -> HttpResponse:
    """Make a plan in the current workspace of a document; what is wrong with it is said."""
    came = current_visit(request, Role.EDITOR)
    form = DocumentForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"visit": came, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            value = strict_json.loads(form.cleaned_data["file"].read())
            return redirect("planner:plan", taking_in.take_in(came, value, timezone.now()).public_id)
        except strict_json.BadJSONError:
            context["refused"] = _("This file is not JSON.")
        except Refused as refused:
            context["refused"] = in_words(refused)
    status = 422 if request.method == "POST" else 200
    return render(request, "planner/take_in.html", context, status=status)
