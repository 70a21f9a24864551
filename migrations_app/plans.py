"""Plans as they are stored: their happenings, which are only added, and a row that guards them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.appended import AppendOnly, AppendOnlyError
from costcalc.accounts.audit import canonical
from costcalc.accounts.capability import new_id
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from costcalc.folding import folded, sought
from costcalc.scenarios.models import Revision
from migrations_app.kept_states import KeptStates
from migrations_app.rules.happening import Happening
from migrations_app.rules.state import State, replayed
from migrations_app.rules.timely import next_at

# Of what is searched for, in characters.
LONGEST_SEARCH = 100
# Basis points: what applications will be routed by.
POINTS = 100
_STATES = KeptStates()


class StaleError(ValueError):
    """A command that was decided on a revision which is no longer the current one."""

    def __init__(self, plan: Plan, seen: int) -> None:
        super().__init__(plan.public_id)
        self.plan = plan
        self.seen = seen


class PlanQuerySet(models.QuerySet["Plan"]):
    """Plans as a list shows them."""

    def of(self, workspace: Workspace) -> PlanQuerySet:
        """Those of a workspace, what changed last first."""
        return self.filter(workspace=workspace).order_by("-changed_at", "-pk")

    def due(self, now: dt.datetime) -> PlanQuerySet:
        """Those that may go on by themselves, what has waited longest first."""
        return self.filter(next_at__lte=now).select_related("workspace").order_by("next_at", "pk")

    def matching(self, words: str) -> PlanQuerySet:
        """Those whose name, note or sides contain every word, in any case; accents may be left out."""
        found = self
        for word in folded(words).split():
            found = found.filter(sought__contains=word)
        return found


class Plan(models.Model):
    """A plan. `revision` counts its happenings; the other columns say again what those say, for lists and routes."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    # The figures of the plan are those of this revision; a scenario that is deleted leaves what the plan keeps of it.
    scenario = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    name = models.CharField(_("name"), max_length=120)
    # Of the traffic, what goes to the target now, in basis points; and the salt that keeps plans independent.
    weight = models.PositiveIntegerField(default=0)
    salt = models.CharField(max_length=12, default=new_id, editable=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    archived = models.BooleanField(default=False)
    # From when on the product itself may have something to do; null while nothing but a command changes anything.
    next_at = models.DateTimeField(null=True, editable=False, db_index=True)
    sought = models.TextField(default="", editable=False)

    objects: ClassVar = PlanQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("workspace", "-changed_at")),)

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"plan:{self.public_id}"

    @property
    def state(self) -> State:
        """How it stands at `revision`."""
        return _STATES.state(
            self.pk, self.revision, (self.public_id, self.changed_at), partial(self.happenings, self.revision)
        )

    def state_at(self, revision: int) -> State:
        """How it stood at a revision that there is."""
        return replayed(self.happenings(revision))

    def happenings(self, until: int, since: int = 1) -> Iterator[Happening]:
        """What has happened from one revision up to another, in order."""
        rows = self.events.filter(number__gte=since, number__lte=until).order_by("number")
        return (row.happening for row in rows.iterator(chunk_size=500))

    def say_again(self, state: State) -> dict[str, Any]:
        """The columns that say what the happenings say."""
        about = state.about
        return {
            "revision": state.revision,
            "name": about.name,
            "weight": int(state.rollout.weight * POINTS),
            "archived": about.archived,
            "next_at": next_at(state),
            "sought": sought(about.name, about.note, f"{about.baseline} {about.candidate}"),
        }


class PlanEventQuerySet(models.QuerySet["PlanEvent"]):
    """Happenings can be read, and added by `carrying` only."""

    def update(self, **changes: Any) -> int:
        """Refused."""
        raise AppendOnlyError("update")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused; a plan that is deleted takes its happenings along."""
        raise AppendOnlyError("delete")


class PlanEvent(AppendOnly):
    """One happening. `data` is JSON text; `who` a person's public id, "" for the product itself."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    who = models.CharField(max_length=12, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    data = models.TextField()

    objects: ClassVar = PlanEventQuerySet.as_manager()

    class Meta:
        ordering = ("plan", "number")
        constraints = (models.UniqueConstraint(fields=("plan", "number"), name="one_event_a_number"),)

    def __str__(self) -> str:
        return f"{self.number}. {self.kind}"

    @property
    def happening(self) -> Happening:
        """What it says."""
        return Happening(self.kind, self.at, self.who, json.loads(self.data))

    @classmethod
    def of(cls, plan: Plan, number: int, told: Happening, actor: User | None) -> PlanEvent:
        """A row that is not stored yet."""
        data = canonical(dict(told.data))
        return cls(plan=plan, number=number, at=told.at, kind=told.kind, who=told.who, actor=actor, data=data)


def share(weight: int) -> Decimal:
    """Basis points as per cent."""
    return Decimal(weight) / POINTS
