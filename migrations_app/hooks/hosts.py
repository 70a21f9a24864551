"""Where webhooks may go: to the hosts that the operator names, and nowhere else. Pure.

`hooks.example.org` lets them go there over TLS, at a public address. An origin that is written out
(`http://10.0.0.5:8080`) is taken at its word: it may be private, and without TLS.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from migrations_app.rules.happening import Refused

PORTS = {"http": 80, "https": 443}


def is_private(url: str, allowed: Iterable[str]) -> bool:
    """Whether an address may be called that is not public. Raises Refused where it may not be called at all."""
    place = _place(url)
    for entry in allowed:
        if "://" in entry and _place(entry) == place:
            return True
        if "://" not in entry and _place(f"https://{entry}") == place:
            return False
    raise Refused("host-not-allowed", host=host_of(url))


def host_of(url: str) -> str:
    """The host of an address, with its port if it says one: what of it is no secret. Raises Refused."""
    scheme, host, port = _place(url)
    return host if PORTS[scheme] == port else f"{host}:{port}"


def _place(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises Refused."""
    try:
        parts = urlsplit(url)
        place = (parts.scheme, (parts.hostname or "").encode("idna").decode("ascii"), parts.port)
    except ValueError:
        raise Refused("no-address") from None
    scheme, host, port = place
    if scheme not in PORTS or not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("no-address")
    if any(one.isspace() or not one.isprintable() for one in url):
        raise Refused("no-address")
    return scheme, host, port or PORTS[scheme]
