"""The first account of an installation, and the way in."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from costcalc.accounts.entrance import first_zone
from costcalc.accounts.first_owner import TooLateError, is_first_owner_link, make_first_owner
from costcalc.accounts.forms import FirstOwnerForm
from costcalc.accounts.views.preferences import way_back


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def first_owner(request: HttpRequest, link: str) -> HttpResponse:
    """Make the first account. 404 for any other link, and for every link once there is an account."""
    if not is_first_owner_link(link):
        raise Http404
    form = FirstOwnerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/first_owner.html", {"form": form}, status=422 if form.is_bound else 200)
    wanted = form.cleaned_data
    try:
        user = make_first_owner(link, wanted["email"], wanted["password"], wanted["name"], first_zone(request, form))
    except TooLateError:
        raise Http404 from None
    get_adapter().login(request, user)
    return redirect("/")


def sign_up(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; of two clicks the second one hears that there is an account by now."""
    try:
        answer: HttpResponseBase = allauth_views.signup(request)
    except IntegrityError:
        # The address was free when the form was read, and is somebody's now: read it again.
        answer = allauth_views.signup(request)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; who comes to it by the header's link returns to the page that they were on."""
    if request.method != "POST" and "next" not in request.GET:
        came_from = way_back(request)
        if came_from != "/" and not came_from.startswith("/accounts/"):
            return HttpResponseRedirect(f"{request.path}?{urlencode({'next': came_from})}")
    is_open = get_adapter().is_open_for_signup(request)
    answer: HttpResponseBase = allauth_views.LoginView.as_view(extra_context={"signup_is_open": is_open})(request)
    return answer
