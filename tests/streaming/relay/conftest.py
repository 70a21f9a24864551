"""A provider of the tests' own, allowed to the server under test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.wire.providers import Act, Provider, provider_in_thread

Provide = Callable[[Act | bytes], Provider]


@pytest.fixture
def provide(settings: Any) -> Iterator[Provide]:
    """Makes the provider `acme`, which acts so."""
    with ExitStack() as stack:

        def make(act: Act | bytes) -> Provider:
            made = stack.enter_context(provider_in_thread(act))
            settings.PROVIDERS, settings.PRIVATE_PROVIDERS = (f"acme={made.url('/v1')}",), True
            return made

        yield make
