"""What people type about plans."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.models import SavedScenario
from costcalc.wire.plain_text import PlainField

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
    start_on = forms.DateField(label=_("Start day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = PlainField(label=_("Note"), max_length=2000, required=False, widget=LONG)

    def __init__(self, workspace: Workspace, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = cast("forms.ModelChoiceField[SavedScenario]", self.fields["scenario"])
        choice.queryset = SavedScenario.objects.of(workspace).filter(archived_at=None)
