"""A plan out as a document and in again: what it says is done again, and what could not have been is refused."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.log_words import ACTS
from migrations_app.playbook.template import Template, TemplateStep
from migrations_app.refusal_words import in_words
from migrations_app.rules import documents, stepping
from migrations_app.rules.happening import Happening, Moment, Refused
from migrations_app.rules.redoing import AGAIN
from migrations_app.rules.state import MADE, evolved, replayed
from migrations_app.rules.stepping import MOST_STEPS
from migrations_app.rules.steps import Phase
from migrations_app.taking_in import take_in
from tests.factories import Cast
from tests.pace import cost
from tests.planner.looked import by
from tests.planner.test_review import ARTICLE
from tests.planner.test_rollout import HOUR, Plan

LATER = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)


def lived() -> Plan:
    """A plan that has been through everything."""
    plan = Plan()
    plan.do("rename", name="To Gemini 2.5", note="for chat")
    plan.do("plan_stages", stages=[{"percent": "25", "hold_hours": 1}, {"percent": "100"}])
    plan.do("add_step", phase="prepare", title="Read the contract", owner="alice", due="2026-11-04")
    plan.do("add_step", phase="canary", title="Hold 25 %", automatic="stage-held:25", after=["s1"])
    plan.do("set_steps", steps=["s1"], days=2)
    plan.do("comment_step", step="s1", text="Who has it?")
    plan.do("show_step", step="s1", kind="link", text="contract", url="https://example.org/contract")
    plan.do("show_step", step="s1", kind="number", text="pages", number="12.5")
    plan.do("withdraw_evidence", step="s1", evidence="e2", reason="of another contract")
    plan.do("move_steps", steps=["s1"], to="done")
    plan.do("set_limits", limits=[])
    plan.do("add_key", provider="openai", environment="production", print={"last": "9fQ2"})
    plan.do("rollback_window", days=30)
    plan.do("describe_key", key="k1", note="of the team")
    plan.do("key_used", key="k1", used_on="2026-11-01", source="the provider's console")
    plan.do("reschedule", start_on="2026-11-03")
    plan.do("start")
    plan.do("rehearse", reason="before it counts")
    plan.do("pause", 0.5, reason="an outage")
    plan.do("resume", 3)
    plan.do("hold", 0.5, reason="wait")
    plan.do("resume")
    plan.do("promote", 1)
    plan.do("roll_back", 2, percent=25, reason="errors")
    plan.do("resume")
    plan.do("skip", reason="known")
    plan.do("promote", 24)
    plan.do("review_date", due_on="2027-01-15")
    plan.do("review_figures", figures=ARTICLE)
    plan.do("review_conclude", verdict="worth_it", learnt="Keys first.")
    plan.do("review_reopen", reason="a week was missing")
    plan.do("archive", reason="over")
    plan.do("restore")
    return plan


def said(plan: Plan) -> dict[str, Any]:
    """Its document, as a file holds it."""
    document = documents.written("To Gemini", plan.told, LATER)
    found: dict[str, Any] = json.loads(json.dumps({**document, "events": list(document["events"])}))
    return found


def refused(value: object) -> str:
    """How a document is refused, as people read it."""
    with pytest.raises(Refused) as raised:
        documents.checked(value, LATER)
    return in_words(raised.value)


def test_a_plan_comes_back_as_it_was() -> None:
    plan = lived()
    assert documents.checked(said(plan), LATER) == plan.told
    assert replayed(documents.checked(said(plan), LATER)) == plan.state


def test_every_kind_is_done_again_or_known_not_to_be() -> None:
    """A part that adds a kind says here how it is verified."""
    beside = {"plan.deleted", "review.shared", "review-link.revoked", "template.made", "template.deleted"}
    stored = {kind for kind in ACTS.keys() - beside if not kind.startswith(("calendar-link.", "webhook."))}
    assert stored == {MADE} | AGAIN.keys()


Change = Callable[[dict[str, Any]], object]


def place(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """The first event of a kind."""
    return next(one for one in document["events"] if one["kind"] == kind)


def event(kind: str, /, **changed: Any) -> Change:
    return lambda document: place(document, kind).update(changed)


def data(kind: str, /, **changed: Any) -> Change:
    return lambda document: place(document, kind)["data"].update(changed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda document: document.update(format="x"), "This file is no plan"),
        (lambda document: document.update(more=1), "This file is no plan"),
        (lambda document: document.update(events=[]), "This file is no plan"),
        (lambda document: document.update(events=[{}]), "events.0.at"),
        (lambda document: document["events"].pop(0), "does not begin"),
        (lambda document: document["events"].pop(3), "could not have happened"),
        (lambda document: document["events"].insert(9, document["events"][8]), "could not have happened"),
        (event("canary.started", kind="canary.finished"), "event "),
        (event("canary.started", kind="os.system"), "event "),
        (event("canary.started", at="2026-11-02T09:00:00"), ".at"),
        (event("canary.started", at="2031-01-01T00:00:00Z"), "event "),
        (event("canary.started", at="1999-01-01T00:00:00Z"), "event "),
        (event("canary.started", who="x" * 13), ".who"),
        (event("plan.made", data={"name": ""}), "event "),
        (event("plan.made", data={"name": "A", "weight": 100}), "event "),
        (event("plan.made", data={"name": "A", "forecast": {"baseline_month": "1e99"}}), "event "),
        (data("canary.started", reason="x" * 5000), "event "),
        (data("canary.started", reason="sk-proj-abcdefghijklmnop1234"), "key"),
        (data("canary.started", reason={"$ne": ""}), "event "),
        (data("canary.started", more="unseen"), "event "),
        (data("canary.started", reason=[[0]] * 20_000), "event "),
        (data("canary.started", reason=1.5), "event "),
        (data("canary.rolled_back", percent="50"), "no earlier share"),
        (
            data("steps.shown", evidence={"id": "e1", "kind": "link", "text": "x", "url": "javascript:alert(1)"}),
            "event ",
        ),
        (data("steps.added", steps=[{"id": "s1", "phase": "prepare", "title": {"a": 1}}]), "event "),
        (data("steps.added", steps=[{"id": "s9", "phase": "prepare", "title": "A"}]), "event "),
        (data("steps.changed", changes={"s7": {}}), "event "),
        (data("steps.changed", changes={"s1": {"reason": "x"}}), "event "),
        (data("steps.done", ids=["s2"]), "event "),
        (data("canary.planned", stages=[{"percent": "100", "hold_hours": "x"}]), "event "),
        (data("review.measured", figures=[{"metric": "cost", "before": "9" * 40}]), "event"),
    ],
)
def test_what_could_not_have_been_is_refused_and_said(change: Change, words: str) -> None:
    document = said(lived())
    change(document)
    assert words in refused(document)


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"events": {}}, {"format": "costcalc.plan", "version": 1}])
def test_what_is_no_document_is_refused(value: object) -> None:
    assert "This file is no plan" in refused(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.integers(0, 19), st.sampled_from(["at", "kind", "who", "data", "reason", "stages", "figures", "name"]), JSON)
def test_whatever_a_file_says_it_is_a_plan_or_refused(place: int, name: str, value: object) -> None:
    document = said(LIVED)
    target = document["events"][place]
    (target if name in target else target["data"])[name] = copy.deepcopy(value)
    words = ""
    try:
        replayed(documents.checked(document, LATER))
    except Refused as no:
        words = in_words(no)
    assert words or documents.checked(document, LATER)


LIVED = lived()


def test_a_stage_cannot_be_passed_earlier_than_its_hold_by_writing_it_in_a_file() -> None:
    plan = Plan().unlimited()
    plan.do("start")
    plan.do("promote", 24)
    document = said(plan)
    document["events"][3]["at"] = (plan.now - HOUR).isoformat()
    assert "event 4 (canary.promoted) could not have happened" in refused(document)


def test_a_plan_of_as_many_steps_as_there_may_be_comes_back() -> None:
    plan = Plan()
    one = {"phase": "prepare", "title": "A", "details": "", "owner": "", "automatic": ""}
    after = [f"s{number}" for number in range(1, 40)]
    steps = [{**one, "due": "2026-12-01", "day": day, "after": after if day > 40 else []} for day in range(MOST_STEPS)]
    told = stepping.added(plan.state.steps, steps, Moment(plan.now, "alice"))
    plan.told.append(told)
    plan.state = evolved(plan.state, told)
    plan.do("reschedule", start_on="2099-12-01")
    plan.do("remove_steps", steps=[f"s{number + 1}" for number in range(MOST_STEPS)], reason="all of them")
    assert replayed(documents.checked(said(plan), LATER)) == plan.state


def test_a_roll_back_that_nothing_came_of_is_no_event_of_a_file() -> None:
    plan = Plan()
    plan.do("start")
    plan.do("roll_back", reason="errors")
    plan.told.append(plan.told[-1])
    assert "What follows from it is something else." in refused(said(plan))


def test_a_file_whose_people_are_called_like_its_figures_is_no_way_around_its_rules(cast: Cast) -> None:
    """Names are changed before it is verified, so that nothing else is changed unseen."""
    plan = Plan()
    plan.do("start")
    plan.do("roll_back", reason="errors")
    document = said(plan)
    for told in document["events"]:
        told["who"] = "0"
    with pytest.raises(Refused) as raised:
        take_in(by(cast), document, LATER)
    assert "event 3" in in_words(raised.value)


@pytest.mark.parametrize("steps", [[0], [None], ["a"], [[]], 0, "a", {"a": 1}])
def test_steps_that_are_none_are_refused(steps: Any) -> None:
    plan = Plan()
    told = Happening("steps.added", plan.told[0].at, plan.told[0].who, {"steps": steps})
    assert refused(written_of([plan.told[0], told]))


def test_a_plan_of_the_largest_template_comes_in_again() -> None:
    plan = Plan()
    steps = tuple(
        TemplateStep(key=f"k{number}", phase=Phase.PREPARE, title="Do it", after=[f"k{n}" for n in range(number)])
        for number in range(MOST_STEPS)
    )
    told = Happening("steps.added", plan.told[0].at, plan.told[0].who, {"steps": _with_ids(steps)})
    assert [one.kind for one in documents.checked(written_of([plan.told[0], told]), LATER)] == [MADE, "steps.added"]


def _with_ids(steps: tuple[TemplateStep, ...]) -> list[dict[str, Any]]:
    made = Template(name="Large", steps=steps).steps_from(dt.date(2026, 11, 2))
    return [{"id": f"s{number}", "owner": "", **step} for number, step in enumerate(made, 1)]


def written_of(happenings: list[Happening]) -> dict[str, Any]:
    document = documents.written("", happenings, LATER)
    found: dict[str, Any] = json.loads(json.dumps({**document, "events": list(document["events"])}))
    return found


def test_a_full_plan_with_what_is_never_refused_is_still_a_document() -> None:
    """In the script that takes the most room."""
    plan = Plan()
    while len(plan.told) < documents.FULL_EVENTS:
        plan.do("rename", name="Đổi sang 模型 “Flash”"[: 5 + len(plan.told) % 7])
    plan.do("start")
    plan.do("roll_back", percent=0, reason="errors")
    document = written_of(plan.told)
    assert len(documents.checked(document, LATER)) == len(plan.told) > documents.FULL_EVENTS
    around = len(json.dumps(document)) - sum(len(json.dumps(one.data)) for one in plan.told)
    assert 4 * documents.FULL_TEXT + around < documents.LARGEST_FILE


def test_a_file_in_which_every_step_waits_for_all_before_costs_little_more_than_reading_it() -> None:
    plan, steps = Plan(), [f"s{number}" for number in range(1, MOST_STEPS + 1)]
    for number in range(MOST_STEPS):
        plan.do("add_step", phase="prepare", title=f"Step {number}", after=steps[:number])
    for _ in range(15):
        for to in ("done", "todo"):
            plan.do("move_steps", steps=steps, to=to, reason="again")
    document = said(plan)
    assert cost(lambda: documents.checked(document, LATER)) < 40
