"""A workspace's own templates: of a plan, or from a file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.http import Http404

from costcalc.accounts.access import Visit
from costcalc.accounts.audit import acting
from costcalc.accounts.capability import new_id
from costcalc.accounts.workspaces import Workspace
from migrations_app.playbook.template import FORMAT, Template, TemplateStep
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.rules.happening import Refused
from migrations_app.rules.state import State
from migrations_app.rules.steps import Step

MOST = 100


class OwnTemplate(models.Model):
    """A template of a workspace's; `content` is its JSON. It is made and deleted, never changed."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    content = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar = models.Manager["OwnTemplate"]()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def template(self) -> Template:
        """What it says."""
        return Template.model_validate_json(self.content)


def templates_of(workspace: Workspace) -> models.QuerySet[OwnTemplate]:
    """A workspace's own, by name."""
    return OwnTemplate.objects.filter(workspace=workspace)


def template_for(workspace: Workspace, key: str) -> Template | None:
    """The product's template of this key, or the workspace's own of this id."""
    if key in TEMPLATES:
        return TEMPLATES[key]
    own = templates_of(workspace).filter(public_id=key).first()
    return own.template if own else None


def keep(came: Visit, template: Template, now: dt.datetime) -> OwnTemplate:
    """Store a template for the visited workspace. Raises Refused where it has too many."""
    with acting(came.workspace, came.actor) as act:
        if templates_of(came.workspace).count() >= MOST:
            raise Refused("too-many-templates", most=MOST)
        said = template.model_dump_json()
        row = OwnTemplate(workspace=came.workspace, name=template.name, content=said, made_at=now, made_by=came.user)
        row.save(force_insert=True)
        act.note("template.made", f"template:{row.public_id}", None, {"name": row.name, "steps": len(template.steps)})
    return row


def forget(came: Visit, public_id: str) -> None:
    """Delete a template; plans that were made of it stay as they are. Raises Http404."""
    with acting(came.workspace, came.actor) as act:
        row = templates_of(came.workspace).filter(public_id=public_id).first()
        if row is None:
            raise Http404
        act.note("template.deleted", f"template:{public_id}", {"name": row.name})
        row.delete()


def of_plan(state: State, name: str, note: str = "") -> Template:
    """The steps and stages of a plan as a template; people, days of the calendar and what was done stay behind.

    Raises Refused for a plan without steps.
    """
    if not state.steps.each:
        raise Refused("no-steps")
    steps = _in_turn(state.steps.each)
    return Template(name=name, note=note, steps=tuple(map(_step, steps)), stages=state.rollout.stages)


def _in_turn(steps: tuple[Step, ...]) -> list[Step]:
    """Each step behind those that it comes after, else in the order of the plan."""
    left, done, ordered = list(steps), set[str](), list[Step]()
    while left:
        ready = next(step for step in left if done.issuperset(step.after))
        left.remove(ready)
        done.add(ready.id)
        ordered.append(ready)
    return ordered


def _step(step: Step) -> TemplateStep:
    names = ("phase", "title", "details", "day", "automatic", "after")
    return TemplateStep(key=step.id, **{name: getattr(step, name) for name in names})


def written(template: Template) -> str:
    """A template as a file."""
    said = {"format": FORMAT, **template.model_dump(mode="json", exclude_defaults=True)}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read(said: Mapping[str, Any]) -> Template:
    """A template from a file's contents. Raises ValueError for whatever is none."""
    if said.get("format") != FORMAT:
        raise ValueError(f'A template begins with "format": "{FORMAT}".')
    return Template.model_validate({name: value for name, value in said.items() if name != "format"})
