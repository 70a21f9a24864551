"""The calculator while a saved scenario is open in it: what is saved then becomes the next revision."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from costcalc.accounts.models import User
from costcalc.accounts.preferences import SHOW, asked_currency
from costcalc.accounts.roles import Role
from costcalc.scenarios import address
from costcalc.scenarios.saved import SavedScenario
from costcalc.scenarios.saving import scenario_for

ID = re.compile(r"[0-9A-Za-z]{12}")
NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Editing:
    """A scenario that is being changed, and the revision that the change began from."""

    scenario: SavedScenario
    revision: int

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the address carries of it."""
        return [("scenario", self.scenario.public_id), ("revision", str(self.revision))]


def editing_of(request: HttpRequest) -> Editing | None:
    """What the address says is open; None where the reader may not change it, as if it were not there."""
    public_id, revision = request.GET.get("scenario", ""), request.GET.get("revision", "")
    if not ID.fullmatch(public_id) or not NUMBER.fullmatch(revision) or not isinstance(request.user, User):
        return None
    try:
        _visit, scenario = scenario_for(request.user, public_id, Role.EDITOR)
    except (Http404, PermissionDenied):
        return None
    return Editing(scenario, int(revision))


@dataclass(frozen=True)
class Beside:
    """What an address carries beside its scenario: which saved one is open, and the currency of results."""

    editing: Editing | None
    show: str

    @classmethod
    def of(cls, request: HttpRequest) -> Beside:
        """What a request carries."""
        return cls(editing_of(request), asked_currency(request))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters."""
        return [*(self.editing.pairs if self.editing else ()), *([(SHOW, self.show)] if self.show else ())]


def carrying(query: str, beside: Editing | Beside) -> str:
    """A query that keeps the scenario open, and the currency."""
    return "&".join(filter(None, (query, address.joined(beside.pairs))))
