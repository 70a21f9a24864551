"""Readiness, and the pages that say what went wrong. Under /api/ `wire.middleware` turns them into problems."""

import logging
import re
from collections.abc import Sequence

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from costcalc.wire import readiness
from costcalc.wire.problem import MEDIA_TYPE, Fault, problem

logger = logging.getLogger(__name__)
# What fields are called, or their names end in, that hold a person's words.
WORDS = frozenset({"comment", "name", "note", "text", "words"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 "ready", or 503 naming what is missing, one a line."""
    missing = readiness.missing()
    text = "\n".join(f"missing: {name}" for name in missing) or "ready"
    return HttpResponse(text + "\n", status=503 if missing else 200, content_type="text/plain; charset=utf-8")


def problem_response(status: int, detail: str | None = None, errors: Sequence[Fault] = ()) -> HttpResponse:
    """Problem JSON as a response."""
    body = problem(status, detail, errors).encode()
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers={"Content-Length": str(len(body))})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400.."""
    return failure(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return failure(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that may not be this visitor's own."""
    return _page(request, 403, "form")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return failure(request, 404)


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """413: a form that weighs more than `limit` bytes; from here one comes back to it."""
    return render(request, "errors/413.html", {"limit": limit}, status=413)


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth answers to more attempts than it allows."""
    return failure(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler500: never a word of what broke, which is in the log."""
    try:
        return failure(request, 500)
    except Exception:
        # What broke may be what every page needs. Raising here would go through each middleware in turn.
        logger.exception("The page for errors is broken too")
        return HttpResponse("Something broke on our side.\n", status=500, content_type="text/plain; charset=utf-8")


def failure(request: HttpRequest, status: int) -> HttpResponse:
    """The error page of a status."""
    return _page(request, status, str(status))


def _page(request: HttpRequest, status: int, name: str) -> HttpResponse:
    return render(request, f"errors/{name}.html", {"typed": typed(request)}, status=status)


def typed(request: HttpRequest) -> list[str]:
    """The words that a refused form carried, for whoever typed them to copy; never a password."""
    if request.method != "POST":
        return []
    try:
        sent = {name: str(text) for name, text in request.POST.items()}
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        # What is wrong with it may be why it was refused.
        return []
    return [text for name, text in sent.items() if re.split("[-_]", name)[-1] in WORDS and text.strip()]
