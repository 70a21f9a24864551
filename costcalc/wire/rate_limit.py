"""How often one address may ask: `settings.RATE_LIMIT` requests in a minute, None for any number.

The API counts every request; pages count what takes long to compute, by its weight, in a window of their own.
"""

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from costcalc.wire.models import SECONDS, RequestWindow, Standing
from costcalc.wire.views import failure
from costcalc.wire.visitors import subscriber

WAIT = "costcalc.seconds_to_wait"


class AddressThrottle(BaseThrottle):
    """django-ninja's throttle, kept in the database, so that it holds across workers."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this request; when there were too many, leave the seconds to wait in `request.META[WAIT]`."""
        if settings.RATE_LIMIT is None:
            return True
        now = int(time.time())
        standing = RequestWindow.objects.count_request(subscriber(request.META["REMOTE_ADDR"]), now)
        # In the request, since ninja's own `wait()` is asked of an object that all threads share.
        request.META[WAIT] = seconds_to_wait(standing, settings.RATE_LIMIT, now)
        return not request.META[WAIT]


View = Callable[..., HttpResponseBase]


def rationed(weight: Callable[[HttpRequest], int]) -> Callable[[View], View]:
    """Around a view that computes for long: what weighs nothing is not counted, too much is answered 429."""

    def around(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
            wait = _wait_for(request, weight(request))
            if not wait:
                return view(request, *args, **named)
            response = failure(request, 429)
            response["Retry-After"] = str(wait)
            return response

        return counted

    return around


def charge(request: HttpRequest, weight: int) -> None:
    """Count what a request of the API computes for long, besides the request itself. Raises Throttled."""
    if settings.RATE_LIMIT is None or not weight:
        return
    now = int(time.time())
    standing = RequestWindow.objects.count_request(subscriber(request.META["REMOTE_ADDR"]), now, weight)
    request.META[WAIT] = seconds_to_wait(standing, settings.RATE_LIMIT, now)
    if request.META[WAIT]:
        raise Throttled(request.META[WAIT])


def _wait_for(request: HttpRequest, weight: int) -> int:
    if settings.RATE_LIMIT is None or not weight:
        return 0
    now = int(time.time())
    standing = RequestWindow.objects.count_request(f"pages {subscriber(request.META['REMOTE_ADDR'])}", now, weight)
    return seconds_to_wait(standing, settings.RATE_LIMIT, now)


def seconds_to_wait(standing: Standing, limit: int, now: int) -> int:
    """Seconds until this address may ask again; 0 while it is within its limit."""
    return max(1, standing.started + SECONDS - now) if standing.requests > limit else 0
