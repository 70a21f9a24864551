"""What people type about plans."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.models import SavedScenario
from costcalc.wire.plain_text import PlainField
from migrations_app.playbook.own import templates_of
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules.workdays import EARLIEST, LATEST, MOST_OFF

LONG = forms.Textarea(attrs={"rows": 3})


class NewPlanForm(forms.Form):
    """A plan to make in a workspace: of one of its scenarios, or of none."""

    name = PlainField(label=_("Name"), max_length=120)
    scenario = forms.ModelChoiceField(
        SavedScenario.objects.none(),
        to_field_name="public_id",
        label=_("Scenario"),
        required=False,
        empty_label=_("none"),
        help_text=_("The plan takes its sides, traffic and forecast."),
    )
    template = forms.ChoiceField(
        label=_("Template"), required=False, help_text=_("The steps of this kind of move, with days from the start on.")
    )
    start_on = forms.DateField(label=_("Start day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    days_off = PlainField(
        label=_("Days off"),
        max_length=2000,
        required=False,
        help_text=_("Days on which nobody works, as 2026-12-25, with commas between them. Weekends are known."),
    )
    note = PlainField(label=_("Note"), max_length=2000, required=False, widget=LONG)

    def __init__(self, workspace: Workspace, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = cast("forms.ModelChoiceField[SavedScenario]", self.fields["scenario"])
        own = [(each.public_id, each.name) for each in templates_of(workspace)]
        templates = cast("forms.ChoiceField", self.fields["template"])
        templates.choices = [("", _("none")), *((key, gettext(each.name)) for key, each in TEMPLATES.items()), *own]
        choice.queryset = SavedScenario.objects.of(workspace).filter(archived_at=None)

    def clean_days_off(self) -> list[dt.date]:
        """The days. Raises ValidationError."""
        return days_in(self.cleaned_data["days_off"])


def refuse_strange_days(day: dt.date) -> None:
    """Raises ValidationError for a day of another century."""
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError(_("A day between 2020 and 2100."))


def days_in(text: str) -> list[dt.date]:
    """The days that a text lists. Raises ValidationError."""
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) > MOST_OFF:
        raise forms.ValidationError(_("A hundred days at most."))
    days = forms.DateField(validators=[refuse_strange_days])
    return [days.clean(word) for word in words]
