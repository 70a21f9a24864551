"""Takes a key out of the bytes that pass: a provider, or what stands before it, may repeat what it was sent. Pure."""

from typing import Final

from costcalc.secrets import MASK

# What is shorter is a word of every second text, and no provider's key.
SHORTEST: Final = 12


class Redaction:
    """Passes on what `feed` is given, but for the key; only what may be its beginning waits for what follows."""

    def __init__(self, key: str) -> None:
        self._key = key.strip().encode()
        self._mask = MASK.encode()
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """What can be passed on by now; b"" where all of it may be the key's beginning."""
        data = (self._held + piece).replace(self._key, self._mask)
        begun = self._begun(data)
        self._held = data[len(data) - begun :]
        return data[: len(data) - begun]

    def rest(self) -> bytes:
        """What waited, since nothing more comes."""
        held, self._held = self._held, b""
        return held

    def _begun(self, data: bytes) -> int:
        """How many of the last bytes are the first ones of the key."""
        start = max(0, len(data) - len(self._key) + 1)
        while (start := data.find(self._key[:1], start)) >= 0:
            if self._key.startswith(data[start:]):
                return len(data) - start
            start += 1
        return 0


def redaction(key: str) -> Redaction | None:
    """What takes this key out; None where there is none to take out."""
    return Redaction(key) if len(key.strip()) >= SHORTEST else None
