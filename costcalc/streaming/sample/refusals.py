"""What the built-in provider answers instead of a completion, in OpenAI's words and shape. Pure.

Nothing that was sent is repeated: neither the key, nor the name of a model, nor a value.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

INVALID: Final = "invalid_request_error"
BROKEN: Final = "server_error"


@dataclass
class RefusedError(Exception):
    """A request that is not served: its HTTP status, and OpenAI's error object."""

    status: int
    message: str
    code: str | None = None
    param: str | None = None
    kind: str = INVALID
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The JSON text, as OpenAI answers it."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return json.dumps({"error": error}).encode()


def no_such_model() -> RefusedError:
    """404 for a model that is not offered."""
    return RefusedError(
        404, "The model does not exist. GET /v1/models lists those that do.", "model_not_found", "model"
    )


def no_such_address() -> RefusedError:
    """404 for an address under /sample/ that is none."""
    return RefusedError(404, "Unknown address. There are /v1/models and /v1/chat/completions.", "unknown_url")


def wrong_method(allowed: str) -> RefusedError:
    """405 for an address that knows other methods only."""
    return RefusedError(
        405, f"Not allowed here; allowed are: {allowed}.", "method_not_allowed", headers={"allow": allowed}
    )


def too_large(limit: int) -> RefusedError:
    """413 for a body of more than so many bytes; what is left of it is not waited for."""
    message = f"A request may have {limit} bytes here."
    return RefusedError(413, message, "request_too_large", headers={"connection": "close"})


def too_many_streams() -> RefusedError:
    """429 for a visitor who has as many answers open as anybody may have."""
    message = "You have too many answers open; wait until one of them has ended."
    return RefusedError(429, message, "too_many_streams", kind="requests", headers={"retry-after": "1"})


def refused_key() -> RefusedError:
    """401, whatever the key is."""
    return RefusedError(401, "Incorrect API key provided.", "invalid_api_key")


def too_many_requests(seconds: int) -> RefusedError:
    """429 that says when to come again, in seconds."""
    message = f"Rate limit reached for requests. Please try again in {seconds}s."
    return RefusedError(429, message, "rate_limit_exceeded", kind="requests", headers={"retry-after": str(seconds)})


def broken() -> RefusedError:
    """500, as a provider answers when it fails itself."""
    return RefusedError(500, "The server had an error while processing your request.", kind=BROKEN)
