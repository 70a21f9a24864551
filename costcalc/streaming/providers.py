"""The providers that may be called here, as the operator's environment says."""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from costcalc.streaming.endpoints import SAMPLE, Endpoint, allowed


def allowed_providers() -> tuple[Endpoint, ...]:
    """The built-in provider, and those of PROVIDERS. Raises ValueError for a list that cannot be meant."""
    return _allowed(tuple(settings.PROVIDERS), settings.PRIVATE_PROVIDERS)


@lru_cache(maxsize=4)
def _allowed(entries: tuple[str, ...], private: bool) -> tuple[Endpoint, ...]:
    # Read once, not for each run.
    return (SAMPLE, *allowed(entries, private=private))


def title(endpoint: Endpoint) -> str:
    """What pages call it: a provider has its own name, the built-in one is named in the active language."""
    return _("Built-in sample") if endpoint.name == SAMPLE.name else endpoint.title


def provider(name: str) -> Endpoint | None:
    """The allowed provider of this name."""
    return next((endpoint for endpoint in allowed_providers() if endpoint.name == name), None)


def operator_key(endpoint: Endpoint) -> str | None:
    """The operator's own key for this provider: for people who are signed in alone, who would else spend it."""
    key = settings.PROVIDER_KEYS.get(endpoint.name)
    return key.get_secret_value() if key else None
