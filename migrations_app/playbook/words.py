"""The titles and texts of the playbook, in the reader's language."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext, gettext_noop

from costcalc.formatting import formatter_for
from migrations_app.playbook.ramps import HELD_TITLE, STARTED_TITLE
from migrations_app.playbook.templates import TEMPLATES

# Titles that are made of a ramp, and how they are recognised again.
_MADE: Final = (
    (re.compile(r"Start the canary at (?P<share>[0-9]+(?:[.][0-9]+)?) %"), STARTED_TITLE),
    (re.compile(r"Hold (?P<share>[0-9]+(?:[.][0-9]+)?) % for (?P<hours>[0-9]+) hours, all limits kept"), HELD_TITLE),
)
gettext_noop("Start the canary at %(share)s %%")
gettext_noop("Hold %(share)s %% for %(hours)s hours, all limits kept")


def titled(text: str) -> str:
    """A text of the playbook in the reader's language; anybody else's as it is."""
    if text in _ours():
        return gettext(text)
    for shape, words in _MADE:
        if found := shape.fullmatch(text):
            return gettext(words) % {name: _number(text) for name, text in found.groupdict().items()}
    return text


def _number(text: str) -> str:
    return formatter_for().number(Decimal(text))


@lru_cache
def _ours() -> frozenset[str]:
    """Plans keep our texts in English, as they were when the plan was made."""
    steps = [step for template in TEMPLATES.values() for step in template.steps]
    found = [text for step in steps for text in (step.title, step.details)]
    found += [text for template in TEMPLATES.values() for text in (template.name, template.note)]
    return frozenset(found) - {""}
