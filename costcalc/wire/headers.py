"""Headers that protect a reader, on every response whoever made it: pages, files, errors, streams."""

from collections.abc import Mapping

from costcalc.wire.raw import App, Headers, Message, Receive, Scope, Send

# What is not a page needs nothing: no script, no frame, no form. Pages bring their own policy.
ALWAYS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# The second: a WebSocket that is refused.
STARTS = {"http.response.start", "websocket.http.response.start"}


def hsts(seconds: int) -> dict[str, str]:
    """Browsers keep to HTTPS for so long; nothing for 0."""
    return {"strict-transport-security": f"max-age={seconds}"} if seconds else {}


class ProtectiveHeaders:
    """Adds the headers that a response does not have yet."""

    def __init__(self, app: App, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers: Headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def protected(message: Message) -> None:
            if message["type"] in STARTS:
                message = {**message, "headers": self.completed(list(message.get("headers", [])))}
            await send(message)

        await self.app(scope, receive, protected)

    def completed(self, headers: Headers) -> Headers:
        """These headers, and ours that are missing from them."""
        there = {bytes(name).lower() for name, _ in headers}
        return headers + [item for item in self.headers if item[0] not in there]
