"""The adviser's page: the questions as fields, the advice in words, and the address that holds the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from costcalc.streaming.adviser.advice import Advice, Standing
from costcalc.streaming.adviser.questions import ASSUMED, QUESTIONS, Answers
from costcalc.streaming.adviser.words import (
    ASKED,
    CHOICES,
    GROUPS,
    LEAD,
    MEANS,
    MIND,
    NAMES,
    OWN_FITS,
    SAYS,
    VENDOR_FITS,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One question with its choices: (value, words, whether chosen). `unknown` is an answer that is none of them."""

    name: str
    label: Any
    choices: list[tuple[str, Any, bool]]
    unknown: str = ""

    @property
    def id(self) -> str:
        """Its element's id."""
        return f"ask-{self.name}"


@dataclass(frozen=True, slots=True)
class Stood:
    """One subject in words: what speaks for it and against it."""

    name: Any
    speaks_for: list[Any]
    speaks_against: list[Any]
    is_out: bool


def address(answers: Answers) -> str:
    """The page's address for these answers; what is as assumed is left out, so that each advice has one address."""
    said = {name: answers[name] for name in QUESTIONS if answers.get(name, ASSUMED[name]) != ASSUMED[name]}
    return f"{reverse('stream:adviser')}?{urlencode(said)}" if said else reverse("stream:adviser")


def fields(answers: Mapping[str, str]) -> list[tuple[Any, list[Field]]]:
    """The questions in their groups, with what has been answered."""
    return [(title, [_field(name, answers.get(name, ASSUMED[name])) for name in names]) for title, names in GROUPS]


def _field(name: str, answer: str) -> Field:
    chosen = answer if answer in QUESTIONS[name] else ASSUMED[name]
    choices = [(value, CHOICES[name][value], value == chosen) for value in QUESTIONS[name]]
    return Field(name, ASKED[name], choices, unknown="" if answer == chosen else answer[:40])


def told(advice: Advice) -> dict[str, Any]:
    """The advice in the language in force."""
    return {
        "lead": LEAD,
        "chosen": _stood(advice.chosen),
        "means": MEANS[advice.chosen.subject],
        "others": [_stood(other) for other in advice.others],
        "is_close": advice.is_close,
        "mind": [MIND[code] for code in advice.mind],
        "own": _stood(advice.own),
        "own_fit": OWN_FITS[advice.own_fit],
        "vendor": _stood(advice.vendor),
        "vendor_fit": VENDOR_FITS[advice.vendor_fit],
    }


def _stood(standing: Standing) -> Stood:
    speaks_for = [SAYS[code] for code in standing.speaks_for]
    return Stood(NAMES[standing.subject], speaks_for, [SAYS[code] for code in standing.speaks_against], standing.is_out)
