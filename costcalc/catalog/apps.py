"""The room of prices."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Providers, models and what they cost, with sources and days."""

    name = "costcalc.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
