"""One's own account: name, address, what is known, its end."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts import address, rooms
from costcalc.accounts.access import person, sent_from, with_recent_password
from costcalc.accounts.archive import own_data
from costcalc.accounts.farewell import HandOverError, delete_account
from costcalc.accounts.forms import AddressForm, NameForm, PasswordForm
from costcalc.accounts.models import User
from costcalc.accounts.views.preferences import way_back
from costcalc.accounts.workspaces import Workspace
from costcalc.wire.addresses import whole_address
from costcalc.wire.files import SentFile, json_pieces, written
from costcalc.wire.views import too_many

NOT_TAKEN = gettext_lazy("The mail server did not take the message. Try again later.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """The account; a POST changes the name."""
    user = person(request)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("accounts:me")
    context = {"form": form, "pages": rooms.own_pages()}
    return render(request, "accounts/me.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@with_recent_password
def new_address(request: HttpRequest) -> HttpResponse:
    """Ask for another e-mail address: a link goes there, and whether it is somebody's is not said here."""
    user = person(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form}
        return render(request, "accounts/new_address.html", context, status=422 if form.is_bound else 200)
    if not ratelimit.consume(request, action="new_address", user=user):
        return too_many(request)
    wanted = form.cleaned_data["email"]
    if not address.ask(user, wanted, _link(request, user, wanted)):
        form.add_error("email", NOT_TAKEN)
        return render(request, "accounts/new_address.html", {"form": form}, status=503)
    return render(request, "accounts/new_address.html", {"sent": wanted})


def _link(request: HttpRequest, user: User, email: str) -> str:
    path = reverse("accounts:confirm-address", args=(address.link_for(user, email),))
    return whole_address(request, path)


@sent_from("accounts:me")
@login_required
@never_cache
def ask_to_confirm(request: HttpRequest) -> HttpResponse:
    """Send the link that confirms the address one has."""
    user = person(request)
    if not ratelimit.consume(request, action="new_address", user=user):
        return too_many(request)
    if address.ask_own(user, _link(request, user, user.email)):
        words = _("A link is on its way to %(email)s. Open it while you are signed in.") % {"email": user.email}
        messages.success(request, words)
    else:
        messages.error(request, NOT_TAKEN)
    return redirect(way_back(request))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_address(request: HttpRequest, link: str) -> HttpResponse:
    """Change the address to that of the link: looking changes nothing, and the link is its person's alone."""
    user = person(request)
    new, old = address.confirmed_by(user, link), user.email
    if new is None:
        raise Http404
    if request.method != "POST":
        return render(request, "accounts/confirm_address.html", {"new": new, "same": new == old})
    try:
        address.change(user, new)
    except address.TakenError:
        return render(request, "accounts/confirm_address.html", {"new": new, "taken": True}, status=409)
    if new == old:
        messages.success(request, _("Your e-mail address is confirmed."))
        return redirect("accounts:me")
    address.tell(old, new)
    messages.success(request, _("Your e-mail address is changed."))
    return redirect("accounts:me")


@login_required
@require_safe
@never_cache
def me_export(request: HttpRequest) -> SentFile:
    """What the product knows of this person."""
    return SentFile(written(json_pieces(own_data(person(request)))), "costcalc-account.json", "application/json")


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def me_delete(request: HttpRequest) -> HttpResponse:
    """End the account. The password is asked for; what others need is handed over first."""
    user = person(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    stuck: tuple[Workspace, ...] = ()
    if request.method == "POST" and form.is_valid() and _is_known(user, form):
        try:
            delete_account(user, timezone.now())
        except HandOverError as error:
            stuck = error.args
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("/")
    context = {"form": form, "stuck": stuck}
    return render(request, "accounts/me_delete.html", context, status=422 if form.is_bound else 200)


def _is_known(user: User, form: PasswordForm) -> bool:
    """Whether the password is theirs; attempts are counted with those of signing in."""
    adapter = get_adapter()
    try:
        if adapter.reauthenticate(user, form.cleaned_data["password"]):
            return True
        form.add_error("password", adapter.error_messages["incorrect_password"])
    except ValidationError as error:
        form.add_error("password", error)
    return False
