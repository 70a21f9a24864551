"""Links and tokens that are their own permission: made here, shown once, stored only as a hash. Pure.

They are long enough (160 bits and more) that a plain SHA-256 cannot be searched backwards.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LINK_LENGTH = 32
TOKEN_PREFIX = "costcalc_"
TOKEN_LENGTH = 32
CHECKSUM_LENGTH = 6


def new_link() -> str:
    """The secret part of a link: 32 letters and digits, 190 bits."""
    return _random(LINK_LENGTH)


def new_token() -> str:
    """An API token: a prefix that scanners know, 32 letters and digits, and a checksum of both."""
    body = TOKEN_PREFIX + _random(TOKEN_LENGTH)
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Whether a text has the form of a token of ours, checksum included: what a secret scanner asks."""
    length = len(TOKEN_PREFIX) + TOKEN_LENGTH + CHECKSUM_LENGTH
    if len(text) != length or not text.startswith(TOKEN_PREFIX) or not text.isascii():
        return False
    return secrets.compare_digest(_checksum(text[:-CHECKSUM_LENGTH]), text[-CHECKSUM_LENGTH:])


def hashed(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_id() -> str:
    """A public name for a row: 12 letters and digits, which tells nothing about how many there are."""
    return _random(12)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits
