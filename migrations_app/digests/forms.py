"""What people choose of their digest."""

from __future__ import annotations

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from migrations_app.digests.times import Rhythm

RHYTHMS = (
    (Rhythm.NEVER.value, pgettext_lazy("how often", "Never")),
    (Rhythm.DAILY.value, _("Every day")),
    (Rhythm.WEEKLY.value, _("Once a week")),
)


class DigestForm(forms.Form):
    """How often, and when."""

    rhythm = forms.ChoiceField(label=_("How often"), choices=RHYTHMS)
    hour = forms.TypedChoiceField(
        label=_("At"), coerce=int, initial=7, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"),
        coerce=int,
        initial=0,
        choices=list(WEEKDAYS.items()),
        help_text=_("Where it comes once a week."),
    )
