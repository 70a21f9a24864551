"""The room of streams."""

from django.apps import AppConfig


class StreamingConfig(AppConfig):
    """Completions as they come: read, and diagnosed."""

    name = "costcalc.streaming"
    label = "streaming"
