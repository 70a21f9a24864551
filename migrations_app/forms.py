"""What people type about plans."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.workspaces import Workspace
from costcalc.scenarios.models import SavedScenario
from costcalc.secrets import holds_key

HOLDS_KEY = _(
    "This looks like a key. Keys are never stored here: leave it out, or name it by its last four characters."
)
LONG = forms.Textarea(attrs={"rows": 3})


def refuse_keys(text: str) -> None:
    """A validator for every text about a plan. Raises ValidationError."""
    if holds_key(text):
        raise forms.ValidationError(HOLDS_KEY)


class NewPlanForm(forms.Form):
    """A plan to make in a workspace: of one of its scenarios, or of none."""

    name = forms.CharField(label=_("Name"), max_length=120, validators=[refuse_keys])
    scenario = forms.ModelChoiceField(
        SavedScenario.objects.none(),
        to_field_name="public_id",
        label=_("Scenario"),
        required=False,
        empty_label=_("none"),
        help_text=_("The plan takes its sides, traffic and forecast."),
    )
    start_on = forms.DateField(label=_("Start day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=LONG, validators=[refuse_keys])

    def __init__(self, workspace: Workspace, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = cast("forms.ModelChoiceField[SavedScenario]", self.fields["scenario"])
        choice.queryset = SavedScenario.objects.of(workspace).filter(archived_at=None)
