"""aiohttp's sessions as a call of a provider needs them: to judged addresses, or a socket of this machine."""

import socket
import ssl
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from costcalc.wire.routes import Addresses, Route, UnixSocket

# What is read ahead of a reader who does not keep up; an open stream costs little more than this.
READ_AHEAD: Final = 4096
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 8190


class _Pinned(AbstractResolver):
    """Knows the addresses of one host, and asks nobody."""

    def __init__(self, route: Addresses) -> None:
        self.route = route

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that were judged. Raises OSError for any other host."""
        if (host, port) != self.route.origin[1:]:
            raise OSError(f"{host} is not the host that was judged.")
        return [_result(host, port, ip) for ip in self.route.ips]

    async def close(self) -> None:
        """Nothing is held."""


class _Connector(aiohttp.TCPConnector):
    """Connects at once where there is one address only.

    aiohttp tries addresses in turn with `sock_connect`, for which uvloop asks the resolver, in a thread, even for
    an address in digits: half of what a call costs here. Should aiohttp name this method otherwise, it is as it was.
    """

    async def _wrap_create_connection(self, *args: Any, addr_infos: Any, **named: Any) -> Any:
        if len(addr_infos) != 1:
            return await super()._wrap_create_connection(*args, addr_infos=addr_infos, **named)
        host, port = addr_infos[0][4][:2]
        return await self._wrap_existing_connection(*args, host, port, **named)


def _result(host: str, port: int, ip: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _told: Any) -> None:
    context.trace_request_ctx.connected()


@cache
def _tracing() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_connection_create_end.append(_connected)
    return config


@cache
def trust() -> ssl.SSLContext:
    """The machine's own certificates, read once: it takes 20 ms."""
    return ssl.create_default_context()


def session(route: Route) -> aiohttp.ClientSession:
    """A client for one call: no cookie, no proxy of the environment, nothing decompressed, no connection kept.

    With each connection it calls `connected()` of the request's `trace_request_ctx`.
    """
    connector: aiohttp.BaseConnector
    if isinstance(route, UnixSocket):
        connector = aiohttp.UnixConnector(str(route.path), limit=0, force_close=True)
    else:
        trusted = trust() if route.origin[0] == "https" else True
        connector = _Connector(limit=0, force_close=True, resolver=_Pinned(route), use_dns_cache=False, ssl=trusted)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=False,
        read_bufsize=READ_AHEAD,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        max_headers=MAX_HEADERS,
        skip_auto_headers=("user-agent",),
        requote_redirect_url=False,
        trace_configs=[_tracing()],
    )
