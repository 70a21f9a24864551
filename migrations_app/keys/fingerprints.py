"""The print of a key: what it is recognised by, and not read from. Pure but for the salt."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final, Literal

from migrations_app.rules.keys import Keys, Print

# Characters of a key that may be kept, where it is much longer than they are.
LAST: Final = 4
LEAST: Final = 12
_SALT: Final = 16
Known = Literal["print", "last", "nothing"]


def print_of(key: str, salt: str) -> Print:
    """The print of a key with a salt of hexadecimal digits; slow on purpose (some 50 ms)."""
    key = key.strip()
    digest = hashlib.scrypt(key.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
    return Print(last=key[-LAST:] if len(key) >= LEAST else "", salt=salt, digest=digest)


def salt_for(keys: Keys) -> str:
    """One salt for a plan, so that the same key is recognised in it, and in no other."""
    salts = (key.print.salt for key in keys.rows if key.print.salt)
    return next(salts, None) or secrets.token_hex(_SALT)


def recognised(key: str, known: Print) -> Known | None:
    """How sure it is that a typed key is the one with this print; None for another one."""
    key = key.strip()
    if known.digest:
        same = hmac.compare_digest(print_of(key, known.salt).digest, known.digest)
        return "print" if same else None
    if known.last:
        return "last" if key[-LAST:] == known.last and len(key) >= LEAST else None
    return "nothing"
