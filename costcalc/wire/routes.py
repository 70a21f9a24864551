"""The way to a provider: addresses that were looked at before anything is sent to them, or a socket of this machine.

A name is resolved once, every address it has is judged, and the connection is made to one of those, whatever
the name resolves to a moment later; its certificate is still asked for the name.
"""

import asyncio
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PORTS: Final = {"http": 80, "https": 443}
# All that is routed in public; what is outside wraps an IPv4 address, or stays within a house.
_PUBLIC: Final = IPv6Network("2000::/3")
# 6to4 wraps an IPv4 address, too, and would lead around the judgement of it.
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
IP = IPv4Address | IPv6Address


class UpstreamError(Exception):
    """A provider could not be asked, or stopped answering. `stage` is where; the message holds no secret."""

    # Whether it may be another way a moment later: nothing was answered yet, so that asking again is safe.
    passes = False

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage
        self.attempts = 1


class NotAllowed(UpstreamError):
    """The address is not one to connect to. Nothing was sent."""


class Unreachable(UpstreamError):
    """Not found, refused, or gone before the answer began."""

    passes = True


class NotTrusted(UpstreamError):
    """It has no certificate that this machine trusts for its name."""


class TooSlow(UpstreamError):
    """The patience of a stage ran out: `connect`, `first byte` or `silence`."""


class Broken(UpstreamError):
    """The answer was cut before its end, or is no HTTP."""


class TooLarge(UpstreamError):
    """The answer is larger than anybody wants to hold."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """A host's addresses, judged; good for calls to this scheme, host and port only."""

    origin: tuple[str, str, int]
    ips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """A server on a socket of the file system. Plain HTTP: nothing of it leaves the machine."""

    path: Path


Route = Addresses | UnixSocket


# As `urlsplit` itself remembers what it has split.
@lru_cache(maxsize=256)
def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address. Raises NotAllowed for what is none of http or https."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        place = (parts.scheme, host, parts.port or PORTS.get(parts.scheme, 0))
    except ValueError:
        place = ("", "", 0)
    if not all(place) or place[0] not in PORTS:
        raise NotAllowed("address", "This is no address of a server.")
    return place


async def pinned(url: str, *, private: bool = False, seconds: float = 10) -> Addresses:
    """The way to the host of an address that is allowed already; only its network place is judged here.

    `private` lets it be in a private network or on this machine, and without TLS. Raises NotAllowed,
    Unreachable or TooSlow.
    """
    scheme, host, port = place = origin(url)
    if scheme != "https" and not private:
        raise NotAllowed("address", "Without TLS only private providers are called, where the operator allows them.")
    found = await resolved(host, port, seconds)
    if not all(may_be_called(ip, private=private) for ip in found):
        raise NotAllowed("address", f"{host} is at an address that is not called: private, local or reserved.")
    return Addresses(place, tuple(map(str, found)))


async def resolved(host: str, port: int, seconds: float) -> list[IP]:
    """Every address of a name, in the order of preference. Raises Unreachable or TooSlow."""
    if literal := _literal(host):
        return [literal]
    try:
        async with asyncio.timeout(seconds):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise TooSlow("connect", f"The name {host} was not resolved in {seconds:g} s.") from None
    except (OSError, UnicodeError):
        raise Unreachable("connect", f"The name {host} has no address.") from None
    # A zone ("fe80::1%eth0") belongs to link-local addresses, which are refused with or without it.
    return [ip_address(str(each[4][0]).partition("%")[0]) for each in found]


# What an address in digits is does not change, and most operators name few.
@lru_cache(maxsize=256)
def _literal(host: str) -> IP | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def may_be_called(ip: IP, *, private: bool = False) -> bool:
    """Whether a connection may go there: in public, or with `private` in a private network or this machine.

    Never where no provider can be: link-local (a cloud's keeper of secrets is at 169.254.169.254), multicast,
    reserved, unspecified.
    """
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        # Written so, a private address passes for none; who may call those may call it in any way.
        return private and may_be_called(ip.ipv4_mapped, private=True)
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    if ip.is_loopback:
        return private
    if ip.is_reserved:
        return False
    return (private and ip.is_private) or _is_public(ip)


def _is_public(ip: IP) -> bool:
    if isinstance(ip, IPv6Address) and (ip not in _PUBLIC or ip in _SIX_TO_FOUR):
        return False
    return ip.is_global
