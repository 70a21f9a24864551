"""The endpoint that an address means: a base URL, or the address of completions under one. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import unquote, urlsplit

from costcalc.streaming.dialects import Dialect
from costcalc.streaming.endpoints import KNOWN, Endpoint, owner

_GEMINI: Final = re.compile(r"/models/(?P<model>[^/:?]+):(?:stream)?[gG]enerateContent(?:\?.*)?$")
_PATHS: Final = {"/chat/completions": Dialect.OPENAI, "/messages": Dialect.ANTHROPIC}


def base_of(address: str) -> tuple[str, Dialect | None, str]:
    """Base URL, the dialect that the path tells (None: none), and the model that Gemini's has in it ("": none)."""
    address = address.strip().partition("#")[0]
    if found := _GEMINI.search(address):
        return address[: found.start()], Dialect.GEMINI, unquote(found["model"])
    address = address.partition("?")[0].rstrip("/")
    for path, dialect in _PATHS.items():
        if address.endswith(path):
            return address.removesuffix(path).rstrip("/"), dialect, ""
    return address, None, ""


def typed_endpoint(address: str) -> tuple[Endpoint, str]:
    """The endpoint that an operator typed, and the model in its address; private, since the operator typed it.

    Raises ValueError for what is no http or https address.
    """
    base, dialect, model = base_of(address)
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError("it would be https://llm.example/v1, without a user in it")
    known = owner(base, KNOWN.values())
    named = known.dialect if known else Dialect.OPENAI
    return Endpoint(known.name if known else "typed", address, base, dialect or named, private=True), model


def allowed_endpoint(address: str, allowed: Iterable[Endpoint]) -> tuple[Endpoint, str] | None:
    """The allowed endpoint that an address belongs to, at this address, and the model in it; None: refused."""
    base, dialect, model = base_of(address)
    found = owner(base, allowed)
    return None if found is None else (replace(found, base_url=base, dialect=dialect or found.dialect), model)
