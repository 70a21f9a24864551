"""The way to a provider's address, if it is one that may be called. Whoever calls a provider asks this first."""

from costcalc.streaming.endpoints import SAMPLE, owner
from costcalc.streaming.providers import allowed_providers
from costcalc.wire.inside import inside
from costcalc.wire.upstream import NotAllowed, Route, pinned


async def way_to(url: str) -> Route:
    """The way to an address under an allowed provider's. Raises UpstreamError (NotAllowed, Unreachable, TooSlow)."""
    endpoint = owner(url, allowed_providers())
    if endpoint is None:
        raise NotAllowed("address", "This address belongs to no provider that may be called here.")
    return inside.route() if endpoint == SAMPLE else await pinned(url, private=endpoint.private)
