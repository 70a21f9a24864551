from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from costcalc.wire import readiness


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 "ready", or 503 naming what is missing, one a line."""
    missing = readiness.missing()
    text = "\n".join(f"missing: {name}" for name in missing) or "ready"
    return HttpResponse(text + "\n", status=503 if missing else 200, content_type="text/plain; charset=utf-8")
