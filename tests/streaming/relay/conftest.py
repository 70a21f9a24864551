"""A provider of the tests' own, allowed to the server under test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.test import Client
from pydantic import SecretStr

from costcalc.accounts.models import User
from tests.wire.providers import Act, Provider, provider_in_thread

OPERATORS_KEY = "sk-operator-0123456789abcdef"
Provide = Callable[[Act | bytes], Provider]


@pytest.fixture
def signed_in(site: str, settings: Any) -> dict[str, str]:
    """The headers of somebody who may use the operator's key."""
    settings.PROVIDER_KEYS = {"acme": SecretStr(OPERATORS_KEY)}
    client = Client()
    client.force_login(User.objects.create_user("alice@example.org", "a pass phrase of hers"))
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


@pytest.fixture
def provide(settings: Any) -> Iterator[Provide]:
    """Makes the provider `acme`, which acts so."""
    with ExitStack() as stack:

        def make(act: Act | bytes) -> Provider:
            made = stack.enter_context(provider_in_thread(act))
            settings.PROVIDERS, settings.PRIVATE_PROVIDERS = (f"acme={made.url('/v1')}",), True
            return made

        yield make
