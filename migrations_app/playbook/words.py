"""The titles and texts of the playbook, in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext

from migrations_app.playbook.templates import TEMPLATES


def titled(text: str) -> str:
    """A text of the playbook in the reader's language; anybody else's as it is."""
    return gettext(text) if text in _ours() else text


@lru_cache
def _ours() -> frozenset[str]:
    """Plans keep our texts in English, as they were when the plan was made."""
    steps = [step for template in TEMPLATES.values() for step in template.steps]
    found = [text for step in steps for text in (step.title, step.details)]
    found += [text for template in TEMPLATES.values() for text in (template.name, template.note)]
    return frozenset(found) - {""}
