"""What is said beside a snippet: why it is as it is, and what it does when the network or the provider fails."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.streaming.dialects import Dialect
from costcalc.streaming.endpoints import Endpoint
from costcalc.streaming.snippets.kinds import RECIPES, Kind
from costcalc.streaming.snippets.swapping import Swap

WHY: Final[Mapping[Kind, Any]] = {
    Kind.HTTPX: gettext_lazy(
        "It decodes the bytes itself: iter_lines() of the library also cuts at characters that stand inside the text."
    ),
    Kind.OPENAI: gettext_lazy(
        "By itself the SDK takes a stream that was cut for a whole one, and breaks off at bytes that are not UTF-8."
    ),
    Kind.NODE: gettext_lazy(
        "What the network delivers is neither a line nor a character: an event is read once all of it is there."
    ),
    Kind.BROWSER: gettext_lazy(
        "It speaks to your own server, which holds the key: a key in a page is everybody’s, and so is a proxy that "
        "answers every origin. EventSource can neither POST nor send the key."
    ),
    Kind.CURL: gettext_lazy(
        "The key is not an argument, which everybody on the machine could read. The time for attempts ends before a "
        "silence can: otherwise curl would ask again in the middle of an answer."
    ),
    Kind.WEBSOCKET: gettext_lazy(
        "The other end is this server’s relay: providers answer completions over HTTP. A connection that closes is not "
        "the end of an answer; the relay says how it ended."
    ),
}

_TRIED: Final = gettext_lazy(
    "401 raises at once, with the status. 429, 5xx and a refused connection are tried twice more, before the first "
    "byte alone: after Retry-After (up to a minute), with back-off and jitter."
)
_RELAY_TRIES: Final = gettext_lazy("The relay tries again where that may help; what is left arrives with its status.")
_REFUSED: Final[Mapping[Kind, Any]] = {
    Kind.CURL: gettext_lazy(
        "401 ends at once, with the status. 408, 429, 500 and 502 to 504 are tried twice more, before the first byte "
        "alone: after Retry-After, with back-off. curl knows no jitter: many machines in a loop need one."
    ),
    Kind.BROWSER: _RELAY_TRIES,
    Kind.WEBSOCKET: _RELAY_TRIES,
}
_CUT: Final[Mapping[Kind, Any]] = {
    Kind.BROWSER: gettext_lazy(
        "If it is the reader’s connection, it is made again, up to twice, and goes on after the last event. If it is "
        "the provider’s, that is an error."
    ),
}
_SILENT: Final[Mapping[Kind, Any]] = {
    Kind.NODE: gettext_lazy("An error after %(silence)s seconds without a byte."),
    Kind.BROWSER: gettext_lazy("An error after %(silence)s seconds without a byte; the relay’s heartbeats count."),
}


def habits(kind: Kind, silence: int) -> list[tuple[str, str]]:
    """What may happen, and what the snippet does then; `silence` in seconds."""
    silent = _SILENT.get(kind, _("An error after 10 seconds without a connection, or %(silence)s without a byte."))
    cut = _CUT.get(kind, _("An error: an answer that is not whole is never taken for one."))
    usage = _("Asked for, and given back at the end.")
    if RECIPES[kind].relayed:
        usage = _("Given back at the end, in the names that every provider’s is translated into.")
    return [
        (_("Bytes cut inside a character or an event"), _("They are kept until the rest has come; CRLF counts once.")),
        (_("HTTP 401, 429, 500"), str(_REFUSED.get(kind, _TRIED))),
        (_("An error inside the stream"), _("An error, in the provider’s own words.")),
        (_("The stream is cut"), str(cut)),
        (_("Silence"), silent % {"silence": silence}),
        (_("Bytes that are not UTF-8"), _("They become “�”, and the rest is read.")),
        (_("An early end on your side"), _("The connection is closed, so that the provider stops, too.")),
        (_("The usage"), usage),
    ]


def moving(swap: Swap, after: Endpoint) -> list[str]:
    """What is to be known before these lines are changed."""
    if not swap.changes:
        return []
    said = [
        _(
            "The old key stays valid until nobody has to go back: a way back needs it, and an overlap of seven days "
            "can end before the canary does."
        ),
        _(
            "These lines are not the move: the same name need not be the same model, price or speed. Let some people "
            "go first, the same ones each time, and measure both sides."
        ),
    ]
    if swap.keeps_variable:
        named = _("The variable keeps its name: put the new key into it first, or the new address is sent the old one.")
        said.insert(0, named)
    if after.dialect is not Dialect.OPENAI:
        said.append(
            _("%(title)s answers this SDK at an address for compatibility: not all that it can do is to be had there.")
            % {"title": after.title}
        )
    return said
