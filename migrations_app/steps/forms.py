"""What people type about steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.plain_text import PlainField
from migrations_app.forms import LONG, days_in, refuse_strange_days
from migrations_app.playbook.words import titled
from migrations_app.rules.sieve import LATE, NOBODY, OPEN, Sieve
from migrations_app.rules.steps import Phase, Step, Steps
from migrations_app.steps.words import PHASES, STATES

PHASE_CHOICES = [(str(phase), name) for phase, name in PHASES.items()]


def members(workspace: Workspace) -> list[User]:
    """Who may own a step, by name."""
    found = workspace.memberships.select_related("user").order_by("user__name", "user__email")
    return [membership.user for membership in found]


def member_choices(workspace: Workspace) -> list[tuple[str, str]]:
    """The same for a field to choose from."""
    return [(user.public_id, str(user)) for user in members(workspace)]


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day within what plans know."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=[refuse_strange_days], **options)


class StepForm(forms.Form):
    """What a step says."""

    title = PlainField(label=_("What is to be done"), max_length=120)
    details = PlainField(label=_("Details"), max_length=4000, required=False, widget=LONG)
    phase = forms.ChoiceField(label=_("Phase"), choices=PHASE_CHOICES)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due = day_field(_("Due"), required=False)
    after = forms.MultipleChoiceField(label=_("Comes after"), required=False, widget=forms.SelectMultiple)

    def __init__(self, workspace: Workspace, others: Iterable[Step], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choose("owner", [("", _("nobody yet")), *member_choices(workspace)])
        others = list(others)
        self._choose("after", [(step.id, titled(step.title)) for step in others])
        self.fields["after"].widget.attrs["size"] = min(max(len(others), 2), 6)
        if not others:
            del self.fields["after"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class FilterForm(forms.Form):
    """Which steps to show; what cannot be understood is no matter."""

    q = forms.CharField(max_length=100, required=False)
    phase = forms.ChoiceField(choices=[("", _("all phases")), *PHASE_CHOICES], required=False)
    doing = forms.ChoiceField(
        choices=[
            ("", _("all states")),
            (OPEN, _("not settled")),
            (LATE, _("late")),
            *((str(state), name) for state, name in STATES.items()),
        ],
        required=False,
    )
    owner = forms.ChoiceField(required=False)

    def __init__(self, workspace: Workspace, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("everybody")), (NOBODY, _("nobody yet")), *member_choices(workspace)]

    def sieve(self) -> Sieve:
        """What is asked for."""
        self.is_valid()
        said = {name: self.cleaned_data.get(name, "") for name in ("phase", "doing", "owner")}
        return Sieve(**said, words=self.cleaned_data.get("q", ""))


class RescheduleForm(forms.Form):
    """Another start day."""

    start_on = day_field(_("Start day"))
    days_off = PlainField(
        label=_("Days off"),
        max_length=2000,
        required=False,
        help_text=_("Days on which nobody works, as 2026-12-25, with commas between them. Weekends are known."),
    )

    def clean_days_off(self) -> list[dt.date]:
        """The days. Raises ValidationError."""
        return days_in(self.cleaned_data["days_off"])


def initial_of(step: Step) -> dict[str, Any]:
    """What the form of a step begins with, in the reader's language."""
    told = {"title": titled(step.title), "details": titled(step.details)}
    return {**told, "phase": step.phase, "owner": step.owner, "due": step.due, "after": step.after}


def said_of(form: StepForm, step: Step | None = None) -> dict[str, Any]:
    """What a valid form says, as a command has it; a text of ours that nobody changed stays as it was."""
    said = {name: value for name, value in form.cleaned_data.items() if value is not None}
    if step:
        for name, text in (("title", step.title), ("details", step.details)):
            if said[name] == titled(text).strip():
                said[name] = text
    return said


def others_than(steps: Steps, step: Step) -> list[Step]:
    """What a step could come after."""
    return [one for one in steps.each if one.id != step.id]


def first_phase(text: str) -> Phase:
    """The phase that is named, else the first."""
    return Phase(text) if text in set(Phase) else Phase.PREPARE
