"""The room of streams."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class StreamingConfig(AppConfig):
    """Completions as they come: read, and diagnosed."""

    name = "costcalc.streaming"
    label = "streaming"

    def ready(self) -> None:
        """Tell accounts what is known of a person; refuse a list of providers that cannot be meant."""
        from costcalc.accounts import rooms
        from costcalc.streaming.measured import own_data
        from costcalc.streaming.providers import allowed_providers

        rooms.register_own_data("measurements", own_data)
        try:
            allowed_providers()
        except ValueError as error:
            raise ImproperlyConfigured(f"PROVIDERS: {error}") from None
