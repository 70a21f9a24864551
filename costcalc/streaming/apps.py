"""The room of streams."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class StreamingConfig(AppConfig):
    """Completions as they come: read, and diagnosed."""

    name = "costcalc.streaming"
    label = "streaming"

    def ready(self) -> None:
        """Refuse a list of providers that cannot be meant before anything is served."""
        from costcalc.streaming.providers import allowed_providers

        try:
            allowed_providers()
        except ValueError as error:
            raise ImproperlyConfigured(f"PROVIDERS: {error}") from None
