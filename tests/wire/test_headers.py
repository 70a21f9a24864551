"""Protective headers are on every response, and never replace a response's own."""

from typing import Any

from costcalc.wire.headers import ALWAYS, ProtectiveHeaders, hsts
from tests.wire.asgi import ask, http, swallow


def test_a_bare_response_gets_every_header() -> None:
    assert ask(ProtectiveHeaders(swallow, ALWAYS), http()).headers == ALWAYS


def test_a_response_keeps_what_it_says_itself_in_whatever_case() -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Frame-Options", b"SAMEORIGIN")]})

    names = [name for name, _ in ask(ProtectiveHeaders(page, ALWAYS), http()).messages[0]["headers"]]
    assert names.count(b"X-Frame-Options") == 1
    assert b"x-frame-options" not in names


def test_https_is_kept_to_only_where_there_is_https() -> None:
    assert hsts(0) == {}
    assert hsts(60) == {"strict-transport-security": "max-age=60"}
