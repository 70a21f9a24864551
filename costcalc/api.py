"""The API: one OpenAPI document, each room's router, and every error as problem JSON."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.responses import NinjaJSONEncoder

from costcalc.accounts.api import router as workspace
from costcalc.accounts.links_api import router as links
from costcalc.catalog.api import router as prices
from costcalc.catalog.own_api import router as own_prices
from costcalc.catalog.rate_api import router as exchange_rates
from costcalc.scenarios.api import router as calculator
from costcalc.scenarios.claims.api import router as claims
from costcalc.scenarios.comparing_api import router as comparing
from costcalc.scenarios.revisions_api import router as revisions
from costcalc.scenarios.saved_api import router as scenarios
from costcalc.scenarios.sharing_api import router as sharing
from costcalc.scenarios.talking_api import router as talking
from costcalc.wire import strict_json
from costcalc.wire.problem import MEDIA_TYPE, ConflictError, Fault, locate, problem
from costcalc.wire.rate_limit import WAIT, AddressThrottle
from costcalc.wire.views import problem_response
from migrations_app.api import router as plans
from migrations_app.calendars.api import router as calendars
from migrations_app.canary.figures_api import router as plan_figures
from migrations_app.document_api import router as plan_documents
from migrations_app.evidence.api import router as plan_files
from migrations_app.hooks.api import router as webhooks
from migrations_app.keys.api import router as plan_keys
from migrations_app.playbook.api import router as plan_templates
from migrations_app.report.api import router as plan_reports
from migrations_app.review.api import router as reviews
from migrations_app.way_back.api import router as ways_back

logger = logging.getLogger(__name__)
MOST_FAULTS = 20

# NUL in the address, a body over the cap (whether or not one is wanted), and a fault of ours.
EVERYWHERE = (400, 413, 500)
WITH_A_BODY = (415,)
PROBLEM = {"$ref": "#/components/schemas/Problem"}


class StrictParser(Parser):
    """Bodies as `strict_json` takes them, and only as JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body. Raises BadJSONError, or HttpError 415 for another media type."""
        media_type = request.content_type or "application/json"
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise HttpError(415, "The body must be application/json.")
        return strict_json.loads(request.body)


class ProblemAPI(NinjaAPI):
    """A NinjaAPI whose OpenAPI document names the media type of problems, and those that any request may meet."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI document; every error's content is problem JSON. Made once: it takes a second."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = self._document(prefix)
        return self._documents[prefix]

    def _document(self, prefix: str) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=prefix)
        for operation in (operation for path in schema["paths"].values() for operation in path.values()):
            operation["responses"] = with_problems(operation["responses"], "requestBody" in operation)
        return schema


def with_problems(responses: dict[int, dict[str, Any]], takes_a_body: bool) -> dict[int, dict[str, Any]]:
    """One operation's responses: errors called what they are, and completed by those of every operation."""
    errors = {*EVERYWHERE, *(WITH_A_BODY if takes_a_body else ()), *(status for status in responses if status >= 400)}
    return {**responses, **{status: _problem(status, responses.get(status, {})) for status in sorted(errors)}}


def _problem(status: int, said: dict[str, Any]) -> dict[str, Any]:
    """An error as it is described; some say more than others, such as how things stand now."""
    schema = said.get("content", {}).get("application/json", {}).get("schema", PROBLEM)
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}


api = ProblemAPI(
    title="costcalc",
    version="1",
    description="What a move from one LLM API provider to another costs and saves, on real prices. "
    "Money travels as decimal strings; errors are problem JSON (RFC 9457).",
    urls_namespace="api",
    parser=StrictParser(),
    throttle=[AddressThrottle()],
)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422, pointing at the first faults: a body can hold thousands, and nobody reads them."""
    # Another body than JSON has no places, and may be too large to be read once more.
    of_body = any(one["loc"][0] == "body" for one in error.errors)
    document = strict_json.loads(request.body) if of_body and request.body else None
    faults = [Fault(pointer=point(document, list(e["loc"])), detail=said_of(e)) for e in error.errors[:MOST_FAULTS]]
    return problem_response(422, "What was sent is not valid.", faults)


def said_of(error: dict[str, Any]) -> str:
    """What pydantic says; of a text whose length is checked after it was trimmed it says "items"."""
    context = error.get("ctx", {})
    if context.get("field_type") == "Value" and isinstance(error.get("input", ""), str):
        if error["type"] == "too_long":
            return f"String should have at most {context['max_length']} characters"
        if error["type"] == "too_short":
            return f"String should have at least {context['min_length']} characters"
    detail: str = error["msg"]
    return detail.removeprefix("Value error, ")


def point(document: Any, path: list[str | int]) -> str:
    """The JSON pointer of ninja's error path, which starts with "body" and the view's argument, or "query"."""
    if path[0] == "body":
        return locate(document, path[2:])
    return locate({}, path[-1:])


@api.exception_handler(Throttled)
def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    """429, saying when to come back."""
    wait = request.META[WAIT]
    response = problem_response(429, f"Too many requests: try again in {wait} s.")
    response["Retry-After"] = str(wait)
    return response


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The status that a view or the parser chose; a body that is no JSON is a bad body like any other."""
    cause = error.__cause__
    if isinstance(cause, HttpError):
        return problem_response(cause.status_code, str(cause))
    if isinstance(cause, strict_json.BadJSONError):
        return problem_response(422, "What was sent is not valid.", [Fault(pointer="", detail=str(cause))])
    return problem_response(error.status_code, str(error))


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """401: a request of this kind needs a token, and cookies are none."""
    given = "Authorization" in request.headers
    detail = "This token is not valid." if given else "Send a token: Authorization: Bearer costcalc_…"
    response = problem_response(401, detail)
    response["WWW-Authenticate"] = 'Bearer realm="costcalc"' + (', error="invalid_token"' if given else "")
    return response


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """403: the token's scope, or its maker's role, does not reach."""
    return problem_response(403, "This token may not do that.")


@api.exception_handler(ConflictError)
def conflicting(request: HttpRequest, error: ConflictError) -> HttpResponse:
    """409, with how things stand now."""
    said = problem(409, error.detail).model_dump(exclude_none=True)
    known = {"current": error.current, "changes": error.changes}
    said |= {name: value for name, value in known.items() if value is not None}
    return HttpResponse(json.dumps(said, cls=NinjaJSONEncoder), status=409, content_type=MEDIA_TYPE)


@api.exception_handler(Http404)
def absent(request: HttpRequest, error: Http404) -> HttpResponse:
    """404; views raise it with words meant for the reader."""
    return problem_response(404, str(error) or None)


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """400: what Django will not read, such as an address with thousands of parameters."""
    return problem_response(400)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """500: the log has the traceback, the reader has not."""
    logger.error("Unhandled error in %s", request.path, exc_info=error)
    return problem_response(500)


api.add_router("", prices)
api.add_router("", calculator)
api.add_router("", claims)
api.add_router("", own_prices)
api.add_router("", exchange_rates)
api.add_router("", scenarios)
api.add_router("", revisions)
api.add_router("", comparing)
api.add_router("", sharing)
api.add_router("", links)
api.add_router("", talking)
api.add_router("", plans)
api.add_router("", reviews)
api.add_router("", plan_documents)
api.add_router("", plan_keys)
api.add_router("", plan_files)
api.add_router("", plan_figures)
api.add_router("", plan_templates)
api.add_router("", ways_back)
api.add_router("", plan_reports)
api.add_router("", calendars)
api.add_router("", webhooks)
api.add_router("", workspace)
