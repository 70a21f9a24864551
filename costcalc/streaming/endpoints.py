"""Where completions are asked for: the built-in provider, and those that the operator allows. Pure.

Nothing else is ever called: an address that is not under an allowed one's `base_url` is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote, urlsplit

from costcalc.streaming.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's API. `name` is the catalogue's id of it where there is one; `base_url` ends in no slash."""

    name: str
    title: str
    base_url: str
    dialect: Dialect = Dialect.OPENAI
    # Whether its host may be a private or loopback address: for the operator to say.
    private: bool = False


# The built-in provider, in this server: its host is none, since it is reached over a socket of the file system.
SAMPLE: Final = Endpoint("sample", "Built-in sample", "http://sample.invalid/sample/v1")

KNOWN: Final = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("openai", "OpenAI", "https://api.openai.com/v1"),
        Endpoint("anthropic", "Anthropic", "https://api.anthropic.com/v1", Dialect.ANTHROPIC),
        Endpoint("google", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta", Dialect.GEMINI),
        Endpoint("deepseek", "DeepSeek", "https://api.deepseek.com"),
        Endpoint("groq", "Groq", "https://api.groq.com/openai/v1"),
        Endpoint("mistral", "Mistral", "https://api.mistral.ai/v1"),
        Endpoint("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
        Endpoint("x-ai", "xAI", "https://api.x.ai/v1"),
        Endpoint("together", "Together AI", "https://api.together.xyz/v1"),
        Endpoint("fireworks", "Fireworks AI", "https://api.fireworks.ai/inference/v1"),
        Endpoint("cerebras", "Cerebras", "https://api.cerebras.ai/v1"),
    )
}
_ENTRY: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]{0,39})(?::(?P<dialect>[a-z]+))?(?:=(?P<url>\S+))?", re.ASCII)


def allowed(entries: Iterable[str], *, private: bool = False) -> tuple[Endpoint, ...]:
    """The endpoints that an operator's list names: `openai`, `acme=https://llm.acme.example/v1`, `acme:anthropic=…`.

    `private` lets them be on private and loopback addresses, and without TLS. Raises ValueError saying which entry
    is wrong, and what would be right.
    """
    found: dict[str, Endpoint] = {}
    for entry in entries:
        endpoint = replace(_endpoint(entry, private=private), private=private)
        if endpoint.name in found or endpoint.name == SAMPLE.name:
            raise ValueError(f"{entry!r}: the name {endpoint.name!r} is taken already")
        found[endpoint.name] = endpoint
    return tuple(found.values())


def _endpoint(entry: str, *, private: bool) -> Endpoint:
    parts = _ENTRY.fullmatch(entry)
    if parts is None:
        raise ValueError(f"{entry!r}: a name, or name=https://host/path, or name:dialect=https://host/path")
    name, known = parts["name"], KNOWN.get(parts["name"])
    if parts["url"] is None:
        if known is None or parts["dialect"]:
            raise ValueError(f"{entry!r}: give an address, or one of the known names: {', '.join(KNOWN)}")
        return known
    dialect = _dialect(entry, parts["dialect"]) if parts["dialect"] else known.dialect if known else Dialect.OPENAI
    return Endpoint(name, known.title if known else name, _base(entry, parts["url"], private=private), dialect)


def _dialect(entry: str, name: str) -> Dialect:
    try:
        return Dialect(name)
    except ValueError:
        raise ValueError(f"{entry!r}: the dialect is one of {', '.join(Dialect)}") from None


def _base(entry: str, url: str, *, private: bool) -> str:
    if not _is_base(url, {"http", "https"} if private else {"https"}):
        raise ValueError(f"{entry!r}: an https address without user, query and fragment (http only for private ones)")
    return url.rstrip("/")


def _is_base(url: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        # A port is read only when it is asked for, and raises then.
        there = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return there and not (parts.query or parts.fragment or parts.username or parts.password)


def owner(url: str, endpoints: Iterable[Endpoint]) -> Endpoint | None:
    """The endpoint that an address belongs to: same scheme, host and port, and a path under its own. None: refused."""
    try:
        asked = urlsplit(url)
        place = (asked.scheme, asked.hostname, asked.port)
    except ValueError:
        return None
    if asked.username or asked.password or _climbs(asked.path):
        return None
    for endpoint in endpoints:
        base = urlsplit(endpoint.base_url)
        if place == (base.scheme, base.hostname, base.port) and f"{asked.path}/".startswith(f"{base.path}/"):
            return endpoint
    return None


def _climbs(path: str) -> bool:
    """Whether a path has a step that leads out of where it begins, written plainly or not."""
    return "\\" in path or any(part in {".", ".."} for part in unquote(path).split("/"))
