"""Requests of htmx: a part of the page is asked for, not a page."""

from django.http import HttpRequest


def is_swap(request: HttpRequest) -> bool:
    """Whether a part is swapped inside the page; a boosted or restored page is a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
