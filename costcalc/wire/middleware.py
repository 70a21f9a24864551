from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from costcalc.wire.bounds import TOO_LARGE
from costcalc.wire.problem import MEDIA_TYPE
from costcalc.wire.views import problem_response, too_large

API = "/api/"
Respond = Callable[[HttpRequest], HttpResponse]


def too_large_for_people(get_response: Respond) -> Respond:
    """A form whose body `Bounds` refused is answered with a page, in place of the page that it was sent to."""

    def middleware(request: HttpRequest) -> HttpResponse:
        limit = getattr(request, "scope", {}).get(TOO_LARGE)
        return get_response(request) if limit is None else too_large(request, limit)

    return middleware


def problems_for_machines(get_response: Respond) -> Respond:
    """Under /api/, whatever else refuses a request (Django, ninja's 405) answers with problem JSON too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "HEAD" and request.path.startswith(API):
            # Answered as GET; the server leaves the body out.
            request.method = "GET"
        response = get_response(request)
        if not request.path.startswith(API) or response.status_code < 400 or response["Content-Type"] == MEDIA_TYPE:
            return response
        problem = problem_response(response.status_code)
        if "Allow" in response:
            problem["Allow"] = response["Allow"]
        return problem

    return middleware
