"""Whatever anybody does to a plan that is stored: its rows give its state, the audit log's chain holds, and every page
of it is there to be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from costcalc.accounts.audit import AuditEntry, canonical, faults
from costcalc.accounts.log_words import WITHIN, field_of
from migrations_app import carrying
from migrations_app.plans import Plan, StaleError
from migrations_app.rules import documents
from migrations_app.rules.happening import Refused
from migrations_app.rules.state import replayed
from migrations_app.taking_in import IMPORTED, take_in
from tests.factories import Cast, signed_in
from tests.planner.looked import a_plan, by
from tests.planner.test_machine import behind, jumps
from tests.planner.test_rollout import HOUR
from tests.planner.wishes import KINDS, PEOPLE, command_of, wish

PAGES = ("", "steps/", "keys/", "figures/", "limits/", "stages/", "way-back/", "review/", "review/figures/", "report/")
BY = {"alice": "alice", "bob": "bob", "carol": "vera"}
OFTEN = ["add_step", "add_key", "create_key", "start", "skip", "roll_back", "take_reading", "review_figures"]


class Stored:
    """A plan of the team's, by a clock that anybody sets."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.plan = a_plan(cast)
        self.now = timezone.now()

    def send(self, name: str, who: str, stale: int, said: dict[str, Any]) -> None:
        """Have it done, if it may be; a person's name stands for their public id."""
        fresh = Plan.objects.get(pk=self.plan.pk)
        if said.get("owner"):
            said = {**said, "owner": getattr(self.cast, BY[said["owner"]]).public_id}
        try:
            command = command_of(name, said, max(fresh.revision - stale, 1))
            carrying.carry_out(by(self.cast, BY[who]), self.plan, command, self.now)
        except (Refused, StaleError, ValidationError):
            assert Plan.objects.get(pk=self.plan.pk).revision == fresh.revision

    def check_rows(self) -> None:
        fresh = Plan.objects.get(pk=self.plan.pk)
        rows = list(fresh.events.order_by("number"))
        assert [row.number for row in rows] == list(range(1, fresh.revision + 1))
        state = replayed(row.happening for row in rows)
        assert state == fresh.state
        assert {name: getattr(fresh, name) for name in fresh.say_again(state)} == fresh.say_again(state)
        noted = AuditEntry.objects.filter(workspace=self.cast.workspace, target=fresh.target).order_by("sequence")
        assert [each.action for each in noted] == [row.kind for row in rows]
        assert list(faults(self.cast.workspace)) == []

    def check_file(self) -> None:
        fresh = Plan.objects.get(pk=self.plan.pk)
        document = documents.written(fresh.name, fresh.happenings(fresh.revision), self.now)
        said = json.loads(canonical({**document, "events": list(document["events"])}))
        taken = take_in(by(self.cast), said, max(self.now, fresh.state.last_at))
        assert taken.state.rollout == fresh.state.rollout
        assert [row.kind for row in taken.events.order_by("number")] == [
            *(one["kind"] for one in said["events"]),
            IMPORTED,
        ]

    def check_pages(self) -> None:
        client = signed_in(self.cast.bob, self.cast.workspace)
        for page in PAGES:
            answer = client.get(f"/plans/{self.plan.public_id}/{page}")
            assert answer.status_code == 200, page

    def check_log(self) -> None:
        assert signed_in(self.cast.alice).get(f"/w/{self.cast.workspace.public_id}/audit/").status_code == 200
        noted = AuditEntry.objects.filter(workspace=self.cast.workspace, target=self.plan.target)
        assert {name for entry in noted for name in wordless(json.loads(entry.after))} == set()


def wordless(values: dict[str, Any], within: str = "") -> Iterator[str]:
    """The fields of an entry about a plan that the audit log would call as they are stored."""
    for name, value in values.items():
        field = field_of("plan", within + name)
        if field.label == name:
            yield within + name
        if field.write is None:
            # Changes are by the step, which is no field.
            parts = value.values() if name == "changes" else value if isinstance(value, list) else [value]
            yield from (one for part in parts if isinstance(part, dict) for one in wordless(part, WITHIN))


acts = st.tuples(
    st.sampled_from(OFTEN) | st.sampled_from(list(KINDS)), st.sampled_from(PEOPLE), behind, st.none() | jumps
)


@pytest.mark.usefixtures("db")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_stored_gives_the_plan_and_the_log_s_chain_holds(cast: Cast, data: st.DataObject) -> None:
    plan = Stored(cast)
    for name, who, stale, hours in data.draw(st.lists(acts, min_size=10, max_size=30), "acts"):
        plan.now += HOUR * (hours or 0)
        state = Plan.objects.get(pk=plan.plan.pk).state
        plan.send(name, who, stale, data.draw(wish(name, state, plan.now), name))
        carrying.by_itself(Plan.objects.get(pk=plan.plan.pk), plan.now)
    plan.check_rows()
    plan.check_file()
    plan.check_pages()
    plan.check_log()
