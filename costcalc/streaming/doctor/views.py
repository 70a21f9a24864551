"""The page of the doctor, `/stream/doctor/`. What is given to it is read in memory, and kept nowhere."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from costcalc.streaming.doctor.examining import Bound, Examination, examine
from costcalc.streaming.doctor.forms import RecordingForm
from costcalc.streaming.doctor.pages import page
from costcalc.streaming.doctor.recorded import NotARecordingError
from costcalc.streaming.doctor.shown import shown
from costcalc.streaming.doctor.words import refusal
from costcalc.wire.rate_limit import rationed

# Of the requests that an address has in a minute: the worst megabyte takes half a second of a processor.
WEIGHT: Final = 10
# An answer of a hundred pages, in three lines an event; more would take longer than a page may.
BOUND: Final = Bound(1_000_000, 20_000, 60_000)


def weight(request: HttpRequest) -> int:
    """Looking at the page weighs nothing."""
    return WEIGHT if request.method == "POST" else 0


@require_http_methods(["GET", "HEAD", "POST"])
@rationed(weight)
@never_cache
def doctor(request: HttpRequest) -> HttpResponse:
    """The forms; a POST is a recording, and is answered with what is wrong in it."""
    if request.method != "POST":
        return page(request, {})
    form = RecordingForm(request.POST, request.FILES)
    found = _examined(form) if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "held_key": form.hide_keys()}
    if found is None:
        return page(request, context, 422)
    return page(request, context | {"report": shown(found)})


def _examined(form: RecordingForm) -> Examination | None:
    """What the recording shows; None, with the reason beside the field, where it is none."""
    given = form.cleaned_data
    try:
        return examine(given["bytes"], BOUND, int(given["stream"] or 1))
    except NotARecordingError as error:
        form.add_error("file" if given["file"] else "recording", refusal(str(error)))
        return None
