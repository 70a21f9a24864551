"""The review of a plan: its page, its figures, and the page of whoever holds a link to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.capability import new_id
from costcalc.accounts.links import SharingForbiddenError, end
from costcalc.accounts.once import first_time
from costcalc.accounts.roles import Role
from costcalc.scenarios.shared_views import in_their_language, private
from costcalc.wire.addresses import whole_address
from migrations_app.plans import Plan
from migrations_app.review import links
from migrations_app.review.forms import (
    ConcludeForm,
    DateForm,
    FigureTable,
    ReopenForm,
    SeenForm,
    ShareForm,
)
from migrations_app.review.links import ReviewLink
from migrations_app.review.page import author, shown
from migrations_app.rules.review import table
from migrations_app.trouble import Told, told
from migrations_app.views import of_plan

# What a form of the page says, by its button.
FORMS = {"review_conclude": ConcludeForm, "review_reopen": ReopenForm, "review_date": DateForm}


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.VIEWER)
def review(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """The review as it stands; a POST concludes it, opens it again, or sets its day."""
    if request.method != "POST":
        return _page(request, came, plan)
    came.must(Role.EDITOR)
    command = request.POST.get("command", "")
    if command not in FORMS:
        return _page(request, came, plan, 422)
    form = FORMS[command](request.POST)
    if not form.is_valid():
        return _page(request, came, plan, 422, {command: form})
    done = told(request, came, plan, {"command": command, **form.cleaned_data}, timezone.now())
    if done.status == 200:
        return redirect("planner:review", plan.public_id)
    return _page(request, came, done.plan, done.status, {command: _again(form, done)}, **done.context)


def _again(form: SeenForm, done: Told) -> SeenForm:
    """The form with what was typed, for the plan as it stands now."""
    return type(form)(initial={**form.cleaned_data, "revision": done.plan.revision})


def _page(
    request: HttpRequest,
    came: Visit,
    plan: Plan,
    status: int = 200,
    typed: dict[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    now, state = timezone.now(), plan.state
    first = {"revision": plan.revision, "learnt": state.review.learnt, "due_on": state.review.due_on}
    forms = {name: form(initial=first) for name, form in FORMS.items()}
    context = {
        "visit": came,
        "plan": plan,
        "state": state,
        "can_edit": came.may(Role.EDITOR) and not state.about.archived,
        "concluded_by": author(state.review.concluded_by),
        "forms": {**forms, **(typed or {})},
        **shown(state, now),
        **more,
    }
    return render(request, "planner/review.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def figures(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Write the table; nothing typed is lost where it cannot be stored."""
    sent = request.POST if request.method == "POST" else None
    seen = SeenForm(sent, initial={"revision": plan.revision})
    rows = FigureTable(table(plan.state.about, plan.state.review), sent)
    status, more = 422 if seen.is_bound else 200, {}
    if seen.is_valid() and rows.is_valid():
        said = {"command": "review_figures", **seen.cleaned_data, "figures": rows.said()}
        done = told(request, came, plan, said, timezone.now())
        if done.status == 200:
            return redirect("planner:review", plan.public_id)
        plan, status, more = done.plan, done.status, done.context
        seen = SeenForm(initial={"revision": plan.revision})
    context = {"visit": came, "plan": plan, "seen": seen, "rows": rows, **more}
    return render(request, "planner/review_figures.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@of_plan(Role.EDITOR)
def share(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """The links to this review; a POST makes one more and shows it, this once."""
    now = timezone.now()
    form = ShareForm(request.POST if request.method == "POST" else None, initial={"revision": plan.revision})
    allowed, status = came.workspace.sharing_allowed, 422 if form.is_bound else 200
    more: dict[str, Any] = {}
    if form.is_valid():
        try:
            made = first_time(request, came, lambda: _made(came, plan, form, now))
        except SharingForbiddenError:
            allowed, status = False, 403
        else:
            if made is None:
                messages.info(request, _("This form was sent before: its link was made then, and shown then, once."))
                return redirect("planner:review-share", plan.public_id)
            address = whole_address(request, reverse("planner:shared-review", args=[made[1]]))
            status, more, form = 200, {"address": address, "row": made[0]}, _fresh(plan)
    rows = [(row, row.state(now)) for row in plan.review_links.select_related("created_by")]
    context = {"visit": came, "plan": plan, "form": form, "allowed": allowed, "rows": rows, "form_key": new_id()}
    return render(request, "planner/review_share.html", {**context, **more}, status=status)


def _made(came: Visit, plan: Plan, form: ShareForm, now: dt.datetime) -> tuple[ReviewLink, str]:
    said = form.cleaned_data
    return links.share_review(came, plan, said["revision"], now, said["note"], form.ends(now))


def _fresh(plan: Plan) -> ShareForm:
    return ShareForm(initial={"revision": plan.revision})


@sent_from("planner:review-share", "plan_id")
@of_plan(Role.EDITOR)
def revoke(request: HttpRequest, came: Visit, plan: Plan, link: str) -> HttpResponse:
    """End a link at once."""
    row = plan.review_links.filter(public_id=link).first()
    if row is None:
        raise Http404
    end(came, row, timezone.now())
    return redirect("planner:review-share", plan.public_id)


@require_safe
@never_cache
def shared(request: HttpRequest, link: str) -> HttpResponse:
    """The review as it stood when it was shared, for whoever holds the link; names of people are left out."""
    now = timezone.now()
    row = ReviewLink.objects.with_secret(link, now)
    row.used(now)
    with in_their_language(request):
        state = row.shared
        context = {"row": row, "state": state, **shown(state, row.created_at)}
        response = render(request, "planner/review_shared.html", context)
        response["Content-Language"] = translation.get_language() or "en"
    return private(response)
