"""The page of the stream lab, `/stream/`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def lab(request: HttpRequest) -> HttpResponse:
    """A completion as it streams."""
    return render(request, "streaming/lab.html")
