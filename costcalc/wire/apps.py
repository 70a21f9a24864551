from django.apps import AppConfig


class WireConfig(AppConfig):
    """The network's room: it owns the rate limit's table and the readiness register."""

    name = "costcalc.wire"
    label = "wire"
