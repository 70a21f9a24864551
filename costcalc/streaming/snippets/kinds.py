"""In which languages, and over which transports, there is a snippet. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a snippet is written with."""

    HTTPX = "httpx"
    OPENAI = "openai"
    NODE = "node"
    BROWSER = "browser"
    CURL = "curl"
    WEBSOCKET = "websocket"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind's file, what is installed for it, how it is run, and in which language its parts are written.

    `relayed` says that it speaks to this server's relay, which holds the key, and not to the provider; `session` is
    the variable in which it looks for the session of somebody for whom the relay spends that key.
    """

    title: str
    file: str
    language: str
    install: str = ""
    run: str = ""
    relayed: bool = False
    session: str = ""


RECIPES: Final = {
    Kind.HTTPX: Recipe("Python: httpx", "stream.py", "python", "pip install httpx", "python stream.py"),
    Kind.OPENAI: Recipe("Python: openai SDK", "stream.py", "python", "pip install openai", "python stream.py"),
    Kind.NODE: Recipe("Node: fetch", "stream.mjs", "javascript", "", "node stream.mjs"),
    Kind.BROWSER: Recipe("Browser: fetch", "stream.js", "javascript", relayed=True),
    Kind.CURL: Recipe("Shell: curl", "stream.sh", "jq", "apt install curl jq", "bash stream.sh"),
    Kind.WEBSOCKET: Recipe(
        "Python: WebSocket",
        "stream.py",
        "python",
        "pip install websockets",
        "python stream.py",
        relayed=True,
        session="RELAY_COOKIE",
    ),
}
