"""What the adviser asks, and what may be answered. Pure; the words stand in `words.py`.

The first answer of each is the one that an ordinary chatbot gives: it is assumed until another is chosen.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Answers = Mapping[str, str]

QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "show": ("written", "notices", "whole"),
        "up": ("nothing", "messages", "flow"),
        "down": ("text", "binary"),
        "cut": ("again", "resume"),
        "reader": ("browser", "app", "server"),
        "network": ("open", "corporate", "mobile"),
        "streams": ("few", "http1", "http2"),
        "hosting": ("process", "functions"),
        "team": ("http", "sockets"),
        "providers": ("one", "several"),
        "prompts": ("personal", "public"),
        "contract": ("none", "written"),
        "pay": ("direct", "cannot"),
    }
)
# What each of the three pieces of advice looks at: nothing else can change it.
OF_TRANSPORT: Final = ("show", "up", "down", "cut", "reader", "network", "streams", "hosting", "team")
OF_OWN_RELAY: Final = ("up", "cut", "reader", "network", "hosting", "providers")
OF_VENDOR: Final = ("providers", "prompts", "contract", "pay")

ASSUMED: Final[Answers] = MappingProxyType({name: answers[0] for name, answers in QUESTIONS.items()})
