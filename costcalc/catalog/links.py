"""Addresses of sources as short links: named by host and the tail of their path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_LINK = 40


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the web, named by its host and the end of its path."""

    url: str
    text: str


def links(urls: Iterable[str]) -> tuple[Link, ...]:
    """Addresses of the web, each named differently where their paths differ; anything else is no link."""
    found = [url for url in urls if url.startswith(("https://", "http://"))]
    short = [_link_text(url) for url in found]
    often = Counter(short)
    return tuple(
        Link(url, text if often[text] == 1 else _link_text(url, whole=True))
        for url, text in zip(found, short, strict=True)
    )


def _link_text(url: str, *, whole: bool = False) -> str:
    """`openai.com/api/pricing`, `developers.openai.com/…/deprecations`."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = [part for part in parts.path.split("/") if part]
    full = "/".join([host, *path]) + (f"?{parts.query}" if parts.query and whole else "")
    if whole or len(full) <= LONGEST_LINK or not path:
        return full
    room = max(12, LONGEST_LINK - len(host) - 3)
    tail = path[-1] if len(path[-1]) <= room else f"{path[-1][:room]}…"
    return f"{host}/…/{tail}" if len(path) > 1 else f"{host}/{tail}"
