"""Answers of the API, held against its published schema."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs


def assert_described(schemas: dict[str, Any], answer: Any) -> None:
    """Its status, media type and body are what the OpenAPI document says of the path."""
    operation = _operation(schemas, answer.request["PATH_INFO"], answer.request["REQUEST_METHOD"].lower())
    ((media_type, described),) = operation["responses"][str(answer.status_code)]["content"].items()
    assert answer["Content-Type"].split(";")[0] == media_type
    whole = {**described["schema"], "components": schemas["components"]}
    jsonschema_rs.validate(whole, json.loads(answer.content))


def _operation(schemas: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    """That of the path itself, else of the template that it fits; what is left of it may be cut off or too long."""
    for template, operations in schemas["paths"].items():
        pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
        if method in operations and re.fullmatch(re.sub(r"\{\w+\}", ".*", pattern), path):
            found: dict[str, Any] = operations[method]
            return found
    raise AssertionError(f"{method} {path} is not described")
