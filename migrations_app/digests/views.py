"""One's own digest, `/me/digest/`: when it comes, what it would say, and the page that stops it."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from costcalc.accounts import address, mail
from costcalc.accounts.access import person, sent_from
from costcalc.wire.addresses import whole_address
from costcalc.wire.views import too_many
from migrations_app.digests import digest as digests
from migrations_app.digests import mail as digest_mail
from migrations_app.digests.digest import Choice, Digest
from migrations_app.digests.forms import DigestForm
from migrations_app.digests.times import Rhythm
from migrations_app.digests.words import told

PAGE = "digests:digest"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def digest(request: HttpRequest) -> HttpResponse:
    """When it comes, and what it would say now; a POST chooses."""
    user = person(request)
    row = digests.of(user)
    if request.method != "POST":
        shown = {"rhythm": row.rhythm, "hour": row.hour, "weekday": row.weekday}
        return _page(request, row, DigestForm(initial=shown))
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 422)
    said = form.cleaned_data
    digests.choose(user, _choice(request, Rhythm(said["rhythm"]), said["hour"], said["weekday"]), timezone.now())
    messages.success(request, _("Saved."))
    return redirect(PAGE)


@sent_from(PAGE)
@login_required
@never_cache
def send(request: HttpRequest) -> HttpResponse:
    """Send one at once, whatever is due."""
    user = person(request)
    if not (mail.is_set_up() and address.is_confirmed(user)):
        messages.error(request, _("Nothing was sent: see below."))
        return redirect(PAGE)
    if not ratelimit.consume(request, action="digest", user=user):
        return too_many(request)
    row = digests.to_be_sent_now(user, _choice(request))
    message = digest_mail.written(row, timezone.now(), even_empty=True)
    assert message is not None
    try:
        digest_mail.deliver(message)
    except digest_mail.NotTakenError:
        messages.error(request, _("The mail server did not take the message. Try again later."))
    else:
        messages.success(request, _("A message is on its way to %(email)s.") % {"email": user.email})
    return redirect(PAGE)


# Mail programs stop it by a POST of their own, for which the address itself, which is signed, is the permission.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, link: str) -> HttpResponse:
    """Stop it without signing in. Looking changes nothing: programs look at every address in a mail."""
    row = digests.by_link(link)
    if request.method == "POST":
        digests.stop(row, timezone.now())
        row.refresh_from_db()
    return render(request, "planner/digest_stop.html", {"stopped": row.rhythm == Rhythm.NEVER})


def _choice(request: HttpRequest, rhythm: Rhythm = Rhythm.NEVER, hour: int = 7, weekday: int = 0) -> Choice:
    """What is chosen, and what this visit says of its person."""
    zone = timezone.get_current_timezone_name()
    return Choice(rhythm, hour, weekday, zone, get_language() or "", whole_address(request, "/").rstrip("/"))


def _page(request: HttpRequest, row: Digest, form: DigestForm, status: int = 200) -> HttpResponse:
    found = told(row.user, timezone.get_current_timezone(), timezone.now())
    context = {
        "form": form,
        "digest": row,
        "told": found,
        "subject": digest_mail.subject(found),
        "mail_is_set_up": mail.is_set_up(),
        "confirmed": address.is_confirmed(row.user),
        "zone": timezone.get_current_timezone_name().replace("_", " "),
    }
    return render(request, "planner/digest.html", context, status=status)
