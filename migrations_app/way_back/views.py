"""The page of what a roll-back stands on: statements, and the old key tried."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from costcalc.accounts.access import Visit, sent_from
from costcalc.accounts.roles import Role
from costcalc.streaming.doctor.asking_forms import KeyForm
from costcalc.streaming.doctor.shown import trial_shown
from costcalc.wire.plain_text import PlainField
from costcalc.wire.rate_limit import rationed
from migrations_app.canary.views import seen_revision
from migrations_app.keys.trying import WEIGHT
from migrations_app.mistake_words import field_mistakes
from migrations_app.plans import Plan
from migrations_app.refusal_words import in_words
from migrations_app.rules.happening import Refused
from migrations_app.rules.safety import Vouch
from migrations_app.views import carried_out, of_plan
from migrations_app.way_back import page as safety_page
from migrations_app.way_back.old_key import try_old_key

PAGE: Final = "planner:way-back"


class StatementForm(forms.Form):
    """A dated statement about one need."""

    need = forms.ChoiceField(
        label=gettext_lazy("About"), choices=[(need.value, words) for need, words in safety_page.NEEDS.items()]
    )
    holds = forms.ChoiceField(
        label=gettext_lazy("It"), choices=(("yes", gettext_lazy("holds")), ("no", gettext_lazy("does not hold")))
    )
    statement = PlainField(label=gettext_lazy("How you know"), max_length=500)
    on = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Nothing: today."),
    )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for what no statement can be: a day out of reach, characters that are none."""
        said = super().clean() or {}
        if self.errors:
            return said
        try:
            self.statement_of(1)
        except ValidationError as error:
            for name, words in field_mistakes(error.errors(include_url=False), below=0).items():
                self.add_error(name, words)
        return said

    def statement_of(self, revision: int) -> Vouch:
        """What was typed, decided on a revision."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "holds"}
        holds = self.cleaned_data.get("holds") != "no"
        return Vouch.model_validate({"command": "vouch", "revision": revision, "holds": holds, **said})


@require_http_methods(["GET", "HEAD", "POST"])
@of_plan(Role.EDITOR)
def way_back(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """What must still be true, and a statement about it."""
    form = StatementForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, came, plan, form=form)
    asked = form.statement_of(seen_revision(request, plan))
    answer = carried_out(request, came, plan, asked, partial(_refused, request, came, plan, form))
    return redirect(PAGE, plan.public_id) if answer.status_code == 302 else answer


def _refused(request: HttpRequest, came: Visit, plan: Plan, form: StatementForm, why: str) -> HttpResponse:
    form.add_error("on", why)
    return _page(request, came, plan, form=form)


@sent_from(PAGE, "plan_id", anchor="#trial", but=("trial-key",))
@sensitive_post_parameters("trial-key")
@rationed(lambda request: WEIGHT if request.method == "POST" else 0)
@never_cache
@of_plan(Role.EDITOR)
def test(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """One real call with the old key, which is typed for it and gone with it."""
    trial = KeyForm(request.POST)
    if not trial.is_valid():
        return _page(request, came, plan, trial=trial)
    try:
        plan, tried = try_old_key(came, plan, trial.cleaned_data["target"])
    except Refused as refused:
        trial.add_error(None, in_words(refused))
        return _page(request, came, plan, trial=trial)
    at = trial.cleaned_data["target"].endpoint.name
    return _page(request, came, plan, trial=trial, trial_of=trial_shown(tried, at))


def _page(
    request: HttpRequest,
    came: Visit,
    plan: Plan,
    status: int = 200,
    form: StatementForm | None = None,
    **more: Any,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "visit": came,
        "plan": plan,
        "needs": safety_page.rows(plan.state.safety, now),
        "form": form or StatementForm(),
        "trial": KeyForm(),
        **more,
    }
    if any(shown.is_bound and shown.errors for shown in (context["form"], context["trial"])):
        status = max(status, 422)
    return render(request, "planner/way_back.html", context, status=status)
