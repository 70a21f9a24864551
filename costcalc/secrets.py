"""Providers' keys, recognised and masked in what others wrote. Pure.

A provider's answer to a wrong key often repeats it, and so do the recordings that people paste. What is known to be
secret is masked wherever it stands; what only looks like a key, by the shapes that providers give them.
"""

import itertools
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

# For what is refused: a prefix and what follows it; what has a shape that nothing else has; a run without a break;
# and what is said to be a secret.
_PREFIXED: Final = re.compile(
    r"(?<![\w-])(?:sk|pk|rk|gsk|xai|pplx|hf|r8|nvapi|fw|csk|tgp|co|ghp|gho|glpat|key|costcalc)[-_]([\w.-]{12,400})|"
    r"(?<![\w-])AQ\.([\w-]{20,400})",
    re.ASCII,
)
_CERTAIN: Final = re.compile(
    r"(?<![\w-])AIza[\w-]{30,}|(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)|(?<!\w)ABSK[A-Za-z0-9+/]{40,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",
    re.ASCII,
)
_RUN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{32,400}(?![A-Za-z0-9])")
# Addresses, and hashes that say so.
_KNOWN: Final = re.compile(r"https?://[^\s?#]+|\bsha[0-9]{1,3}[-:][A-Za-z0-9+/=]+", re.IGNORECASE)
_SAID: Final = re.compile(
    r"(?i)(?:\bauthorization|\b(?:x-)?(?:goog-)?api[-_ ]?key|\bsecret|\btoken|\bpassword)[\"']?[ ]*[:=][ ]*[\"']?"
    r"(?:(?:bearer|basic)[ ]+)?([a-z0-9]{16,})"
)
_WORDS: Final = re.compile(r"[a-z]{3,}")
# Of a run by chance, six characters in ten are of another kind than the one before, and two in ten are in a word.
_OFTEN: Final = 0.4


def masked(text: str, known: Iterable[str] = ()) -> str:
    """The text without the secrets that are `known`, however they are written, and without what looks like a key."""
    for secret in known:
        for form in _forms(secret):
            text = text.replace(form, MASK)
    return _SHAPES.sub(MASK, _ANNOUNCED.sub(rf"\g<said>{MASK}", text))


def holds_key(text: str) -> bool:
    """Whether something in the text is a provider's key beyond reasonable doubt: what people write about is no key.

    Less is taken for one than `masked` hides: words, models' names, hashes, UUIDs and addresses have their place in
    a text. A key of hexadecimal digits alone (as Azure's) cannot be told from a hash, unless it is announced.
    """
    if any(_is_random(part) for found in _PREFIXED.finditer(text) for part in re.split("[-_.]", found[1] or found[2])):
        return True
    if _CERTAIN.search(text) or any(_is_mixed(found[0]) for found in _RUN.finditer(_KNOWN.sub(" ", text))):
        return True
    return any(_is_random(found[1], 16) for found in _SAID.finditer(text))


def _is_random(part: str, least: int = 12) -> bool:
    """Whether a part of a key is no word: long, with letters and digits, or in letters of both cases, mixed."""
    if len(part) < least:
        return False
    with_digits = any(one.isdigit() for one in part) and any(one.isalpha() for one in part)
    return with_digits or (len(part) >= 20 and _changes(part) > len(part) * _OFTEN)


def _is_mixed(run: str) -> bool:
    """Whether letters of both cases and digits follow one another without order, as in no name."""
    if not (any(map(str.islower, run)) and any(map(str.isupper, run)) and sum(map(str.isdigit, run)) >= 2):
        return False
    in_words = sum(map(len, _WORDS.findall(run)))
    return _changes(run) > len(run) * _OFTEN and in_words < len(run) * _OFTEN


def _changes(run: str) -> int:
    """How often another kind of character follows."""
    return sum(_kind(one) != _kind(after) for one, after in itertools.pairwise(run))


def _kind(one: str) -> str:
    return "digit" if one.isdigit() else "upper" if one.isupper() else "lower"


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
