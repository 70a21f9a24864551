"""Links that are their own permission must not be readable in a log: whoever reads it could use them.

The one place that every record passes, whoever logs it and wherever to, is the record's making.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

# Paths under which the next part is a secret, written plain or percent-encoded within a query.
PREFIXES = (
    "s",
    "plans/shared",
    "calendar",
    "invitations",
    "first-owner",
    "accounts/password/reset/key",
    "me/address",
    "me/digest/stop",
    "stream/runs",
)
_SLASH = r"(?:/|%2F)"
_PATHS = "|".join(prefix.replace("/", _SLASH) for prefix in PREFIXES)
_LINK = re.compile(rf"({_SLASH}(?:{_PATHS}){_SLASH})(?!set-password)[\w.-]{{8,}}", re.IGNORECASE)
_TOKEN = re.compile(r"\b(costcalc_)\w{8,}")
# Providers' keys by their beginnings alone: `costcalc.secrets` recognises more, and what is no key, too (digests).
_KEY = re.compile(r"(\b(?:sk|gsk|xai|pk|rk)-|\b(?:gsk_|AIza)|\bBearer[ +](?=\S*[\d*]))[\w*.+/=~-]{4,}")
MASK = r"\1…"


def masked(text: str) -> str:
    """The text without the secrets of links, tokens and providers' keys."""
    return _KEY.sub(MASK, _TOKEN.sub(MASK, _LINK.sub(MASK, text)))


def mask_logs() -> None:
    """From now on, no record of this process holds such a secret."""
    make = logging.getLogRecordFactory()
    if not isinstance(make, _Masking):
        logging.setLogRecordFactory(_Masking(make))


class _Masking:
    """Makes records as another factory does, and masks them."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self.make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
        record.msg = _masked(record.msg)
        record.args = _masked_args(record.args)
        return record


def _masked(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value


def _masked_args(args: Any) -> Any:
    if isinstance(args, Mapping):
        # gunicorn's own mapping answers "-" for what it lacks: a copy of its kind.
        shown: Any = copy.copy(args)
        shown.update({name: masked(value) for name, value in args.items() if isinstance(value, str)})
        return shown
    return tuple(_masked(value) for value in args) if isinstance(args, tuple) else args
