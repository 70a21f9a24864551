"""What the comparison says: an article's claims, how the figure beside each was measured, and what it does not say."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# Each row of the article's table: what it is about, its claims for SSE and for WebSocket, how it was measured here.
READY: Final = "ready"
MESSAGE: Final = "message"
RECONNECT: Final = "reconnect"
PROXY: Final = "proxy"
BINARY: Final = "binary"
EFFORT: Final = "effort"
COST: Final = "cost"
CHATBOT: Final = "chatbot"

ARTICLE: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    (READY, _("Set-up"), _("~50 ms"), _("~100–300 ms (handshake)")),
    (MESSAGE, _("Overhead of a message"), _("~5–20 bytes"), _("~2 bytes")),
    (RECONNECT, _("Reconnecting"), _("by itself, in browsers"), _("by hand")),
    (PROXY, _("Through proxies"), _("excellent"), _("often blocked")),
    (BINARY, _("Binary data"), _("no"), _("well supported")),
    (EFFORT, _("Effort to develop"), _("low"), _("high")),
    (COST, _("Infrastructure"), _("cheap"), _("dear: connections stay open")),
    (CHATBOT, _("For an AI chatbot"), _("5 of 5 stars"), _("3 of 5 stars")),
)

HOW: Final = {
    READY: _(
        "From the beginning of the connection to the answer’s head, or to the end of the handshake. On one machine, "
        "and with a network of %(far)s ms in each direction put between: both take one round trip for the connection "
        "and one for the request, without TLS. A socket that is asked its question after the handshake takes one more."
    ),
    MESSAGE: _(
        "All bytes after the head, without the provider’s own JSON, divided by the messages (the lines that name our "
        "own events left out). SSE: “data: ”, two line ends and the chunk of HTTP/1.1; WebSocket: a frame’s header, "
        "2 bytes up to 125 bytes of payload, else 4. Over HTTP/2 the chunk is a frame of 9 bytes."
    ),
    RECONNECT: _(
        "The connection was cut after %(cut)s tokens. SSE asked for the rest with Last-Event-ID, which our relay keeps "
        "for 5 s; the WebSocket, which has no way to ask, began again. With numbers of your own it can resume, too."
    ),
    PROXY: _(
        "Time to the first token, and the pieces that the tokens came in, through a proxy that holds bodies back "
        "until 4 KiB are there. It let the upgrade pass; a proxy that refuses it was not tried. nginx holds nothing "
        "back where X-Accel-Buffering: no is sent, as this server does."
    ),
    BINARY: _("Calculated, not measured: the growth of binary data. SSE carries it as Base64, WebSocket as it is."),
    EFFORT: _("Not measured: it depends on what you have. The adviser asks for it."),
    COST: _(
        "Not measured: while an answer streams, either is one open connection. "
        "What idle sockets cost depends on how long you keep them."
    ),
    CHATBOT: _("Not measured: a judgement. The adviser gives one with its reasons."),
}
