"""How often one address may ask the API: `settings.RATE_LIMIT` requests in a minute, None for any number."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from costcalc.wire.models import SECONDS, RequestWindow, Standing

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


def seconds_to_wait(standing: Standing, limit: int, now: int) -> int:
    """Seconds until this address may ask again; 0 while it is within its limit."""
    return max(1, standing.started + SECONDS - now) if standing.requests > limit else 0


def subscriber(address: str) -> str:
    """Whom an address belongs to: an IPv6 subscriber owns a whole /64, and could ask from each of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # No address: a Unix socket's empty one, or a proxy's "unknown". They share one window.
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)
