"""The room of prices."""

from django.apps import AppConfig

from costcalc.wire import readiness


class CatalogConfig(AppConfig):
    """Providers, models and what they cost, with sources and days."""

    name = "costcalc.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nobody is let in before there are prices."""
        from costcalc.catalog.models import CatalogueState

        readiness.register("prices", CatalogueState.objects.exists)
