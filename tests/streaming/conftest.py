"""Fixtures of the tests about streaming."""

from collections.abc import Iterator

import pytest

from costcalc.streaming.sample import pace
from tests.streaming import hostile


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in provider at a hundredth of its waits, for readers who ask as a page shows it: without a pace."""
    for name in ("FIRST_TOKEN", "BETWEEN_TOKENS"):
        usual = getattr(pace, name)
        monkeypatch.setattr(pace, name, pace.LogNormal(usual.median / 100, usual.sigma))


@pytest.fixture(scope="module")
def provider() -> Iterator[hostile.Provider]:
    """A provider at its worst, one for all tests of a module: each plays under a name of its own."""
    with hostile.hostile_provider() as found:
        yield found
