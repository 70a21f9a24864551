"""Pages of templates: the product's and the workspace's own, from a plan or from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from costcalc.accounts.access import Visit, current_visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.wire import strict_json
from costcalc.wire.plain_text import PlainField
from migrations_app.forms import LONG
from migrations_app.plans import Plan
from migrations_app.playbook import own
from migrations_app.playbook.template import LARGEST, Template
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.playbook.words import titled
from migrations_app.refusal_words import in_words
from migrations_app.rules.happening import Refused
from migrations_app.views import of_plan


class TemplateForm(forms.Form):
    """A name for a plan's steps."""

    name = PlainField(label=gettext_lazy("Name"), max_length=120)
    note = PlainField(label=gettext_lazy("Note"), max_length=2000, required=False, widget=LONG)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def templates(request: HttpRequest) -> HttpResponse:
    """Every template that a plan of the current workspace can begin with; a file adds one."""
    if request.method != "POST":
        return _page(request, current_visit(request))
    came, sent = current_visit(request, Role.EDITOR), request.FILES.get("file")
    try:
        own.keep(came, own.read(_said(sent.read(LARGEST + 1) if sent else b"")), timezone.now())
    except Refused as refused:
        return _page(request, came, 422, fault=in_words(refused))
    except ValueError as error:
        return _page(request, came, 422, fault=_fault(error))
    return redirect("planner:templates")


def _said(content: bytes) -> dict[str, Any]:
    """What a file says. Raises ValueError."""
    if len(content) > LARGEST:
        raise ValueError(_("A template has %(most)d kB at most.") % {"most": LARGEST // 1024})
    said = strict_json.loads(content)
    if not isinstance(said, dict):
        raise ValueError(_("This is no template."))
    return said


def _fault(error: ValueError) -> str:
    """Where a file is wrong, as far as it can be said."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")


def _page(request: HttpRequest, came: Visit, status: int = 200, fault: str = "") -> HttpResponse:
    ours = [(key, titled(each.name), titled(each.note), len(each.steps)) for key, each in TEMPLATES.items()]
    theirs = [(row.public_id, row.template) for row in own.templates_of(came.workspace)]
    context = {
        "visit": came,
        "ours": ours,
        "theirs": [(key, each.name, each.note, len(each.steps)) for key, each in theirs],
        "can_edit": came.may(Role.EDITOR),
        "fault": fault,
    }
    return render(request, "planner/templates.html", context, status=status)


@require_safe
@login_required
def file(request: HttpRequest, key: str) -> HttpResponse:
    """A template to take along."""
    found = own.template_for(current_visit(request).workspace, key)
    if found is None:
        raise Http404
    response = HttpResponse(own.written(found), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="template-{key}.json"'
    return response


@sent_from("planner:templates")
@login_required
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Delete one of the workspace's own."""
    own.forget(current_visit(request, Role.EDITOR), key)
    return redirect("planner:templates")


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def of_this_plan(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """Make a template of a plan's steps and stages."""
    form = TemplateForm(request.POST if request.method == "POST" else None, initial={"name": plan.name})
    refused = ""
    if form.is_valid():
        made = _made(came, plan, form)
        if isinstance(made, Template):
            return redirect("planner:templates")
        refused = made
    context = {"visit": came, "plan": plan, "form": form, "refused": refused}
    return render(request, "planner/template_form.html", context, status=422 if form.is_bound else 200)


def _made(came: Visit, plan: Plan, form: TemplateForm) -> Template | str:
    """The template, stored; or why there is none."""
    try:
        template = own.of_plan(plan.state, form.cleaned_data["name"], form.cleaned_data["note"])
        own.keep(came, template, timezone.now())
    except Refused as refused:
        return in_words(refused)
    return template
