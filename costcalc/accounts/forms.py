from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.preferences import THEMES, zones

# Each in its own words: who cannot read the page must find the way out.
LANGUAGES = (("en", "English"), ("vi", "Tiếng Việt"))


class PreferencesForm(forms.Form):
    """Language, colours and time zone; each may be sent alone, as the switches in the header do."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    theme = forms.ChoiceField(label=_("Colours"), choices=THEMES, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False)

    def chosen(self) -> dict[str, Any]:
        """What was sent and is valid, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value}
