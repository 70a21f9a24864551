"""What a reader prefers, kept in cookies of their own: colours and time zone (the language's is Django's)."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

THEME_COOKIE: Final = "theme"
ZONE_COOKIE: Final = "time_zone"
THEMES: Final = (
    ("auto", pgettext_lazy("colours follow the system", "Auto")),
    ("light", _("Light")),
    ("dark", _("Dark")),
)
_FIRST: Final = ("Asia/Ho_Chi_Minh", "UTC")
_LONGEST: Final = 64


def time_zone(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: dates and hours of this request are shown in the reader's time zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_named(request.COOKIES.get(ZONE_COOKIE, ""))):
            return get_response(request)

    return middleware


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name; None (the site's own) for a name that is none."""
    if not 0 < len(name) <= _LONGEST:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def zones() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Choices of a select: the likely ones, then all the others by continent."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones() - set(_FIRST)):
        area, slash, place = name.partition("/")
        if slash and area not in {"Etc", "posix", "right", "SystemV", "US"}:
            areas.setdefault(area, []).append((name, place.replace("_", " ")))
    return [(_("Likely"), [(name, name.replace("_", " ")) for name in _FIRST]), *areas.items()]
