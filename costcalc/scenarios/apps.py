"""The room of scenarios."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """What a move would save: the calculator, its addresses, and its API."""

    name = "costcalc.scenarios"
    label = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"
