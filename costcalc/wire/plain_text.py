"""Text that people type about something: it holds no key, since nobody's keys are kept.

The one rule for fields that are not made for a secret: forms have `PlainField`, bodies `without_key` as a validator.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from costcalc.secrets import holds_key

HOLDS_KEY = _(
    "This looks like a key. Keys are never stored here: leave it out, or name it by its last four characters."
)


def refuse_keys(text: str) -> None:
    """A validator of forms. Raises ValidationError for a text that holds what looks like a key."""
    if holds_key(text):
        raise ValidationError(HOLDS_KEY, code="secret")


class PlainField(forms.CharField):
    """Text without keys; one that was typed all the same is refused, and not shown again."""

    default_validators = [refuse_keys]

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the field shows of what was sent."""
        shown = super().bound_data(data, initial)
        return "" if isinstance(shown, str) and holds_key(shown) else shown
