"""The room of prices."""

from django.apps import AppConfig

from costcalc.wire import lifespan, readiness


class CatalogConfig(AppConfig):
    """Providers, models and what they cost, with sources and days."""

    name = "costcalc.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nobody is let in before there are prices, and they are loaded before the first visitor asks."""
        from costcalc.catalog.index import warm_up
        from costcalc.catalog.models import CatalogueState

        readiness.register("prices", CatalogueState.objects.exists)
        lifespan.register_warm_up(warm_up)
