"""What was measured, in words and figures of a language: the article's table, and the figures that it does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from costcalc.formatting import Formatter
from costcalc.streaming.comparison import words
from costcalc.streaming.comparison.experiment import CUT_AFTER, FAR_S, Found
from costcalc.streaming.comparison.passage import Cut, Passage, middle


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; the claims are "" where the article says nothing."""

    about: Any
    sse: str
    socket: str
    how: str = ""
    said_sse: Any = ""
    said_socket: Any = ""


class Shown:
    """The result of one experiment. `found` is None before there is one: then the claims stand alone."""

    def __init__(self, found: Found | None, write: Formatter) -> None:
        self.found = found
        self.write = write

    @property
    def claims(self) -> list[Row]:
        """The article's table, with what was measured beside each of its claims."""
        how = {key: text % {"far": self._number(FAR_S * 1000), "cut": CUT_AFTER} for key, text in words.HOW.items()}
        return [
            Row(about, *self._measured(key), how=how[key], said_sse=sse, said_socket=socket)
            for key, about, sse, socket in words.ARTICLE
        ]

    def _measured(self, key: str) -> tuple[str, str]:
        if self.found is None:
            return "", ""
        by_key = {
            words.READY: self._ready,
            words.MESSAGE: self._message,
            words.RECONNECT: self._reconnect,
            words.PROXY: self._proxy,
            words.BINARY: self._binary,
        }
        return by_key[key](self.found) if key in by_key else (gettext("not measured"), gettext("not measured"))

    def _ready(self, found: Found) -> tuple[str, str]:
        near = self._both(found, lambda one: one.ready)
        far = (found.far.sse.ready, found.far.socket.ready)
        text = gettext("%(near)s ms; far away %(far)s ms")
        sse, socket = (
            text % {"near": self._number(here, 1), "far": self._number(there, 0)}
            for here, there in zip(near, far, strict=True)
        )
        return sse, socket

    def _message(self, found: Found) -> tuple[str, str]:
        sse, socket = self._both(found, lambda one: one.framing)
        return self._bytes(sse), self._bytes(socket)

    def _reconnect(self, found: Found) -> tuple[str, str]:
        return self._cut(found.cut_sse), self._cut(found.cut_socket)

    def _cut(self, cut: Cut) -> str:
        told = gettext("%(lost)s tokens lost, %(repeated)s sent twice") % {"lost": cut.lost, "repeated": cut.repeated}
        calls = ngettext("%(n)s call of the provider", "%(n)s calls of the provider", cut.calls) % {"n": cut.calls}
        return f"{told}; {calls}"

    def _proxy(self, found: Found) -> tuple[str, str]:
        return self._through(found.buffered.sse), self._through(found.buffered.socket)

    def _through(self, one: Passage) -> str:
        pieces = ngettext("%(tokens)s tokens in %(n)s piece", "%(tokens)s tokens in %(n)s pieces", one.bursts)
        first = gettext("first token after %(ms)s ms") % {"ms": self._number(one.first, 0)}
        return first + "; " + pieces % {"tokens": len(one.tokens), "n": one.bursts}

    def _binary(self, found: Found) -> tuple[str, str]:
        return gettext("calculated: one third more"), gettext("calculated: nothing more")

    @property
    def besides(self) -> list[Row]:
        """What was measured beyond the article's table, medians of the rounds."""
        found = self.found
        if found is None:
            return []
        return [
            self._row(found, gettext("Time to the first token"), lambda one: one.first, self._ms),
            self._row(found, gettext("Time to the last message"), lambda one: one.last, self._ms),
            self._row(found, gettext("Request, or the handshake’s half"), lambda one: one.asked, self._bytes),
            self._row(found, gettext("Answer’s head, or the other half"), lambda one: one.head, self._bytes),
            self._row(found, gettext("A message on the wire"), lambda one: one.a_message, self._bytes),
            Row(
                gettext("The same, compressed"),
                self._bytes(found.deflated_sse),
                self._bytes(found.deflated_socket.a_message if found.deflated_socket.compressed else None),
                gettext("SSE: calculated, for a proxy that flushes after each event. WebSocket: permessage-deflate."),
            ),
        ]

    @property
    def verdict(self) -> str:
        """The comparison in one sentence."""
        if self.found is None:
            return ""
        sse, socket = self._both(self.found, lambda one: one.first)
        apart = abs((sse or 0) - (socket or 0))
        return gettext("The first token came over both, %(ms)s ms apart.") % {"ms": self._number(apart, 1)}

    def _row(
        self, found: Found, about: str, of: Callable[[Passage], float | None], show: Callable[[float | None], str]
    ) -> Row:
        sse, socket = self._both(found, of)
        return Row(about, show(sse), show(socket))

    def _both(self, found: Found, of: Callable[[Passage], float | None]) -> tuple[float | None, float | None]:
        return _over(of, (pair.sse for pair in found.near)), _over(of, (pair.socket for pair in found.near))

    def _ms(self, value: float | None) -> str:
        return f"{self._number(value, 1)}\N{NO-BREAK SPACE}ms"

    def _bytes(self, value: float | None) -> str:
        return gettext("%(n)s bytes") % {"n": self._number(value, 1)}

    def _number(self, value: float | None, places: int = 0) -> str:
        return gettext("unknown") if value is None else self.write.number(Decimal(str(value)), places)


def _over(of: Callable[[Passage], float | None], passages: Iterable[Passage]) -> float | None:
    return middle(of(passage) for passage in passages)
