"""The reader's preferences: the switches in the header are forms, too."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from costcalc.accounts.access import person
from costcalc.accounts.forms import PreferencesForm
from costcalc.accounts.models import User
from costcalc.accounts.preferences import CURRENCY_COOKIE, SHOW, THEME_COOKIE, ZONE_COOKIE, currency_of
from costcalc.accounts.rooms import own_pages

COOKIES = {
    "language": settings.LANGUAGE_COOKIE_NAME,
    "theme": THEME_COOKIE,
    "time_zone": ZONE_COOKIE,
    "currency": CURRENCY_COOKIE,
}
ONE_YEAR = 365 * 24 * 3600


KEPT_IN_THE_ACCOUNT = ("language", "time_zone", "currency")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Shows what is chosen; a POST keeps what it carries and goes back to where it came from."""
    signed_in = request.user.is_authenticated
    if request.method != "POST":
        return _page(request, PreferencesForm(initial=_current(request)))
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if signed_in:
        _keep(person(request), form.chosen())
    back = way_back(request)
    response = HttpResponseRedirect(without_show(back) if "currency" in form.chosen() else back)
    for name, value in form.chosen().items():
        if name in COOKIES:
            response.set_cookie(
                COOKIES[name], value, max_age=ONE_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
            )
    return response


def _keep(user: User, chosen: dict[str, str]) -> None:
    mine = {name: value for name, value in chosen.items() if name in KEPT_IN_THE_ACCOUNT}
    User.objects.filter(pk=user.pk).update(**mine)


def _page(request: HttpRequest, form: PreferencesForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "pages": own_pages() if request.user.is_authenticated else []}
    return render(request, "accounts/preferences.html", context, status=status)


def _current(request: HttpRequest) -> dict[str, str | None]:
    return {
        "language": get_language(),
        "theme": request.COOKIES.get(THEME_COOKIE, "auto"),
        "time_zone": timezone.get_current_timezone_name(),
        "currency": currency_of(request),
    }


def without_show(address: str) -> str:
    """The same page in the currency that its reader has just chosen."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != SHOW]
    return address if f"{SHOW}=" not in parts.query else parts._replace(query=urlencode(kept, safe="/:")).geturl()


def way_back(request: HttpRequest) -> str:
    """The page that the form was on, query and all; never another site.

    The Referer comes first: htmx has moved the address on since the page with its `next` was made.
    """
    for address in (request.headers.get("Referer", ""), request.POST.get("next", "")):
        if url_has_allowed_host_and_scheme(address, {request.get_host()}):
            path = urlsplit(address)._replace(scheme="", netloc="").geturl()
            # Once more: without its host, "http://here//there" would lead there.
            if url_has_allowed_host_and_scheme(path, None):
                return path
    return "/"
