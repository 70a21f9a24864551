"""SSE and WebSocket explained: what each does well and badly, as the standards and browsers have it."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# What it is about, SSE, WebSocket.
ROWS: Final[tuple[tuple[Any, Any, Any], ...]] = (
    (
        _("What it is"),
        _("An ordinary HTTP answer of type text/event-stream that stays open; events end with an empty line."),
        _("After an HTTP request that asks for an upgrade, a protocol of its own, in frames."),
    ),
    (
        _("Directions"),
        _("From the server only. The way up is an ordinary request, which over HTTP/2 shares the connection."),
        _("Both at once, at any time."),
    ),
    (
        _("Setting up"),
        _("One request; the first token comes with its answer."),
        _("One round trip more: the upgrade, then the question. TCP and TLS cost both the same."),
    ),
    (
        _("Cost of a message"),
        _("8 bytes, and 5 to 7 for the chunk of HTTP/1.1: little beside a provider’s 150 to 300 bytes of JSON."),
        _("2 bytes up to 125 bytes of payload, 4 up to 65,535; 4 more on the way up, where frames are masked."),
    ),
    (
        _("Connection lost"),
        _("EventSource reconnects with the last id, if the server keeps what it sent; with fetch(), that is yours."),
        _("Noticing, reconnecting and resuming are all yours to write."),
    ),
    (
        _("Proxies and firewalls"),
        _("Passes everywhere, but a proxy that buffers or compresses holds the tokens back until it is told not to."),
        _("Over wss:// it mostly passes; proxies that open TLS may refuse the upgrade. Nothing is held back."),
    ),
    (
        _("Many at once"),
        _("Over HTTP/1.1 six to a host in a browser; over HTTP/2 some hundred on one connection."),
        _("A limit of its own (255 in Chromium); each is a connection, unless the server speaks RFC 8441."),
    ),
    (
        _("Binary"),
        _("Text in UTF-8 only; binary as Base64 grows by a third."),
        _("As it is."),
    ),
    (
        _("Load balancers"),
        _("Any; a new request may go to any server."),
        _("Any that passes the upgrade. “Sticky sessions” are needed only where a server keeps state in its memory."),
    ),
    (
        _("Memory and connections"),
        _("One open connection for each stream while it lasts."),
        _("One for each reader, between answers too: a cost only if it is kept open then."),
    ),
    (
        _("Security"),
        _("Cookies, CORS and the same-origin policy as for every request."),
        _("No CORS: any page may connect, so the server must check Origin. Browsers send no Authorization header."),
    ),
    (
        _("Latency of a token"),
        _("The same: both are bytes on an open TCP connection."),
        _("The same. An article’s “420 → 180 ms” changed provider, region and transport together."),
    ),
)
