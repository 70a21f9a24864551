"""A scenario's ramp becomes the plan's stages, and a template's steps follow it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from costcalc.engine import GRADUAL, Ramp, Since, stages
from costcalc.engine import Stage as Part
from migrations_app import beginning
from migrations_app.playbook.ramps import fitted, ladder_of
from migrations_app.playbook.template import Template
from migrations_app.playbook.templates import TEMPLATES
from migrations_app.playbook.words import titled
from migrations_app.rules.canary_commands import Stage
from migrations_app.rules.rollout import check_ladder
from tests.factories import Cast
from tests.planner.looked import by
from tests.scenarios.keeping import kept

START = dt.date(2026, 11, 2)


def ramp(*parts: tuple[str | dt.date, str], delay: str = "0") -> list[tuple[str, int]]:
    """The stages that come of shares from months (or days) on: per cent and hours."""

    def since(at: str | dt.date) -> Since:
        return Decimal(at) if isinstance(at, str) else at

    asked = Ramp(tuple(Part(since(at), Decimal(share)) for at, share in parts), Decimal(delay))
    return [(str(stage.percent), stage.hold_hours) for stage in ladder_of(stages(asked, START))]


def test_a_ramp_is_held_from_stage_to_stage() -> None:
    assert ramp(("0", "0.05"), ("0.5", "0.25"), ("1", "1")) == [("5", 365), ("25", 365), ("100", 72)]
    assert ramp(("0", "0.125"), ("1", "1"), delay="2") == [("12.5", 730), ("100", 72)]
    days = (dt.date(2026, 11, 4), dt.date(2026, 11, 6), dt.date(2026, 11, 11))
    assert ramp((days[0], "0.1"), (days[1], "0.5"), (days[2], "1")) == [("10", 49), ("50", 122), ("100", 72)]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([("0", "1")], []),
        ([("0", "0.1"), ("1", "0.5")], []),
        ([("0", "0.5"), ("1", "0.1"), ("2", "1")], []),
        ([("0", "0.1"), ("1", "0.5"), ("2", "0.1"), ("3", "1")], []),
        ([("0", "0"), ("1", "0.1"), ("2", "1")], [("10", 730), ("100", 72)]),
        ([("0", "0.1"), ("1", "0.1"), ("2", "1")], [("10", 1460), ("100", 72)]),
        ([("0", "0.1"), ("0", "0.2"), ("1", "1")], [("20", 730), ("100", 72)]),
        ([("0", "0.1"), ("9", "1")], [("10", 2160), ("100", 72)]),
    ],
)
def test_what_is_no_ladder_is_left_and_what_does_not_change_is_one_stage(
    parts: list[tuple[str, str]], found: list[tuple[str, int]]
) -> None:
    assert ramp(*parts) == found


LADDERS = st.lists(
    st.tuples(st.integers(1, 99), st.integers(0, 2160)), min_size=1, max_size=8, unique_by=lambda one: one[0]
)


@given(st.sampled_from(sorted(TEMPLATES)), LADDERS)
def test_a_template_on_any_ladder_holds_each_of_its_stages(key: str, shares: list[tuple[int, int]]) -> None:
    ladder = (*(Stage(percent=percent, hold_hours=hours) for percent, hours in sorted(shares)), Stage(percent=100))
    check_ladder(ladder)
    before, now = TEMPLATES[key], fitted(TEMPLATES[key], ladder)
    days = {step.key: step.day or 0 for step in now.steps}
    assert all(days[one] <= days[step.key] for step in now.steps for one in step.after)
    held = [step.automatic for step in now.steps if step.automatic.startswith("stage-held:")]
    if any(step.automatic.startswith("stage-held:") for step in before.steps):
        assert held == [f"stage-held:{percent}" for percent in [*sorted(percent for percent, _ in shares), 100]]
    others = [step.key for step in before.steps if not step.automatic.startswith("stage-held:")]
    assert [step.key for step in now.steps if not step.automatic.startswith("stage-held:")] == others


def test_a_template_on_its_own_ladder_is_as_it_was() -> None:
    template = TEMPLATES["four-weeks"]
    default = tuple(Stage(percent=percent, hold_hours=hours) for percent, hours in ((10, 24), (50, 48), (100, 72)))
    assert fitted(template, default) == template
    assert fitted(template, ()) == template


def test_a_step_of_ones_own_that_is_called_alike_keeps_its_key() -> None:
    own = Template.model_validate(
        {
            "name": "Ours",
            "steps": [
                {"key": "held-1", "phase": "prepare", "title": "Hold a meeting"},
                {"key": "a", "phase": "canary", "title": "Hold 25 %", "automatic": "stage-held:25"},
                {"key": "b", "phase": "verify", "title": "End", "after": ["a", "held-1"]},
            ],
        }
    )
    found = fitted(own, (Stage(percent=5), Stage(percent=100)))
    assert [(step.key, step.after) for step in found.steps] == [
        ("held-1", ()),
        ("held--1", ()),
        ("b", ("held--1", "held-1")),
    ]


RAMP = "ramp.1.share=5&ramp.1.from=1&ramp.2.share=25&ramp.2.from=2&ramp.3.share=100&ramp.3.from=3"
TO = "to=google/gemini-2.5-flash&requests=60000"


def made(cast: Cast, query: str, **wish: Any) -> Any:
    scenario = kept(cast, query)
    return beginning.make(
        by(cast), beginning.Wish("To Flash", scenario=scenario.revisions.get(), **wish), timezone.now()
    ).state


def test_a_plan_takes_the_ramp_that_its_scenario_was_given(cast: Cast) -> None:
    state = made(cast, f"{TO}&{RAMP}", template="four-weeks", to_do=TEMPLATES["four-weeks"])
    found = [(str(stage.percent), stage.hold_hours) for stage in state.rollout.stages]
    assert found == [("5", 730), ("25", 730), ("100", 72)]
    titles = [step.title for step in state.steps.each]
    assert "Hold 25 % for 730 hours, all limits kept" in titles
    assert "Start the canary at 5 %" in titles
    with override("vi"):
        assert titled("Hold 25 % for 730 hours, all limits kept").startswith("Giữ 25 % trong 730 giờ")
        assert titled("Start the canary at 12.5 %") == "Bắt đầu canary ở 12,5 %"


def test_a_ramp_that_nobody_chose_leaves_the_stages_as_they_usually_are(cast: Cast) -> None:
    assert ladder_of(stages(GRADUAL, START))
    for query in (TO, f"{TO}&ramp.1.share=100&ramp.2.share=&ramp.2.from=&ramp.3.share=&ramp.3.from="):
        state = made(cast, query)
        assert [float(stage.percent) for stage in state.rollout.stages] == [10, 50, 100]
        assert state.rollout.stages[0].hold_hours == 24
        assert state.revision == 1
