"""The doctor's page, with whichever of its forms was sent and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from costcalc.streaming.doctor.asking_forms import EndpointForm, KeyForm
from costcalc.streaming.doctor.forms import RecordingForm


def page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page; a form that was not sent is empty."""
    forms = {"form": RecordingForm(), "live": EndpointForm(), "trial": KeyForm()}
    return render(request, "streaming/doctor.html", forms | context, status=status)
