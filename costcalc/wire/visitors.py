"""Who asks, as far as an address tells, and how much each of them has open at this moment. Pure."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network


@lru_cache(maxsize=1024)
def subscriber(address: str) -> str:
    """Whom an address belongs to: an IPv6 subscriber owns a whole /64, and could ask from each of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # No address: a Unix socket's empty one, or a proxy's "unknown". They share one window.
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)


class TooManyOpen(Exception):
    """This visitor has as many open as anybody may have."""


class Open:
    """Counts what each visitor has open, in this worker's memory; nothing is kept of those who have nothing."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many are open in all."""
        return self._counts.total()

    @contextmanager
    def counted(self, visitor: str, limit: int | None) -> Iterator[None]:
        """One more for a visitor: a `subscriber`, or a person's id. Raises TooManyOpen over `limit`; None is any."""
        if limit is not None and self._counts[visitor] >= limit:
            raise TooManyOpen
        self._counts[visitor] += 1
        try:
            yield
        finally:
            self._counts[visitor] -= 1
            if not self._counts[visitor]:
                del self._counts[visitor]
