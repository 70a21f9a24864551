"""The doctor asks: a live diagnosis, and the test of a key. A key lives as long as its request, in memory alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from costcalc.streaming.doctor.asking_forms import AskingForm, EndpointForm, KeyForm
from costcalc.streaming.doctor.pages import page
from costcalc.streaming.doctor.probed import examined, timings
from costcalc.streaming.doctor.probing import Target, probe
from costcalc.streaming.doctor.shown import shown, trial_shown
from costcalc.streaming.key_test import try_key
from costcalc.streaming.providers import operator_key
from costcalc.wire.loops import finished
from costcalc.wire.rate_limit import rationed

# Of the requests that an address has in a minute: ten such calls.
WEIGHT: Final = 60
# Each waits for a provider, in two threads of this worker.
AT_ONCE: Final = 8
_places = threading.BoundedSemaphore(AT_ONCE)
Asked = Callable[[HttpRequest, Any], dict[str, Any]]


def asking(form_class: type[AskingForm], name: str) -> Callable[[Asked], Callable[..., HttpResponseBase]]:
    """Around what asks with a valid form: who only opens its address is led to the page; the key is never shown."""

    def around(ask: Asked) -> Callable[..., HttpResponseBase]:
        @wraps(ask)
        @require_http_methods(["GET", "HEAD", "POST"])
        @sensitive_post_parameters("live-key", "trial-key")
        @rationed(lambda request: WEIGHT if request.method == "POST" else 0)
        @never_cache
        def view(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseRedirect(f"{reverse('stream:doctor')}#{name}")
            form = form_class(request.POST)
            if not form.is_valid():
                return page(request, {name: form}, 422)
            if not _places.acquire(blocking=False):
                form.add_error(None, _("The doctor is busy. Try again in a minute."))
                return page(request, {name: form}, 429)
            try:
                return page(request, {name: form, **ask(request, form.cleaned_data["target"])})
            finally:
                _places.release()

        return view

    return around


@asking(EndpointForm, "live")
@sensitive_variables("target")
def endpoint(request: HttpRequest, target: Target) -> dict[str, Any]:
    """What is wrong with a live endpoint. Without a key typed, people who are signed in ask with the operator's."""
    if not target.key and request.user.is_authenticated:
        target = replace(target, key=operator_key(target.endpoint) or "")
    found = finished(lambda: probe(target))
    return {"report": shown(examined(found), timings(found), (target.key,))}


@asking(KeyForm, "trial")
@sensitive_variables("target")
def key(_request: HttpRequest, target: Target) -> dict[str, Any]:
    """Whether a key works."""
    tried = finished(lambda: try_key(target.endpoint, target.model, target.key))
    return {"trial_of": trial_shown(tried, target.endpoint.name)}
