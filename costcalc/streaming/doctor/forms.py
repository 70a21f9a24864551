"""What is given to the doctor: a recording, pasted or as a file."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.secrets import holds_key, masked
from costcalc.streaming.doctor.traces import is_trace, without_what_was_sent

LONGEST_PASTE: Final = 250_000
# Within what Django keeps in memory: a larger upload would be a file on disk for a moment.
LARGEST_FILE: Final = 2_000_000
# asgi.py refuses what is larger than this unread; what is between gets an answer in words.
LARGEST_BODY: Final = 2_500_000


class RecordingForm(forms.Form):
    """A recording. `bytes` of its cleaned data is what was recorded.

    Its field is called so that no page of an error repeats it: it may hold a key.
    """

    recording = forms.CharField(
        label=_("Paste it here"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(
            attrs={"class": "code", "rows": 12, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
        ),
    )
    file = forms.FileField(label=_("or choose a file"), required=False, allow_empty_file=True)
    stream = forms.RegexField(
        regex=r"\A[1-9][0-9]?\Z",
        label=_("Which stream, where a HAR has several"),
        required=False,
        initial="1",
        error_messages={"invalid": _("A number from 1 to 99.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "2"}),
    )

    def clean_file(self) -> Any:
        """Raises ValidationError for a file that is too large to be looked at here."""
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("This file is larger than 2 MB: let manage.py stream_doctor --recording FILE read it.")
            )
        return file

    def clean(self) -> dict[str, Any]:
        """A file counts before a paste. Raises ValidationError where there is neither."""
        given = self.cleaned_data
        file, text = given.get("file"), given.get("recording", "")
        if not self.errors and not file and not text.strip():
            self.add_error("recording", _("Paste a recording, or choose a file."))
        given["bytes"] = file.read() if file else as_recorded(text)
        return given

    def hide_keys(self) -> bool:
        """Whether the paste holds a key; it is then shown again without it."""
        text = str(self.data.get("recording", ""))
        hidden = without_keys(text)
        if hidden == text:
            return False
        self.data = {name: value for name, value in self.data.items() if name != "recording"} | {"recording": hidden}
        return holds_key(text)


def as_recorded(text: str) -> bytes:
    """What was pasted, as it was in the file: browsers send CR LF for every line end."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace")


def without_keys(text: str) -> str:
    """A paste without the keys in it, and without what a trace says was sent."""
    data = as_recorded(text)
    kept = without_what_was_sent(data).decode() if is_trace(data) else text
    return masked(kept)
