"""The product's pages, and a bare Django view that renders a 100-row table of ready-made strings."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from costcalc import urls

ROWS = [(f"model-{row}", f"provider-{row}", f"{row:,}.00", f"−{row:,}.00", f"{row},000") for row in range(100)]


def bare(request: HttpRequest) -> HttpResponse:
    """The least that a page with a table can do."""
    return render(request, "bare.html", {"rows": ROWS})


urlpatterns = [path("bare/", bare), *urls.urlpatterns]
