"""Charts as answers: a drawing or a bitmap, in the scheme and width that the address asks for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_cache_control

from costcalc.charts import WIDTH, WIDTHS, Chart, Scheme, png, svg

# What of an address is about the picture, not about what it shows.
LOOK = ("scheme", "width")


def picture(request: HttpRequest, chart: Chart | None, kind: str) -> HttpResponse:
    """The chart as `svg` or `png`. Raises Http404 where there is no such chart, or it is asked for otherwise."""
    scheme, width = _scheme(request), _width(request)
    if chart is None or scheme is None or width is None:
        raise Http404
    if kind == "svg":
        return _private(HttpResponse(svg(chart, scheme, width), content_type="image/svg+xml"))
    if kind == "png":
        return _private(HttpResponse(png(chart, scheme, width), content_type="image/png"))
    raise Http404


def _private(response: HttpResponse) -> HttpResponse:
    """One address, another picture: prices, rates and currency are those of whoever asks, and change."""
    patch_cache_control(response, private=True, no_cache=True)
    return response


def without_look(get: QueryDict) -> QueryDict:
    """The query of what a picture shows."""
    found = get.copy()
    for name in LOOK:
        found.pop(name, None)
    return found


def _scheme(request: HttpRequest) -> Scheme | None:
    asked = request.GET.get("scheme", "light")
    return "dark" if asked == "dark" else "light" if asked == "light" else None


def _width(request: HttpRequest) -> int | None:
    asked = request.GET.get("width", str(WIDTH))
    fits = asked.isascii() and asked.isdigit() and len(asked) < 5 and int(asked) in WIDTHS
    return int(asked) if fits else None
