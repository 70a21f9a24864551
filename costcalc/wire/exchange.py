"""One request and its answer over HTTP/1.1, on a connection of its own.

httptools reads the answer, as it reads requests in the server. What a general client adds to it (pools, cookies,
redirects, proxies, decoding) is what no call to a provider may have, and cost more than passing a stream on.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final, cast
from urllib.parse import quote, urlsplit

import httptools
from aiohappyeyeballs import start_connection

from costcalc.wire.routes import (
    PORTS,
    Addresses,
    Broken,
    NotAllowed,
    Route,
    UnixSocket,
    Unreachable,
    UpstreamError,
    origin,
)

# What is read ahead of a reader who does not keep up; an open stream costs little more than this.
READ_AHEAD: Final = 4096
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 64 * 1024
# Bytes on end without one of the body: an endless head, trailers, a chunk's extensions.
MAX_BARREN: Final = 2 * MAX_HEADER_BYTES
# When a host has several addresses, the next is tried beside the one before (RFC 8305).
NEXT_ADDRESS_S: Final = 0.25
_IN_TARGETS: Final = "/%:@!$&'()*+,;=-._~?"
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")


@cache
def trust() -> ssl.SSLContext:
    """The machine's own certificates, read once: it takes 20 ms."""
    return ssl.create_default_context()


def request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request, the last of its connection. Raises NotAllowed for what cannot be sent; it quotes nothing."""
    parts = urlsplit(url)
    target = quote(parts.path or "/", _IN_TARGETS) + (f"?{quote(parts.query, _IN_TARGETS)}" if parts.query else "")
    sent = {"host": _host(url), "accept": "*/*", "accept-encoding": "identity"}
    sent |= {name.lower(): value for name, value in headers.items()}
    if body or method == "POST":
        sent["content-length"] = str(len(body))
    sent["connection"] = "close"
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in sent.items()):
        raise NotAllowed("request", "The request cannot be sent as it is.")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _host(url: str) -> str:
    scheme, name, port = origin(url)
    host = f"[{name}]" if ":" in name else name
    return host if port == PORTS[scheme] else f"{host}:{port}"


class Exchange(asyncio.Protocol):
    """Read by one task at a time. Whoever has it aborts it in the end."""

    def __init__(self, sent: bytes) -> None:
        self.status = 0
        # Names in lower case; those that come twice are joined as RFC 9110 allows it.
        self.headers: dict[str, str] = {}
        self._over = False
        self._begun = False
        self._failure: UpstreamError | None = None
        self._sent = sent
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        # A connection for one answer has nothing after it that a lenient reading could mistake.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._held = self._barren = self._fields = self._field_bytes = 0
        self._paused = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._over or self._failure is not None

    async def connect(self, route: Route) -> None:
        """Connect, and send. Raises OSError, of which ssl.SSLError is one."""
        if isinstance(route, UnixSocket):
            await self._loop.create_unix_connection(lambda: self, str(route.path))
            return
        scheme, host, port = route.origin
        tls, name = (trust(), host) if scheme == "https" else (None, None)
        if len(route.ips) == 1:
            await self._loop.create_connection(lambda: self, route.ips[0], port, ssl=tls, server_hostname=name)
            return
        found = await start_connection(_infos(route), happy_eyeballs_delay=NEXT_ADDRESS_S)
        try:
            await self._loop.create_connection(lambda: self, sock=found, ssl=tls, server_hostname=name)
        except BaseException:
            found.close()
            raise

    async def head(self) -> None:
        """Wait for the answer's status and headers. Raises Unreachable, Broken, or what it was failed with."""
        while not self._begun:
            await self._news()

    async def read(self) -> bytes:
        """The next bytes of the body, b"" after the last. May be cancelled, and asked again. Raises as `head` does."""
        while not (self._pieces or self._over):
            await self._news()
        piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if self._paused:
            self._paused = False
            if self._transport and not self._transport.is_closing():
                self._transport.resume_reading()
        return piece

    async def _news(self) -> None:
        if self._failure:
            raise self._failure
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def fail(self, error: UpstreamError) -> None:
        """Nothing more is waited for: what had come is read, then this is raised."""
        if not self.ended:
            self._failure = error
            self._wake()

    def abort(self) -> None:
        """Let go at once: the other side sees the connection end now, not after a farewell of TLS."""
        self._pieces.clear()
        self.fail(_lost())
        if self._transport:
            self._transport.abort()

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if self._failure:
            self._transport.abort()
            return
        self._transport.write(self._sent)
        self._sent = b""

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self.ended:
            return
        self._barren += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail(self._no_http())
        if self._barren > MAX_BARREN:
            self.fail(self._no_http())
        if self._held > READ_AHEAD and not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """The end of an answer that says of itself neither its length nor its end, a loss for every other."""
        if self._begun and not error and not self._says_its_end():
            self._over = True
        self.fail(_lost() if self._begun else Unreachable("first byte", "The connection was lost before the answer."))
        self._wake()

    # What the parser tells. It must not be interrupted by an error.

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field of a head; those after the body are nobody's."""
        self._fields += 1
        self._field_bytes += len(name) + len(value)
        if not self._begun:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
            self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """A whole head; one below 200 only comes before it."""
        status = self._parser.get_status_code()
        if self._begun or status < 200:
            self.headers = self.headers if self._begun else {}
            return
        if self._fields > MAX_HEADERS or self._field_bytes > MAX_HEADER_BYTES:
            self.fail(self._no_http())
        else:
            self.status, self._begun = status, True

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        if not self._over:
            self._barren = 0
            self._held += len(body)
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """The answer's end, unless only something before it ended."""
        self._over = self._begun

    def _says_its_end(self) -> bool:
        return "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()

    def _no_http(self) -> UpstreamError:
        stage = "body" if self._begun else "head"
        return Broken(stage, "The answer is no HTTP, or its headers are too large.")


def _lost() -> UpstreamError:
    return Broken("body", "The connection was lost in the middle of the answer.")


def _infos(route: Addresses) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """The addresses as `getaddrinfo` gives them."""
    kind, port = socket.SOCK_STREAM, route.origin[2]
    families = ((socket.AF_INET6 if ":" in ip else socket.AF_INET, ip) for ip in route.ips)
    return [(family, kind, socket.IPPROTO_TCP, "", (ip, port)) for family, ip in families]
