"""The pages of a workspace's webhooks, `/w/<workspace>/webhooks/`: for its owners."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from costcalc.accounts.access import Visit, in_workspace, is_fresh, password_address, sent_from, with_recent_password
from costcalc.accounts.capability import new_id
from costcalc.accounts.navigation import navigation
from costcalc.accounts.once import first_time
from costcalc.accounts.roles import Role
from migrations_app.hooks import webhooks
from migrations_app.hooks.forms import WebhookForm
from migrations_app.hooks.webhooks import Webhook, delivery_of, hook_of
from migrations_app.hooks.words import fault_in_words, kind_in_words

PAGE = "webhooks:webhooks"
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_workspace(Role.OWNER)
def hooks(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Every webhook; a POST makes one, whose secret is on this answer and nowhere else."""
    if request.method != "POST":
        return _page(request, visit, form=WebhookForm())
    return _made(request, visit)


@with_recent_password
def _made(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is sent there goes on after the session ends, so that its owner must be the one who makes it."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, 422, form=form)
    said, now = form.cleaned_data, timezone.now()
    try:
        made = first_time(request, visit, lambda: webhooks.add(visit, said["url"], said["note"], now))
    except webhooks.TooManyHooksError:
        form.add_error(None, _("The workspace has as many webhooks as it may."))
        return _page(request, visit, 422, form=form)
    if made is None:
        messages.info(request, _("This form was sent before: its webhook was made then, and its secret shown once."))
        return redirect(PAGE, visit.workspace.public_id)
    return _page(request, visit, form=WebhookForm(), made=made[0], secret=made[1])


@require_safe
@never_cache
@in_workspace(Role.OWNER)
def hook(request: HttpRequest, visit: Visit, webhook: str) -> HttpResponse:
    """What was sent to a webhook lately, and what came of it."""
    found = hook_of(visit, webhook)
    rows = [
        {"row": row, "kind": kind_in_words(row.kind), "fault": fault_in_words(row.fault)}
        for row in found.deliveries.select_related("plan")[:SHOWN]
    ]
    context = {**navigation(visit, PAGE), "hook": found, "rows": rows, "shown": SHOWN, "days": webhooks.KEPT.days}
    return render(request, "planner/webhook.html", context)


@sent_from("webhooks:webhook", "workspace", "webhook")
@in_workspace(Role.OWNER)
def test(request: HttpRequest, visit: Visit, webhook: str) -> HttpResponse:
    """Have a message sent that says nothing."""
    webhooks.test(visit, hook_of(visit, webhook), timezone.now())
    messages.success(request, _("A test message is on its way. Load the page again to see what came of it."))
    return redirect("webhooks:webhook", visit.workspace.public_id, webhook)


@sent_from(PAGE, "workspace")
@in_workspace(Role.OWNER)
def delete(request: HttpRequest, visit: Visit, webhook: str) -> HttpResponse:
    """Send nothing there any more."""
    webhooks.remove(visit, hook_of(visit, webhook))
    messages.success(request, _("The webhook is deleted: nothing is sent there any more."))
    return redirect(PAGE, visit.workspace.public_id)


@sent_from("webhooks:webhook", "workspace", "webhook")
@in_workspace(Role.OWNER)
def send_again(request: HttpRequest, visit: Visit, webhook: str, delivery: str) -> HttpResponse:
    """Have a message sent once more."""
    row = delivery_of(hook_of(visit, webhook), delivery)
    try:
        webhooks.send_again(visit, row, timezone.now())
    except webhooks.StillWaitingError:
        messages.info(request, _("That message is still to be sent."))
    else:
        messages.success(request, _("The message is sent again, under the same id."))
    return redirect("webhooks:webhook", visit.workspace.public_id, webhook)


def _page(request: HttpRequest, visit: Visit, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        **navigation(visit, PAGE),
        "hooks": Webhook.objects.filter(workspace=visit.workspace).select_related("created_by"),
        "hosts": settings.WEBHOOK_HOSTS,
        "form_key": new_id(),
        **more,
    }
    if not is_fresh(request, timezone.now()):
        context["password_address"] = password_address(request)
    return render(request, "planner/webhooks.html", context, status=status)
