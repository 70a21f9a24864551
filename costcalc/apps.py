from django.apps import AppConfig


class CostcalcConfig(AppConfig):
    """The project itself, installed so that its translations and commands are found."""

    name = "costcalc"
    label = "costcalc"
