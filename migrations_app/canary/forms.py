"""What people type about the canary; numbers as their language writes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.catalog.own_forms import FigureField
from costcalc.figures import read_number
from costcalc.wire.plain_text import PlainField
from migrations_app.rules.canary_commands import MOST_STAGES, Stage

# Blank rows after those that there are.
SPARE: Final = 2
LONGEST_HOLD: Final = 24 * 90
LARGEST: Final = 10**10


class NumberField(FigureField):
    """A number within bounds, of so many decimals; 0 of them makes it a count."""

    def __init__(self, language: str, *, low: Decimal | int = 0, high: Decimal | int, places: int = 0, **rest: Any):
        super().__init__(language, **rest)
        self.low, self.high, self.places = low, high, places

    def read(self, text: str) -> Decimal:
        """The number. Raises FigureError."""
        counts = self.places == 0
        return read_number(text, self.language, low=self.low, high=self.high, places=self.places, asks=counts)


class StageForm(forms.Form):
    """One stage; nothing where its share is empty."""

    def __init__(self, *args: Any, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        share = NumberField(language, low=Decimal("0.01"), high=100, places=2, label=_("Share, %"))
        hold = NumberField(language, high=LONGEST_HOLD, label=_("Least hold, hours"))
        sample = NumberField(language, high=LARGEST, label=_("Least sample, requests on the target"))
        self.fields = {
            "percent": share,
            "hold_hours": hold,
            "sample": sample,
            "automatic": forms.BooleanField(label=_("passed by itself"), required=False),
            "watch": PlainField(label=_("What to watch"), max_length=200, required=False),
        }

    @property
    def stage(self) -> Stage | None:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        if said["percent"] is None:
            return None
        counts = {name: int(said[name] or 0) for name in ("hold_hours", "sample")}
        return Stage(percent=said["percent"], automatic=said["automatic"], watch=said["watch"], **counts)


def stage_forms(language: str, stages: Iterable[Stage], kept: int, sent: Any = None) -> list[StageForm]:
    """A form for each stage after those that were entered already, and some to add."""
    known = list(stages)[kept:]
    rows = min(len(known) + SPARE, MOST_STAGES - kept)
    blanks: list[Stage | None] = [*known, *[None] * (rows - len(known))]
    return [
        StageForm(sent, prefix=f"s{number}", initial=_initial(stage, language), language=language)
        for number, stage in enumerate(blanks, kept + 1)
    ]


def _initial(stage: Stage | None, language: str) -> dict[str, Any]:
    if stage is None:
        return {}
    written = NumberField(language, high=LARGEST).written
    numbers = {name: written(getattr(stage, name)) for name in ("percent", "hold_hours", "sample")}
    return {**numbers, "automatic": stage.automatic, "watch": stage.watch}
