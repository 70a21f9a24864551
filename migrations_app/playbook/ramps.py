"""A scenario's ramp as a plan's stages, and a template's steps on other stages than its own. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Final, Protocol

from costcalc.digits import canonical
from migrations_app.playbook.template import Template, TemplateStep
from migrations_app.rules.canary_commands import MOST_HOLD, MOST_STAGES, Stage
from migrations_app.rules.happening import Refused
from migrations_app.rules.rollout import DEFAULT, check_ladder
from migrations_app.rules.steps import Phase

# A month of 365 / 12 days.
MONTH_HOURS: Final = Fraction(365 * 24, 12)
HUNDREDTH: Final = Decimal("0.01")
STARTED, HELD, HELD_ALL = "canary-started", "stage-held:", "stage-held:100"
# What such steps are called in English, which is how plans keep them.
STARTED_TITLE: Final = "Start the canary at %(share)s %%"
HELD_TITLE: Final = "Hold %(share)s %% for %(hours)s hours, all limits kept"
_AFTER: Final = frozenset({Phase.CUT_OVER, Phase.VERIFY})


class Span(Protocol):
    """A stretch of time in months, without an end where `until` is None, and the target's share of the traffic."""

    @property
    def since(self) -> Fraction:
        """Months from the beginning."""

    @property
    def until(self) -> Fraction | None:
        """Months from the beginning."""

    @property
    def value(self) -> Fraction:
        """From 0 to 1."""


def ladder_of(spans: Iterable[Span]) -> tuple[Stage, ...]:
    """The stages of a ramp, each held until the next begins, 90 days at most; () where it does not rise to 100 %.

    How long the last is held, a ramp does not say: as long as in every plan. All at once is no canary: () again.
    """
    held = [(_percent(span.value), _hours(span)) for span in spans]
    lasting = [(percent, hours) for percent, hours in held if percent and hours]
    stages = tuple(
        Stage(percent=percent, hold_hours=min(sum(hours for _percent, hours in same), MOST_HOLD))
        for percent, same in groupby(lasting, itemgetter(0))
    )
    try:
        check_ladder(stages)
    except Refused:
        return ()
    return stages if 1 < len(stages) <= MOST_STAGES else ()


def _percent(share: Fraction) -> Decimal:
    return Decimal(canonical((Decimal(share.numerator) * 100 / share.denominator).quantize(HUNDREDTH, ROUND_HALF_UP)))


def _hours(span: Span) -> int:
    return DEFAULT[-1].hold_hours if span.until is None else round((span.until - span.since) * MONTH_HOURS)


def fitted(template: Template, stages: tuple[Stage, ...]) -> Template:
    """The template on these stages: steps that hold one are made anew, and what comes after moves with them."""
    if not stages or stages == (template.stages or DEFAULT):
        return template
    steps = tuple(_Fit(template, stages).steps())
    return Template(name=template.name, note=template.note, stages=stages, steps=steps)


@dataclass(frozen=True)
class _Fit:
    """A template that is put on other stages."""

    template: Template
    stages: tuple[Stage, ...]

    def steps(self) -> Iterator[TemplateStep]:
        """Its steps."""
        old = self._old()
        made = list(self._holds()) if old else []
        heirs = [made[-1].key] if made else [one.key for one in [self._start()] if one]
        later = _day(made[-1:]) - _day(old)
        for step in self.template.steps:
            if step in old:
                yield from made if step is old[0] else ()
                continue
            after = [heir for one in step.after for heir in (heirs if one in {each.key for each in old} else [one])]
            moved = step.day + later if step.day is not None and made and step.phase in _AFTER else step.day
            yield step.model_copy(
                update={"after": tuple(dict.fromkeys(after)), "day": moved, "title": self._title(step)}
            )

    def _old(self) -> list[TemplateStep]:
        """The steps that hold a stage, but for the last."""
        return [one for one in self.template.steps if one.automatic.startswith(HELD) and one.automatic != HELD_ALL]

    def _start(self) -> TemplateStep | None:
        return next((step for step in self.template.steps if step.automatic == STARTED), None)

    def _holds(self) -> Iterator[TemplateStep]:
        start, key = self._start(), self._free_key()
        after, hours = (start.key,) if start else (), 0
        for number, stage in enumerate(self.stages[:-1], 1):
            hours += stage.hold_hours
            yield TemplateStep(
                key=f"{key}{number}",
                phase=Phase.CANARY,
                day=_day([start] if start else []) + _workdays(hours),
                title=_held(stage),
                automatic=f"{HELD}{share(stage)}",
                after=after,
            )
            after = (f"{key}{number}",)

    def _free_key(self) -> str:
        """What no key of another step begins with."""
        key, others = "held-", [one.key for one in self.template.steps]
        while any(one.startswith(key) for one in others):
            key = f"{key}-"
        return key

    def _title(self, step: TemplateStep) -> str:
        if step.automatic == STARTED:
            return STARTED_TITLE % {"share": share(self.stages[0])}
        return _held(self.stages[-1]) if step.automatic == HELD_ALL else step.title


def _held(stage: Stage) -> str:
    return HELD_TITLE % {"share": share(stage), "hours": stage.hold_hours}


def share(stage: Stage) -> str:
    """Its per cent as automatic steps name it: `12.5`."""
    return canonical(stage.percent)


def _day(steps: list[TemplateStep]) -> int:
    """The last working day of some steps."""
    return max((step.day for step in steps if step.day is not None), default=0)


def _workdays(hours: int) -> int:
    """Five of seven days."""
    return math.ceil(Fraction(hours, 24) * 5 / 7)
