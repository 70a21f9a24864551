"""The API of templates: the product's to read; the workspace's own from a plan or from a file, out, and deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from costcalc.accounts.access import Visit
from costcalc.accounts.credentials import EDITORS, Bearer, visit_of
from costcalc.accounts.once import sendable_again
from costcalc.accounts.roles import Role
from costcalc.scenarios.saved_shown import ABSENT, GUARDED, SENT, with_example
from migrations_app import carrying
from migrations_app.api import impossible
from migrations_app.playbook import own
from migrations_app.playbook.template import Template
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.playbook.words import titled
from migrations_app.rules.commands import Name, Text
from migrations_app.rules.happening import Refused

router = Router(tags=["plans"], auth=Bearer())
EXAMPLE: dict[str, Any] = {
    "format": "costcalc template 1",
    "name": "Our way",
    "steps": [
        {"key": "ask", "phase": "prepare", "title": "Ask the provider for its limits", "day": 0},
        {"key": "key", "phase": "keys", "title": "Try the new key", "automatic": "key-tested", "after": ["ask"]},
    ],
}


class TemplateFile(Template):
    """A template as its file has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    format: Literal["costcalc template 1"]


class TemplateLine(Schema):
    """A template as lists have it."""

    key: str = Field(description="What `POST /plans` takes as its `template`.")
    name: str
    note: str
    steps: int
    own: bool = Field(description="The workspace's own, and not the product's.")


class TemplatesOut(Schema):
    """Every template that a plan of the workspace can begin with."""

    items: list[TemplateLine]


class OfPlanIn(Schema):
    """What a plan's steps and stages are to be called, without whom and when."""

    model_config = with_example({"name": "As in November"})
    name: Name
    note: Text = ""


@router.get("/plan-templates", response={200: TemplatesOut, **GUARDED}, operation_id="list_plan_templates")
def list_plan_templates(request: HttpRequest) -> dict[str, Any]:
    """The product's templates, in English, and the workspace's own."""
    theirs = own.templates_of(visit_of(request).workspace)
    with override("en"):
        ours = [_line(key, each, titled(each.name), titled(each.note)) for key, each in TEMPLATES.items()]
    return {"items": [*ours, *_own(theirs)]}


@router.get(
    "/plan-templates/{key}", response={200: TemplateFile, **GUARDED, **ABSENT}, operation_id="get_plan_template"
)
def get_plan_template(request: HttpRequest, key: str) -> Any:
    """A template, as `POST /plan-templates` takes it."""
    found = own.template_for(visit_of(request).workspace, key)
    if found is None:
        raise Http404
    return json.loads(own.written(found))


@router.post(
    "/plan-templates",
    response={201: TemplateLine, **GUARDED, **SENT},
    operation_id="create_plan_template",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def create_plan_template(request: HttpRequest, body: TemplateFile) -> tuple[int, dict[str, Any]]:
    """Keep a template for the workspace."""
    said = body.model_dump(exclude={"format"})
    return 201, _kept(visit_of(request, Role.EDITOR), Template.model_validate(said))


@router.post(
    "/plans/{plan_id}/template",
    response={201: TemplateLine, **GUARDED, **SENT, **ABSENT},
    operation_id="create_template_of_plan",
    auth=EDITORS,
)
@sendable_again(Role.EDITOR)
def create_template_of_plan(request: HttpRequest, plan_id: str, body: OfPlanIn) -> tuple[int, dict[str, Any]]:
    """Keep a plan's steps and stages as a template. 422 for a plan without steps."""
    visit = visit_of(request, Role.EDITOR)
    plan = carrying.plan_in(visit, plan_id)
    try:
        template = own.of_plan(plan.state, body.name, body.note)
    except Refused as refused:
        raise impossible(refused) from None
    return 201, _kept(visit, template)


@router.delete(
    "/plan-templates/{key}",
    response={204: None, **GUARDED, **ABSENT},
    operation_id="delete_plan_template",
    auth=EDITORS,
)
def delete_plan_template(request: HttpRequest, key: str) -> Status[None]:
    """Delete one of the workspace's own; plans that were made of it stay as they are."""
    own.forget(visit_of(request, Role.EDITOR), key)
    return Status(204, None)


def _kept(visit: Visit, template: Template) -> dict[str, Any]:
    """A template, stored. Raises HttpError."""
    try:
        row = own.keep(visit, template, timezone.now())
    except Refused as refused:
        raise impossible(refused) from None
    return next(_own([row]))


def _own(rows: Iterable[own.OwnTemplate]) -> Any:
    return (_line(row.public_id, each := row.template, each.name, each.note, own=True) for row in rows)


def _line(key: str, template: Template, name: str, note: str, *, own: bool = False) -> dict[str, Any]:
    return {"key": key, "name": name, "note": note, "steps": len(template.steps), "own": own}
