"""One's own account: name, what is known, its end."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import person
from costcalc.accounts.archive import as_json, own_data
from costcalc.accounts.farewell import HandOverError, delete_account
from costcalc.accounts.forms import NameForm, PasswordForm
from costcalc.accounts.models import User
from costcalc.accounts.workspaces import Workspace


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
    return render(request, "accounts/me.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_safe
@never_cache
def me_export(request: HttpRequest) -> HttpResponse:
    """What the product knows of this person."""
    contents = as_json(own_data(person(request)))
    headers = {"Content-Disposition": 'attachment; filename="costcalc-account.json"'}
    return HttpResponse(contents, content_type="application/json", headers=headers)


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
