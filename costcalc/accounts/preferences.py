"""What a reader prefers: colours in a cookie; language, zone and currency in cookies, and in a person's account."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from costcalc.accounts.people import CURRENCIES, User

THEME_COOKIE: Final = "theme"
ZONE_COOKIE: Final = "time_zone"
CURRENCY_COOKIE: Final = "currency"
# In an address: the currency of results on this page, whatever its reader prefers.
SHOW: Final = "show"
THEMES: Final = (
    ("auto", pgettext_lazy("colours follow the system", "Auto")),
    ("light", _("Light")),
    ("dark", _("Dark")),
)
_FIRST: Final = ("Asia/Ho_Chi_Minh", "UTC")
_LONGEST: Final = 64
# Browsers keep the old name of a zone that is offered under its new one.
_RENAMED: Final = {"Asia/Saigon": "Asia/Ho_Chi_Minh"}


def as_preferred(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: this request is answered in the reader's language and time zone.

    Those of a person's account come before those of the browser; it needs request.user.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # Without a session there is nobody to look up, and the answer does not vary by who it is.
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if not isinstance(user, User):
            user = None
        if user is not None and user.language:
            # LocaleMiddleware, which is outside, names this language in the answer.
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        with timezone.override(zone_named((user and user.time_zone) or request.COOKIES.get(ZONE_COOKIE, ""))):
            return get_response(request)

    return middleware


def currency_of(request: HttpRequest) -> str:
    """The currency in which this page shows results: what its address says, else the person's, else the cookie's.

    Who it is, is asked only where there is a session.
    """
    asked = asked_currency(request)
    if asked:
        return asked
    user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    return user.currency if isinstance(user, User) else _offered(request.COOKIES.get(CURRENCY_COOKIE, "")) or "USD"


def asked_currency(request: HttpRequest) -> str:
    """The currency that the address asks for; empty where it asks for none that is offered."""
    return _offered(request.GET.get(SHOW, ""))


def _offered(code: str) -> str:
    return code if any(code == offered for offered, _name in CURRENCIES) else ""


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name; None (the site's own) for a name that is none."""
    if not 0 < len(name) <= _LONGEST:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def guessed_zone(name: str) -> str:
    """A zone as a browser names it, as the preferences offer it; empty for a name that is none of them."""
    name = _RENAMED.get(name, name)
    offered = {zone for _area, places in zones() for zone, _place in places}
    return name if name in offered else ""


@cache
def zones() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Choices of a select: the likely ones, then all the others by continent."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones() - set(_FIRST)):
        area, slash, place = name.partition("/")
        if slash and area not in {"Etc", "posix", "right", "SystemV", "US"}:
            areas.setdefault(area, []).append((name, place.replace("_", " ")))
    return [(_("Likely"), [(name, name.replace("_", " ")) for name in _FIRST]), *areas.items()]
