"""What people type to keep plans in order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.wire.plain_text import PlainField
from migrations_app.forms import LONG
from migrations_app.rules.commands import MOST_TEXT


class RevisionForm(forms.Form):
    """The revision that was looked at."""

    revision = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)


class RenameForm(RevisionForm):
    """Another name or note."""

    name = PlainField(label=_("Name"), max_length=120)
    note = PlainField(label=_("Note"), max_length=MOST_TEXT, required=False, widget=LONG)

    def clean_note(self) -> str:
        """With one character for the end of a line, where browsers send two."""
        return str(self.cleaned_data["note"]).replace("\r\n", "\n")


class DocumentForm(forms.Form):
    """A plan from a file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A plan’s own JSON file, of 5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
