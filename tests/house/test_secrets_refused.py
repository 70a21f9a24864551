"""What looks like a key is refused in every text that is not made for one: in forms, in bodies, in what is imported."""

from __future__ import annotations

import copy
import importlib
import json
import pkgutil
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.test import Client

import costcalc
import migrations_app
from costcalc.api import api
from costcalc.wire.plain_text import PlainField
from migrations_app.plans import Plan
from tests.factories import Cast, a_token, signed_in
from tests.planner.test_api import Program
from tests.secrets.test_secrets import PROVIDERS

KEY = PROVIDERS["DeepSeek"]
SAYS = "This looks like a key"
# Fields that are no text about something, by the module's last name and theirs, and why they need no rule.
OTHERS = {
    "streaming.doctor.forms.RecordingForm.recording": "masked before it is shown; a recording may hold keys",
    "streaming.doctor.asking_forms.*.model": "has the same rule, with words for the field beside it",
    "streaming.doctor.asking_forms.*.address": "as the model",
    "streaming.doctor.asking_forms.*.key": "made for a key",
    "keys.forms.TrialForm.secret": "made for a key",
    "keys.forms.NewKeyForm.secret": "made for a key",
    "scenarios.forms.*.prices": "the name of a set of prices, compared with those that there are",
    "accounts.*.time_zone": "one of the time zones that there are",
    "accounts.*.password": "made for a password",
    "accounts.*.password1": "made for a password",
    "accounts.*.password2": "made for a password",
    "accounts.*.oldpassword": "made for a password",
    "accounts.*.username": "allauth's own, which is not shown",
    "accounts.*.email": "an e-mail address",
    "accounts.*.login": "an e-mail address",
    "accounts.forms.AuditFilter.*": "sought, not stored",
    "catalog.forms.*.q": "sought, not stored",
    "steps.forms.FilterForm.q": "sought, not stored",
}


def form_classes() -> set[type[forms.Form]]:
    """Every form of ours."""
    for package in (costcalc, migrations_app):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("forms") or module.name.endswith("entrance"):
                importlib.import_module(module.name)
    return {one for one in _below(forms.Form) if one.__module__.startswith(("costcalc.", "migrations_app."))}


def _below(cls: type[forms.Form]) -> Iterator[type[forms.Form]]:
    for one in cls.__subclasses__():
        yield one
        yield from _below(one)


def is_other(name: str) -> bool:
    """Whether a field is in the list of those that need no rule."""
    return any(fnmatch(name, pattern) for pattern in OTHERS)


def texts() -> list[str]:
    """The name of each field of text that has not the rule."""
    found = []
    for form in form_classes():
        module = form.__module__.removeprefix("costcalc.").removeprefix("migrations_app.")
        for name, field in form.base_fields.items():
            if isinstance(field, forms.CharField) and not isinstance(field, PlainField | forms.RegexField):
                found.append(f"{module}.{form.__name__}.{name}")
    return sorted(found)


def test_every_field_of_text_has_the_rule_or_a_reason() -> None:
    assert [name for name in texts() if not is_other(name)] == []
    assert (
        len([form for form in form_classes() if any(isinstance(f, PlainField) for f in form.base_fields.values())]) > 10
    )


def leaves(schema: dict[str, Any], parts: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The places of free texts in a body."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from leaves(parts[name], parts, path) if len(path) < 6 else ()
        return
    for way in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(way, ()):
            yield from leaves(one, parts, path)
    closed = {"enum", "const", "pattern", "format"} & schema.keys()
    if schema.get("type") == "string" and not closed:
        yield path
    for name, one in schema.get("properties", {}).items():
        yield from leaves(one, parts, (*path, name))
    if isinstance(schema.get("items"), dict):
        yield from leaves(schema["items"], parts, (*path, "[]"))


def placed(body: Any, path: tuple[str, ...], text: str) -> Any:
    """A body with a text at a place."""
    if not path:
        return text
    if path[0] == "[]":
        first = body[0] if isinstance(body, list) and body else {}
        return [placed(first, path[1:], text)]
    made = copy.deepcopy(body) if isinstance(body, dict) else {}
    made[path[0]] = placed(made.get(path[0]), path[1:], text)
    return made


def bodies() -> list[Any]:
    """An operation's method and address with each place of a free text in its body."""
    document = api.get_openapi_schema()
    parts, found = document["components"]["schemas"], []
    for address, operations in document["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content["schema"]
                whole = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
                example = (whole.get("examples") or [{}])[0]
                for path in sorted(set(leaves(schema, parts))):
                    name = f"{operation['operationId']}:{'.'.join(path)}"
                    found.append(pytest.param(method, address, example, path, id=name))
    return found


# Made for a key, checked against a list of what there is, or an address of e-mail.
CLOSED = {"secret", "currency", "scenario", "prices", "email", "percent", "template"}


@pytest.mark.parametrize(
    ("method", "address", "example", "path"), [one for one in bodies() if one.values[3][-1] not in CLOSED]
)
def test_no_body_takes_a_key_for_a_text(
    cast: Cast, method: str, address: str, example: Any, path: tuple[str, ...]
) -> None:
    _row, secret = a_token(cast.workspace, cast.alice)
    sent = Client().generic(
        method.upper(),
        address.replace("{", "").replace("}", ""),
        json.dumps(placed(example, path, f"https://x.example/?k={KEY}" if path[-1] == "source_url" else KEY)),
        "application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert sent.status_code == 422, sent.content
    # A command is another one than the example, and refused as such first.
    assert SAYS in sent.content.decode() or address.endswith("/commands")
    assert KEY not in sent.content.decode()
    assert kept() == []


def kept() -> list[str]:
    """The tables that the key is in."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if KEY in str(row)]
    return found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_keys_of_every_provider_are_refused_with_an_explanation(cast: Cast, provider: str) -> None:
    program = Program(cast)
    key = PROVIDERS[provider]
    status, said = program.post("/api/v1/plans", {"name": "To Gemini", "note": f"Lan says: {key}"})
    assert (status, SAYS in str(said)) == (422, True)
    form = {"name": key, "start_on": "2026-12-01", "note": "x"}
    page = signed_in(cast.bob, cast.workspace).post("/plans/new/", form)
    assert (page.status_code, SAYS in page.content.decode(), key in page.content.decode()) == (422, True, False)
    assert Plan.objects.count() == 0
