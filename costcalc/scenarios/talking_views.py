"""What people say about a scenario: comments, approvals asked for and answered."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.scenarios import saving
from costcalc.scenarios.forms import AskForm, CommentForm, DecideForm, EditionForm, RewordForm
from costcalc.scenarios.saved import SavedScenario, StaleError
from costcalc.scenarios.saved_views import again, of_scenario, scenario_page
from costcalc.scenarios.talking import Approval, Comment, OwnWorkError


@sent_from("scenarios:scenario", "public_id", anchor="#talk")
@of_scenario(Role.VIEWER)
def comment(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Say something."""
    form = CommentForm(request.POST, prefix="comment")
    if not form.is_valid():
        return scenario_page(request, came, saving.revision_of(scenario), 422, comment_form=form)
    row = saving.comment(came, scenario, form.cleaned_data["text"], timezone.now())
    return HttpResponseRedirect(_place(scenario, row.public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@of_scenario(Role.VIEWER)
def own_comment(request: HttpRequest, came: Visit, scenario: SavedScenario, comment: str) -> HttpResponse:
    """Change or delete a comment of one's own; nobody changes another one's words."""
    row = scenario.comments.select_related("scenario").filter(public_id=comment).first()
    if row is None:
        raise Http404
    if row.author_id != came.user.pk:
        raise PermissionDenied
    if request.method == "POST" and "delete" in request.POST:
        return _unsaid(request, came, scenario, row)
    return _reworded(request, came, scenario, row)


def _unsaid(request: HttpRequest, came: Visit, scenario: SavedScenario, row: Comment) -> HttpResponse:
    form = EditionForm(request.POST)
    try:
        saving.unsay(came, row, form.cleaned_data["edition"] if form.is_valid() else 0)
    except StaleError:
        return _comment_stands(request, came, row, request.POST.get("text", row.text))
    return HttpResponseRedirect(_place(scenario, "talk"))


def _reworded(request: HttpRequest, came: Visit, scenario: SavedScenario, row: Comment) -> HttpResponse:
    form = RewordForm(request.POST if request.method == "POST" else None, initial=_wording(row))
    if form.is_valid():
        typed = form.cleaned_data
        try:
            saving.reword(came, row, typed["edition"], typed["text"], timezone.now())
        except StaleError:
            return _comment_stands(request, came, row, typed["text"])
        return HttpResponseRedirect(_place(scenario, row.public_id))
    context = {"visit": came, "scenario": scenario, "form": form}
    return render(request, "scenarios/saved/comment.html", context, status=422 if form.is_bound else 200)


def _comment_stands(request: HttpRequest, came: Visit, row: Comment, typed: str) -> HttpResponse:
    """409: how the comment reads now, and what was typed, to be sent again."""
    found = Comment.objects.select_related("scenario").filter(pk=row.pk).first()
    if found is None:
        raise Http404
    form = RewordForm(initial={**_wording(found), "text": typed})
    context = {"visit": came, "scenario": found.scenario, "form": form, "stands": found.text}
    return render(request, "scenarios/saved/comment.html", context, status=409)


def _wording(row: Comment) -> dict[str, object]:
    return {"text": row.text, "edition": row.edition}


@sent_from("scenarios:scenario", "public_id", anchor="#approval")
@of_scenario(Role.EDITOR)
def ask(request: HttpRequest, came: Visit, scenario: SavedScenario) -> HttpResponse:
    """Ask somebody of the workspace to approve the revision that was read."""
    revision = saving.revision_of(scenario)
    form = AskForm(revision, request.POST)
    if not form.is_valid():
        return scenario_page(request, came, revision, 422, ask_form=form)
    try:
        saving.ask_approval(came, scenario, form.cleaned_data["revision"], form.cleaned_data["person"], timezone.now())
    except (StaleError, OwnWorkError):
        form.add_error(None, _("A later revision has been saved meanwhile. Read it before you ask for its approval."))
        return scenario_page(request, came, saving.revision_of(again(scenario)), 409, ask_form=form)
    return HttpResponseRedirect(_place(scenario, "approval"))


@sent_from("scenarios:scenario", "public_id", anchor="#approval")
@of_scenario(Role.VIEWER)
def decide(request: HttpRequest, came: Visit, scenario: SavedScenario, approval: str) -> HttpResponse:
    """Give or decline an approval that one was asked for."""
    rows = Approval.objects.filter(revision__scenario=scenario).select_related("revision__scenario")
    row = rows.filter(public_id=approval).first()
    if row is None:
        raise Http404
    if row.asked_of_id != came.user.pk:
        raise PermissionDenied
    form = DecideForm(request.POST, prefix=row.public_id)
    if not form.is_valid():
        return scenario_page(request, came, saving.revision_of(scenario), 422, decide_form=form)
    decision = Approval.Decision(form.cleaned_data["decision"])
    try:
        saving.decide(came, row, decision, form.cleaned_data["words"], timezone.now())
    except StaleError:
        late = _("A later revision has been saved meanwhile, or this was answered already. Nothing was changed.")
        told = {"too_late": late, "unsent": form.cleaned_data["words"]}
        return scenario_page(request, came, saving.revision_of(again(scenario)), 409, **told)
    return redirect("scenarios:scenario", scenario.public_id)


def _place(scenario: SavedScenario, anchor: str) -> str:
    return f"{reverse('scenarios:scenario', args=[scenario.public_id])}#{anchor}"
