"""What every page of a plan says."""

from typing import Any

from django import template

from migrations_app.log_words import told
from migrations_app.mistake_words import all_in_words
from migrations_app.plans import Plan

register = template.Library()
register.filter("mistakes", all_in_words)


@register.simple_tag
def latest(plan: Plan) -> dict[str, Any]:
    """What happened last."""
    row, state = plan.events.select_related("actor").get(number=plan.revision), plan.state
    return told(row, state, state.rollout.weight)
