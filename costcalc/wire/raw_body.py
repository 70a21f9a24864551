"""Bodies that are a file as it is: described in the OpenAPI document, and read up to their limit."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError


def takes(media_type: str, description: str) -> dict[str, Any]:
    """What an operation says of such a body, as its `openapi_extra`."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def answers(media_type: str) -> dict[str, Any]:
    """What an operation says that answers 200 with a file, as its `openapi_extra`."""
    return {"responses": {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}}


def read(request: HttpRequest, media_type: str, most: int) -> bytes:
    """The body. Raises HttpError: 415 for another media type, 413 for more than `most` bytes."""
    if request.content_type != media_type:
        raise HttpError(415, f"The body must be {media_type}.")
    content: bytes = request.read(most + 1)
    if len(content) > most:
        raise HttpError(413, f"A body may have {most} bytes here.")
    return content
