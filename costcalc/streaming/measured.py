"""Measurements as people and spreadsheets read them: the history, and what is taken along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from costcalc.accounts import capability
from costcalc.accounts.models import User
from costcalc.digits import canonical
from costcalc.formatting import Formatter, formatter_for, rounded
from costcalc.streaming.measurements import TRANSPORTS, Measurement, Owner
from costcalc.streaming.receipts import Receipt, receipt
from costcalc.wire.cells import pieces
from costcalc.wire.exact import iso

# The visitor's secret in the session.
VISITOR: Final = "stream_visitor"
PAGE: Final = 20
DASH: Final = "\N{EM DASH}"
ENDS: Final = {
    "complete": _("complete"),
    "truncated": _("truncated: it was cut"),
    "error": _("error"),
    "cancelled": _("stopped"),
}
# The columns of an export; times are in milliseconds.
HEAD: Final = (
    *("id", "at", "provider", "model", "transport", "end", "status", "connect_ms", "upstream_ms", "ttft_ms"),
    *("reasoning_ttft_ms", "between_p50_ms", "between_p95_ms", "between_p99_ms", "total_ms", "chunks", "tokens"),
    *("chunks_per_second", "tokens_per_second", "bytes", "bytes_per_token", "resumed", "attempts", "shares_call"),
    *("input_tokens", "output_tokens", "priced_as", "cost_usd"),
)


def owner(request: HttpRequest) -> Owner:
    """Whose measurements a request is about: the user's; else the visitor's, "" where nothing was measured yet."""
    return request.user if isinstance(request.user, User) else str(request.session.get(VISITOR, ""))


def lasting_owner(request: HttpRequest) -> Owner:
    """The same for whoever is about to have some: a visitor gets a secret."""
    found = owner(request)
    if found == "":
        found = request.session[VISITOR] = capability.new_link()
    return found


def adopt(request: HttpRequest) -> None:
    """Who has signed in keeps what they measured before."""
    if isinstance(request.user, User) and VISITOR in request.session:
        Measurement.objects.adopt(request.session.pop(VISITOR), request.user)


@dataclass(frozen=True)
class Row:
    """One line of the history, in one language."""

    measurement: Measurement
    receipt: Receipt
    end: str
    resumed: str
    transport: str
    ttft: str
    between: str
    total: str
    speed: str


def rows(found: Iterable[Measurement], write: Formatter | None = None) -> list[Row]:
    """Measurements with their costs, in the reader's language."""
    write = write or formatter_for()
    return [_row(one, write) for one in found]


def _row(one: Measurement, write: Formatter) -> Row:
    gaps = [_ms(gap, write) for gap in (one.between_p50_us, one.between_p95_us)]
    speed = one.tokens_per_second
    return Row(
        one,
        receipt(one, write),
        str(ENDS[one.end]),
        _resumed(one, write),
        TRANSPORTS[one.transport],
        ttft=_with_unit(one.ttft_us, write),
        between=DASH if one.between_p50_us is None else f"{' / '.join(gaps)} ms",
        total=_with_unit(one.total_us, write),
        speed=DASH if speed is None else write.number(rounded(Decimal(speed), 1)),
    )


def _resumed(one: Measurement, write: Formatter) -> str:
    """How often it went on after a cut, "" where it never had to."""
    often = {"number": write.number(one.resumed)}
    words = ngettext("resumed after a cut", "resumed after %(number)s cuts", one.resumed)
    return words % often if one.resumed else ""


def _ms(microseconds: int | None, write: Formatter) -> str:
    """Milliseconds: to a tenth below a hundred, whole from there."""
    if microseconds is None:
        return DASH
    return write.number(Decimal(microseconds) / 1000, 1 if microseconds < 100_000 else 0)


def _with_unit(microseconds: int | None, write: Formatter) -> str:
    return DASH if microseconds is None else f"{_ms(microseconds, write)}\N{NO-BREAK SPACE}ms"


def as_csv(found: Iterable[Measurement]) -> Iterator[bytes]:
    """For a spreadsheet, line by line."""
    return pieces(HEAD, (told(one).values() for one in found))


def told(one: Measurement) -> dict[str, Any]:
    """One measurement for programs, by the names of HEAD; unknown is None."""
    cost = receipt(one, formatter_for("en")).exact
    values = (
        *(one.public_id, iso(one.at.astimezone(dt.UTC)), one.provider, one.model, one.transport, one.end, one.status),
        *(_exact_ms(one.connect_us), _exact_ms(one.upstream_us), _exact_ms(one.ttft_us), _exact_ms(one.reasoning_us)),
        *(_exact_ms(one.between_p50_us), _exact_ms(one.between_p95_us), _exact_ms(one.between_p99_us)),
        *(_exact_ms(one.total_us), one.chunks, one.tokens, _short(one.chunks_per_second)),
        *(_short(one.tokens_per_second), one.received, _short(one.bytes_per_token), one.resumed, one.attempts),
        one.shares_call,
        *(one.usage.get("input_tokens"), one.usage.get("output_tokens"), one.priced_as),
        None if cost is None else Decimal(canonical(cost)),
    )
    return dict(zip(HEAD, values, strict=True))


def _exact_ms(microseconds: int | None) -> Decimal | None:
    return None if microseconds is None else Decimal(canonical(Decimal(microseconds) / 1000))


def _short(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(canonical(rounded(Decimal(value), 3)))


def own_data(user: User) -> Iterator[dict[str, Any]]:
    """A person's own measurements, for their export."""
    found = Measurement.objects.of(user).priced().order_by("pk").iterator(chunk_size=200)
    return ({**told(one), "usage": one.usage} for one in found)
