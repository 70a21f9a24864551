"""The room of prices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import rooms
from costcalc.wire import lifespan, readiness


class CatalogConfig(AppConfig):
    """Providers, models and what they cost, with sources and days."""

    name = "costcalc.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Nobody is let in before there are prices, and they are loaded before the first visitor asks."""
        from costcalc.catalog import exchange_rates, own_log_words
        from costcalc.catalog.index import warm_up
        from costcalc.catalog.models import CatalogueState
        from costcalc.catalog.own_csv import exported, own_data

        readiness.register("prices", CatalogueState.objects.exists)
        lifespan.register_warm_up(warm_up)
        rooms.register_page("own_prices:prices", _("Own prices"))
        rooms.register_export("prices", exported)
        rooms.register_own_data("prices", own_data)
        rooms.register_page("exchange_rates:rates", _("Exchange rates"))
        rooms.register_export("exchange_rates", exchange_rates.exported)
        rooms.register_own_data("exchange_rates", exchange_rates.own_data)
        own_log_words.register()
