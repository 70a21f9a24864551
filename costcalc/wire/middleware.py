from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from costcalc.wire.problem import MEDIA_TYPE
from costcalc.wire.views import problem_response

API = "/api/"


def problems_for_machines(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
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
