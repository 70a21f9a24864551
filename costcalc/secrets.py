"""Providers' keys, recognised and masked in what others wrote. Pure.

A provider's answer to a wrong key often repeats it, and so do the recordings that people paste. What is known to be
secret is masked wherever it stands; what only looks like a key, by the shapes that providers give them.
"""

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "…"
REFUSAL: Final = (
    "This looks like a key. Keys are never stored here: leave it out, or name it by its last four characters."
)

# Providers' own prefixes; words that announce a secret; and what is too long and too mixed to be a word.
_SHAPES: Final = re.compile(
    r"(?<![\w-])(?:sk|pk|rk|gsk|xai|pplx|hf|r8|nvapi|fw|csk|tgp)[-_][\w*.-]{8,}"
    r"|(?<![\w-])AIza[\w*-]{12,}|(?<!\w)AKIA[0-9A-Z]{12,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"
    r"|(?<!\w)(?=[A-Za-z_]*[0-9])(?=[0-9_]*[A-Za-z])[A-Za-z0-9_]{32,}"
)
_ANNOUNCED: Final = re.compile(
    r"(?i)(?P<said>\bauthorization[\"']?[ ]*[:=][ ]*[\"']?(?:(?:bearer|basic)[ ]+)?|\bbearer[ ]+(?=[^\s0-9]{0,99}[0-9])"
    r"|\b(?:x-)?(?:goog-)?api[-_ ]?key[\"']?[ ]*[:=][ ]*[\"']?)[^\s\"',;&<>]{6,}"
)


def masked(text: str, known: Iterable[str] = ()) -> str:
    """The text without the secrets that are `known`, however they are written, and without what looks like a key."""
    for secret in known:
        for form in _forms(secret):
            text = text.replace(form, MASK)
    return _SHAPES.sub(MASK, _ANNOUNCED.sub(rf"\g<said>{MASK}", text))


def holds_key(text: str) -> bool:
    """Whether something in the text looks like a provider's key."""
    return masked(text) != text


def without_key(text: str) -> str:
    """The text as it is, for validators. Raises ValueError where something in it looks like a provider's key."""
    if holds_key(text):
        raise ValueError(REFUSAL)
    return text


def _forms(secret: str) -> list[str]:
    """A secret as it is, in JSON and in an address; the longest first, since one may be part of another."""
    whole = secret.strip()
    forms = {whole, json.dumps(whole)[1:-1], json.dumps(whole, ensure_ascii=False)[1:-1], quote(whole, safe="")}
    return sorted((forms | {quote(whole), quote_plus(whole)}) - {""}, key=len, reverse=True)
