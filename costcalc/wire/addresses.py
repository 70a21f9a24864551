"""Whole addresses for what leaves the page: links in mails, links to hand on."""

from django.conf import settings
from django.http import HttpRequest


def whole_address(request: HttpRequest, path: str) -> str:
    """The path under PUBLIC_URL; where none is set, under the name (and port) that the request asked for."""
    return f"{settings.ENV.public_url}{path}" if settings.ENV.public_url else request.build_absolute_uri(path)
