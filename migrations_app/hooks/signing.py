"""How a message to a webhook is signed, and when one that failed is sent again. Pure.

Source: the Standard Webhooks specification 1.0.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature`, HMAC-SHA256 over `id.timestamp.body`. A receiver refuses what is signed wrongly, what is older than
a few minutes, and what it has seen by its id: nobody who has recorded a message can send it again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
# After the first try, the second, …; after the last of them it is given up.
WAITS: Final = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=12),
)
SPREAD: Final = 0.2
# The receiver says that it is gone for good.
GONE: Final = 410


def written(secret: bytes) -> str:
    """A secret as its receiver is told it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(secret: bytes, message: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The headers of one attempt to send a message; each attempt has a time of its own, and the same id."""
    stamp = str(int(at.timestamp()))
    signed = hmac.new(secret, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "costcalc-webhooks",
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def taken(status: int | None) -> bool:
    """Whether the receiver has it: any 2xx. A redirect is not followed, so that it is none."""
    return status is not None and 200 <= status < 300


def wait_after(attempts: int, status: int | None, chance: float) -> dt.timedelta | None:
    """How long a message waits after so many attempts that failed; None where it is given up.

    `chance`, from 0 to 1, spreads what failed at the same moment: a fifth more or less.
    """
    if attempts > len(WAITS) or status == GONE:
        return None
    return WAITS[attempts - 1] * (1 - SPREAD + 2 * SPREAD * chance)
