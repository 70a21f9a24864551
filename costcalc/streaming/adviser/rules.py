"""What each answer says for or against a transport or a relay, and how much. Pure.

A rule is a plain statement of fact with a weight: 1 is a nuisance or a small help, 2 costs or saves days of work,
3 and 4 decide unless something as heavy speaks against it. `OUT` is what cannot be done at all.

Sources: WHATWG HTML 9.2 (server-sent events), RFC 6455 (WebSocket), RFC 9113 (HTTP/2), Chromium's limits of 6
HTTP/1.1 connections a host and 255 WebSockets; OpenAI's API reference (one of few whose streams can be resumed).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Subject(StrEnum):
    """What a rule speaks of; the transports from the simplest on."""

    HTTP = "http"
    SSE = "sse"
    WEBSOCKET = "websocket"
    OWN_RELAY = "own"
    VENDOR = "vendor"


TRANSPORTS: Final = (Subject.HTTP, Subject.SSE, Subject.WEBSOCKET)
OUT: Final = -1000


@dataclass(frozen=True, slots=True)
class Rule:
    """Applies where every question of `when` has been answered so; `code` names its words."""

    subject: Subject
    code: str
    weight: int
    when: Mapping[str, tuple[str, ...]]


def _rules(subject: Subject, *rows: tuple[str, int, dict[str, str]]) -> tuple[Rule, ...]:
    """Rules of one subject; `a|b` in a condition is either answer."""
    return tuple(
        Rule(subject, f"{subject}-{code}", weight, {name: tuple(said.split("|")) for name, said in when.items()})
        for code, weight, when in rows
    )


RULES: Final = (
    *_rules(
        Subject.SSE,
        ("written", 3, {"show": "written"}),
        ("notices", 3, {"show": "notices"}),
        ("whole", -2, {"show": "whole"}),
        ("one-way", 2, {"up": "nothing"}),
        ("message-is-request", -1, {"up": "messages"}),
        ("no-way-up", OUT, {"up": "flow"}),
        ("base64", -4, {"down": "binary"}),
        ("resumes", 2, {"cut": "resume"}),
        ("in-browsers", 1, {"reader": "browser"}),
        ("any-client", 1, {"reader": "server"}),
        ("ordinary-http", 1, {"network": "corporate"}),
        ("reconnects", 1, {"network": "mobile"}),
        ("six-connections", -3, {"reader": "browser", "streams": "http1"}),
        ("multiplexed", 1, {"streams": "http2"}),
        ("function-billed", -1, {"hosting": "functions"}),
        ("known-tools", 1, {"team": "http"}),
    ),
    *_rules(
        Subject.WEBSOCKET,
        ("streams-too", 2, {"show": "written|notices"}),
        ("more-to-write", -1, {}),
        ("open-for-nothing", -2, {"show": "whole"}),
        ("unused-direction", -1, {"up": "nothing"}),
        ("messages", 1, {"up": "messages"}),
        ("flow", 4, {"up": "flow"}),
        ("binary", 2, {"down": "binary"}),
        ("resume-by-hand", -2, {"cut": "resume"}),
        ("upgrade-refused", -2, {"network": "corporate"}),
        ("dead-unnoticed", -1, {"network": "mobile"}),
        ("many-in-one", 1, {"streams": "http1"}),
        ("no-functions", -3, {"hosting": "functions"}),
        ("new-to-operate", -1, {"team": "http"}),
        ("operated-before", 1, {"team": "sockets"}),
    ),
    *_rules(
        Subject.HTTP,
        ("whole", 4, {"show": "whole"}),
        ("no-tokens", OUT, {"show": "written", "down": "text"}),
        ("chunked-audio", 2, {"show": "written", "down": "binary"}),
        ("no-events", -1, {"show": "written", "down": "binary"}),
        ("polling", -1, {"show": "notices"}),
        ("one-question", 2, {"up": "nothing"}),
        ("message-is-request", -1, {"up": "messages"}),
        ("no-way-up", OUT, {"up": "flow"}),
        ("bytes", 2, {"down": "binary"}),
        ("paid-again", -1, {"cut": "resume"}),
        ("passes-all", 2, {"network": "corporate"}),
        ("short", 1, {"network": "mobile"}),
        ("any-client", 1, {"reader": "server"}),
        ("known-tools", 1, {"team": "http"}),
    ),
    *_rules(
        Subject.OWN_RELAY,
        ("holds-key", 4, {"reader": "browser|app"}),
        ("one-hop-more", -2, {"reader": "server"}),
        ("several", 2, {"providers": "several"}),
        ("resumes", 2, {"cut": "resume"}),
        ("one-host", 1, {"reader": "browser|app", "network": "corporate"}),
        ("held-open", -1, {"hosting": "functions"}),
        ("audio-delay", -1, {"up": "flow"}),
    ),
    *_rules(
        Subject.VENDOR,
        ("reads-all", -3, {"prompts": "personal"}),
        ("little-to-lose", 1, {"prompts": "public"}),
        ("no-contract", -4, {"contract": "none"}),
        ("uncontrolled", OUT, {"contract": "none", "prompts": "personal"}),
        ("contract", 1, {"contract": "written"}),
        ("only-way-to-pay", 3, {"pay": "cannot"}),
        ("between-you", -2, {"pay": "direct"}),
        ("one-bill", 1, {"providers": "several"}),
    ),
)
