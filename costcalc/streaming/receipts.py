"""What a measured completion cost at the catalogue's price of that day, with the arithmetic. Nothing is guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.finding import find
from costcalc.catalog.index import Catalogue
from costcalc.catalog.labels import own_words, unit_label
from costcalc.catalog.models import Price
from costcalc.engine import CostLine, PricingError, RequestCost, price_request, unit_named
from costcalc.formatting import Formatter
from costcalc.streaming.endpoints import SAMPLE
from costcalc.streaming.measurements import TRANSPORTS, Measurement


def price_entry(held: Catalogue, provider: str, model: str, priced_as: str) -> Entry | None:
    """The catalogue's model that a completion is priced as: itself where it is for sale, else the chosen one."""
    own = None if provider == SAMPLE.name else find(held, provider, model)
    return own or held.by_key.get(priced_as)


def pin(row: Measurement, entry: Entry | None, day: dt.date) -> Measurement:
    """The measurement with the price of that day; without one where there is none."""
    price = entry.price_on(day) if entry else None
    if entry is not None and price is not None:
        row.priced_as, row.price_id = entry.key, price.pk
    return row


@dataclass(frozen=True)
class Receipt:
    """What one completion cost: the total, each step to it, and where the price is from; `why` where it is unknown."""

    measurement: Measurement
    total: str
    exact: Decimal | None
    steps: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    why: str = ""

    @property
    def unknown(self) -> bool:
        """Whether a part of the cost, or all of it, is unknown."""
        return bool(self.why)


def receipt(row: Measurement, write: Formatter) -> Receipt:
    """The cost of a measurement; reads its price, and of that the model and the source."""
    if row.shares_call:
        return Receipt(row, "\N{EM DASH}", None, (_("One call to the provider fed both transports: it is paid once."),))
    if row.price is None:
        return _unknown(row, write, _("The catalogue has no price for this model; choose one to price it as."))
    if not row.usage:
        return _unknown(row, write, _("The stream reported no usage, so that the cost cannot be known."))
    sheet = row.price.sheet
    try:
        cost = price_request(sheet.rates_at(row.at), row.usage, sheet.minimums)
    except PricingError:
        return _unknown(row, write, _("The reported counts contradict each other."))
    steps = (*(_step(line, write) for line in cost.lines if line.quantity), *_sum(cost, write))
    why = "" if cost.complete else _missing(cost)
    total = f"{write.per_mtok(cost.total)} + ?" if why else write.per_mtok(cost.total)
    return Receipt(row, total, None if why else cost.total, steps, tuple(_sources(row, row.price, write)), why)


def _unknown(row: Measurement, write: Formatter, why: str) -> Receipt:
    return Receipt(row, write.unknown, None, why=why)


def _missing(cost: RequestCost) -> str:
    return _("Without a price: %(units)s.") % {"units": ", ".join(map(unit_label, cost.unknown))}


def _step(line: CostLine, write: Formatter) -> str:
    """`Output tokens: 142 × $8.00 ÷ 1,000,000 = $0.001136`."""
    count, per = write.number(line.quantity), write.number(unit_named(line.unit).per)
    price, amount = write.per_mtok(line.price), write.per_mtok(line.amount)
    return f"{unit_label(line.unit)}: {count} × {price} ÷ {per} = {amount}"


def _sum(cost: RequestCost, write: Formatter) -> Iterator[str]:
    parts = [write.per_mtok(line.amount) for line in cost.lines if line.quantity]
    if len(parts) > 1:
        yield f"{' + '.join(parts)} = {write.per_mtok(cost.total)}"


def _source(price: Price) -> str:
    """Who says it; in the reader's language where that is one of our own files."""
    if price.kind == Price.Kind.CATALOGUE:
        return str(price.source)
    return f"{own_words(price.source.name)} {own_words(price.source.version)}".strip()


def _sources(row: Measurement, price: Price, write: Formatter) -> Iterator[tuple[str, str]]:
    model = price.model
    said = {"source": _source(price), "day": write.day(price.checked_on), "model": row.priced_as}
    if row.priced_as != f"{row.provider}/{row.model}":
        yield _("Priced as %(model)s.") % said, ""
    yield _("Price: %(source)s, checked on %(day)s.") % said, ""
    yield row.priced_as, reverse("catalog:model", args=[model.provider.slug, model.model_id])


@dataclass(frozen=True)
class Bill:
    """A line of the receipt: one stream, or several of one model over one transport, summed up."""

    model: str
    transport: str
    count: int
    input_tokens: int | None
    output_tokens: int | None
    receipt: Receipt


def bills(found: Iterable[Measurement], write: Formatter) -> list[Bill]:
    """What streams cost, those of one model over one transport together."""
    groups: dict[tuple[str, str, str], list[Measurement]] = {}
    for row in found:
        groups.setdefault((row.provider, row.model, row.transport), []).append(row)
    return [_bill(rows, write) for rows in groups.values()]


def _bill(rows: list[Measurement], write: Formatter) -> Bill:
    each = [receipt(row, write) for row in rows]
    paid = [one for one in each if not one.measurement.shares_call] or each[:1]
    together = paid[0] if len(paid) == 1 else _together(paid, write)
    sums = (_total(rows, "input_tokens"), _total(rows, "output_tokens"))
    return Bill(rows[0].model, TRANSPORTS[rows[0].transport], len(rows), *sums, together)


def _total(rows: list[Measurement], name: str) -> int | None:
    counts = [row.usage.get(name) for row in rows]
    return None if None in counts else sum(counts)


def _together(each: list[Receipt], write: Formatter) -> Receipt:
    """Costs added up; where one is unknown, what is known and a question mark."""
    known = [one.exact for one in each if one.exact is not None]
    text = write.per_mtok(sum(known, Decimal(0)))
    step = f"{' + '.join(write.per_mtok(amount) for amount in known)} = {text}"
    first = next((one for one in each if not one.unknown), each[0])
    if len(known) == len(each):
        return Receipt(first.measurement, text, sum(known, Decimal(0)), (step,), first.sources)
    why = next(one.why for one in each if one.unknown)
    total = f"{text} + ?" if known else write.unknown
    return Receipt(first.measurement, total, None, (step,) if known else (), first.sources, why)
