"""What may be asked of the relay, and by which pages. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from costcalc.secrets import without_key
from costcalc.streaming.relay.refusals import at, wrong
from costcalc.wire.problem import Fault, locate
from costcalc.wire.raw import Refused
from costcalc.wire.strict_json import BadJSONError, loads

PORTS: Final = {"http": ":80", "https": ":443"}
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(without_key)]


class Asked(BaseModel):
    """One run: which model is asked what. `extra` goes into the body for the built-in provider alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    provider: Text
    model: Text
    prompt: Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(without_key)]
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    resume: bool = False
    twin: bool = False
    extra: dict[str, Any] = Field(default_factory=dict)
    key: Annotated[SecretStr, Field(min_length=1, max_length=1000, strict=False)] | None = None


def read(body: bytes) -> Asked:
    """The run that a body asks for. Raises Refused, which repeats nothing of what was sent."""
    try:
        value = loads(body)
    except BadJSONError:
        # Its own words quote what was sent.
        raise Refused(400, "The body is no JSON, or none that is taken here.") from None
    if not isinstance(value, dict):
        raise at("", "An object is wanted.")
    try:
        return Asked.model_validate(_plain(value))
    except ValidationError as error:
        told = error.errors(include_input=False, include_context=False, include_url=False)
        raise wrong(*(Fault(pointer=locate(value, each["loc"]), detail=each["msg"]) for each in told)) from None


def _plain(value: Any) -> Any:
    """Numbers with a point as floats: they are passed on, not calculated with."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the body says that it is JSON. A form of another site cannot say so without asking first."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether another site's page sends this. Browsers say so themselves, and scripts of a page cannot.

    Who says nothing is no browser, and has no visitor's cookies to abuse.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return True
    return "origin" in headers and not _is_host(headers["origin"], headers.get("host", ""))


def _is_host(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    port = PORTS.get(parts.scheme, "")
    return bool(port and host) and parts.netloc.lower().removesuffix(port) == host.lower().removesuffix(port)
