"""The models of the app, where Django looks for them."""

from migrations_app.links import ReviewLink
from migrations_app.plans import Plan, PlanEvent

__all__ = ["Plan", "PlanEvent", "ReviewLink"]
