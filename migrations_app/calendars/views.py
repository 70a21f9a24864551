"""Days in calendar programs: the pages where their addresses are made and ended, and the files that they fetch."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import Visit, is_fresh, password_address, person, sent_from, with_recent_password
from costcalc.accounts.capability import new_id
from costcalc.accounts.links import SharingForbiddenError, end
from costcalc.accounts.once import first_time
from costcalc.accounts.roles import Role
from costcalc.scenarios import weights
from costcalc.scenarios.shared_views import private
from costcalc.wire.addresses import whole_address
from costcalc.wire.rate_limit import rationed
from migrations_app.calendars import entries as calendar_entries
from migrations_app.calendars import links as calendar_links
from migrations_app.calendars.entries import Address
from migrations_app.calendars.file import MEDIA_TYPE
from migrations_app.calendars.links import CalendarLink
from migrations_app.calendars.page import days
from migrations_app.link_forms import CalendarForm
from migrations_app.plans import Plan
from migrations_app.views import of_plan

Made = tuple[CalendarLink, str]


@require_safe
@rationed(weights.saved)
def feed(request: HttpRequest, link: str) -> HttpResponseBase:
    """The file of whoever holds the address; one that is not open is as one that never was."""
    now = timezone.now()
    row = CalendarLink.objects.with_secret(link, now)
    row.used(now)
    with translation.override(row.language):
        if row.plan:
            file = calendar_entries.of_plan(row.plan, now, row.language, _whole(request))
        else:
            file = calendar_entries.of_person(row.created_by, now, row.language, _whole(request))
    return private(_sent(request, file, file_name(row.plan), row.language))


@require_safe
@of_plan(Role.VIEWER)
def download(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponseBase:
    """The same file of a plan, for whoever is signed in, once."""
    language = translation.get_language() or "en"
    file = calendar_entries.of_plan(plan, timezone.now(), language, _whole(request))
    return _sent(request, file, file_name(plan), language, to_keep=True)


def _sent(request: HttpRequest, file: bytes, name: str, language: str, *, to_keep: bool = False) -> HttpResponseBase:
    """304 where the program has these very bytes. Each time it asks: an address may have been revoked since."""
    response = HttpResponse(file, content_type=MEDIA_TYPE)
    disposition = content_disposition_header(to_keep, name)
    assert disposition is not None
    response["Content-Disposition"] = disposition
    response["Content-Language"] = language
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def file_name(plan: Plan | None) -> str:
    """`to-gemini.ics`."""
    return f"{(slugify(plan.name) or plan.public_id) if plan else 'costcalc'}.ics"


def _whole(request: HttpRequest) -> Address:
    return lambda path: whole_address(request, path)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@of_plan(Role.VIEWER)
def calendar(request: HttpRequest, came: Visit, plan: Plan) -> HttpResponse:
    """The days of a plan, and the addresses of its calendar; a POST makes one and shows it, this once."""
    if request.method != "POST":
        return _plan_page(request, came, plan)
    came.must(Role.EDITOR)
    form, now = CalendarForm(request.POST), timezone.now()
    if not came.workspace.sharing_allowed:
        return _plan_page(request, came, plan, 403)
    if not form.is_valid():
        return _plan_page(request, came, plan, 422, form=form)
    said = form.cleaned_data
    try:
        made = first_time(
            request,
            came,
            lambda: calendar_links.share_days(came, plan, said["language"], now, said["note"], form.ends(now)),
        )
    except SharingForbiddenError:
        came.workspace.refresh_from_db()
        return _plan_page(request, came, plan, 403)
    if made is None:
        return _sent_before(request, "planner:calendar", plan.public_id)
    return _plan_page(request, came, plan, **shown(request, made))


def _plan_page(request: HttpRequest, came: Visit, plan: Plan, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        "visit": came,
        "plan": plan,
        "can_edit": came.may(Role.EDITOR),
        "allowed": came.workspace.sharing_allowed,
        "days": days(plan, now),
        "rows": rows(CalendarLink.objects.seen_by(came).filter(plan=plan), now, _end_of_plan(plan)),
        "form": CalendarForm(),
        "form_key": new_id(),
        **more,
    }
    return render(request, "planner/calendar.html", context, status=status)


def _end_of_plan(plan: Plan) -> Callable[[CalendarLink], str]:
    return lambda row: reverse("planner:calendar-revoke", args=[plan.public_id, row.public_id])


@sent_from("planner:calendar", "plan_id")
@of_plan(Role.EDITOR)
def revoke(request: HttpRequest, came: Visit, plan: Plan, link: str) -> HttpResponse:
    """End an address of a plan's at once: one's own, owners any."""
    row = CalendarLink.objects.seen_by(came).filter(plan=plan, public_id=link).first()
    return _ended(request, came, row, reverse("planner:calendar", args=[plan.public_id]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own(request: HttpRequest) -> HttpResponseBase:
    """A person's own addresses; a POST makes one and shows it, this once."""
    if request.method != "POST":
        return _own_page(request)
    return _own_made(request)


@with_recent_password
def _own_made(request: HttpRequest) -> HttpResponse:
    """It outlives the session that it is made in, and holds all plans, so that one must be its owner."""
    form, now, home = CalendarForm(request.POST), timezone.now(), calendar_links.at_home(person(request))
    if not form.is_valid():
        return _own_page(request, 422, form=form)
    said = form.cleaned_data
    made = first_time(
        request, home, lambda: calendar_links.own_days(home, said["language"], now, said["note"], form.ends(now))
    )
    return _own_page(request, **shown(request, made)) if made else _sent_before(request, "own-calendar:calendar")


def _own_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), timezone.now()
    context = {
        "held": calendar_entries.plans_of(user),
        "rows": rows(CalendarLink.objects.own(user), now, _end_of_own),
        "form": CalendarForm(),
        "form_key": new_id(),
        **more,
    }
    if not is_fresh(request, now):
        context["password_address"] = password_address(request)
    return render(request, "planner/own_calendar.html", context, status=status)


def _end_of_own(row: CalendarLink) -> str:
    return reverse("own-calendar:revoke", args=[row.public_id])


@sent_from("own-calendar:calendar")
@login_required
def revoke_own(request: HttpRequest, link: str) -> HttpResponse:
    """End one of one's own addresses at once."""
    user = person(request)
    row = CalendarLink.objects.own(user).filter(public_id=link).first()
    return _ended(request, calendar_links.at_home(user), row, reverse("own-calendar:calendar"))


def _ended(request: HttpRequest, came: Visit, row: CalendarLink | None, page: str) -> HttpResponse:
    if row is None:
        raise Http404
    end(came, row, timezone.now())
    messages.success(request, _("The link is revoked: nothing can be fetched by it any more."))
    return redirect(page)


def _sent_before(request: HttpRequest, page: str, *names: str) -> HttpResponse:
    messages.info(request, _("This form was sent before: its link was made then, and shown then, once."))
    return redirect(page, *names)


def shown(request: HttpRequest, made: Made) -> dict[str, Any]:
    """An address as a page shows it, this once, and as calendar programs open it."""
    row, secret = made
    address = feed_address(request, secret)
    scheme, _colon, rest = address.partition(":")
    # Programs ask under `webcal` without TLS first, and would show the secret to whoever listens.
    return {"row": row, "address": address, "opens": f"{'webcals' if scheme == 'https' else 'webcal'}:{rest}"}


def feed_address(request: HttpRequest, secret: str) -> str:
    """The whole address that a program fetches."""
    return whole_address(request, reverse("calendars:feed", args=[secret]))


def rows(
    links: Iterable[CalendarLink], now: dt.datetime, end: Callable[[CalendarLink], str]
) -> list[tuple[CalendarLink, str, str]]:
    """Addresses as a page lists them: each with its state, and where it is ended."""
    return [(row, row.state(now), end(row)) for row in links]
