from django.apps import AppConfig

from costcalc.wire.masking import mask_logs


class WireConfig(AppConfig):
    """The network's room: it owns the rate limit's table and the readiness register."""

    name = "costcalc.wire"
    label = "wire"

    def ready(self) -> None:
        """Before anything is logged of a request."""
        mask_logs()
