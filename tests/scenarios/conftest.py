"""The API as its callers meet it: every answer is held against the published schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from costcalc.api import api
from tests.scenarios.described import assert_described


@pytest.fixture(scope="session")
def schemas() -> Any:
    """The published OpenAPI document."""
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))


@pytest.fixture
def ask(client: Client, schemas: dict[str, Any]) -> Any:
    """Sends something to the API, and gives the answer with its status."""

    def send(path: str, body: Any = None, **parameters: str) -> dict[str, Any]:
        if body is None:
            answer = client.get(path, parameters)
        else:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = client.generic("POST", path, data, content_type="application/json")
        assert_described(schemas, answer)
        found: dict[str, Any] = answer.json()
        return {"status_code": answer.status_code, **found}

    return send
