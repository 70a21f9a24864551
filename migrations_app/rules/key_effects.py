"""What follows from what happens to keys: what steps wait for, what is no longer as it was signed off, and what is
known of the way back. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrations_app.rules.happening import Happening, Moment
from migrations_app.rules.keys import Key, Keys, Progress, Standing

_STEPS: Final[Mapping[str, str]] = {
    "key.created": "key-created",
    "key.set": "key-set",
    "key.finished": "key-finished",
    "key.revoked": "key-revoked",
}
# Finishing and revoking are what the plan meant to do with the keys, and a use that is noted changes none.
_OTHER_KEYS: Final = frozenset(
    {
        "key.added",
        "key.created",
        "key.dropped",
        "key.kept",
        "key.leaked",
        "key.reinstated",
        "key.set",
        "key.window",
    }
)


def seen(before: Keys, after: Keys, told: Happening) -> set[str]:
    """What automatic steps may wait for, of what has happened to a key now."""
    if told.kind == "key.tested":
        # That the old key works is no test of the new one.
        return {"key-tested"} if after.key(told.data["key"]).progress is Progress.TESTED else set()
    if told.kind == "key.leaked":
        return {"key-revoked"} if before.key(told.data["key"]).standing is Standing.PREVIOUS else set()
    return {_STEPS[told.kind]} if told.kind in _STEPS else set()


def undoes(before: Keys, told: Happening) -> bool:
    """Whether the keys are no longer those that were signed off."""
    if told.kind == "key.tested":
        return told.data["outcome"] == "refused" and before.key(told.data["key"]).alive
    if told.kind == "key.described":
        return _expiry(before.key(told.data["key"])) != (told.data["expires_on"] or "")
    return told.kind in _OTHER_KEYS


def _expiry(key: Key) -> str:
    return key.expires_on.isoformat() if key.expires_on else ""


def proofs(before: Keys, told: Happening, itself: Moment) -> list[Happening]:
    """That the old key was tried among the keys shows as much for the way back as where it is tried for that."""
    if told.kind != "key.tested" or not is_old(before, before.key(told.data["key"])):
        return []
    return [itself.happening("safety.tested", **{name: told.data[name] for name in ("outcome", "endpoint", "model")})]


def is_old(keys: Keys, key: Key) -> bool:
    """Whether a way back leads to this key: another one has taken its place, or is to."""
    return key.standing is Standing.PREVIOUS or (key.standing is Standing.CURRENT and bool(keys.successor(key)))
