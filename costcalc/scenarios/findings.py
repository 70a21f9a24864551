"""What a reader must know beside the figures: shutdowns, tiers, quotes, gaps, doubts. Each with its arithmetic.

A finding has a code for programs, and a lead and a sentence for people in the active language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.catalog.labels import unit_label, variant_label
from costcalc.catalog.own_entries import OwnEntry
from costcalc.engine import (
    Charge,
    Move,
    Rates,
    Unpriced,
    Workload,
    dollars,
    estimate,
)
from costcalc.formatting import Formatter
from costcalc.scenarios.claims.address import claim_address
from costcalc.scenarios.scenario import Offer, Result, listed

OLD_AFTER = dt.timedelta(days=45)
YEAR = dt.timedelta(days=365)
SIDES = ("baseline", "candidate")
# Parts that are often priced apart, so that paying the whole's price is worth a note.
PARTS = ("cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok", "output_reasoning_mtok")


@dataclass(frozen=True)
class Finding:
    """One thing to know. `side` and `workload` say where, if at one place; `grave` marks what decides the matter."""

    code: str
    lead: str
    sentence: str = ""
    side: str | None = None
    workload: int | None = None
    grave: bool = False
    href: str = ""
    link: str = ""

    @property
    def detail(self) -> str:
        """Lead and sentence as one text."""
        return f"{self.lead} {self.sentence}".strip()


@dataclass(frozen=True)
class _Place:
    """One side of one workload."""

    index: int
    side: str
    offer: Offer
    workload: Workload
    charges: tuple[Charge, ...]


class Findings:
    """Everything to know about one result."""

    def __init__(self, result: Result, catalogue: Catalogue, write: Formatter, today: dt.date) -> None:
        self.result = result
        self.catalogue = catalogue
        self.write = write
        self.day = result.scenario.day
        self.today = today

    def all(self) -> list[Finding]:
        """Every finding once, for a reader; what decides the matter first."""
        once = {(finding.code, finding.lead, finding.sentence): finding for finding in self.everywhere()}
        return sorted(once.values(), key=lambda finding: not finding.grave)

    def everywhere(self) -> list[Finding]:
        """Every finding at every place where it holds, for a program."""
        found = [*self._gaps(), *self._old_catalogue()]
        for place in self._places():
            for check in (self._shutdown, self._gone, self._quote, self._window, self._tier, self._parts):
                found += check(place)
            for check in (self._hours, self._disagreement, self._ahead, self._deprecated):
                found += check(place)
        return found

    def _places(self) -> Iterator[_Place]:
        for index, (move, offers) in enumerate(zip(self.result.moves, self.result.offers, strict=True)):
            for side, offer in zip(SIDES, offers, strict=True):
                lines = [line for line in self.result.estimate.lines if line.workload == index]
                charges = [line.baseline if side == "baseline" else line.candidate for line in lines]
                workload = move.workload if side == "baseline" else move.moved
                yield _Place(index, side, offer, workload, tuple(c for c in charges if c is not None))

    def _gaps(self) -> Iterator[Finding]:
        for gap in self.result.estimate.unknown:
            before, after = self.result.offers[gap.workload]
            offer = before if gap.side == "baseline" else after
            yield Finding("unknown_price", *self._gap_words(gap, offer), gap.side, gap.workload, grave=True)

    def _gap_words(self, gap: Unpriced, offer: Offer) -> tuple[str, str]:
        words = {"unit": unit_label(gap.unit), "seller": seller(offer), "variant": variant_label(gap.variant)}
        if gap.variant != "standard":
            lead = _("%(seller)s: no %(variant)s price is known for this: %(unit)s.") % words
        elif offer.entry is None:
            lead = _("You have not typed a price for this: %(unit)s.") % words
        else:
            lead = _("%(seller)s: no price is known for this: %(unit)s.") % words
        if gap.share == 1:
            return lead, _("The total leaves it out.")
        share = self.write.percent(Decimal(gap.share.numerator) / gap.share.denominator)
        return lead, _("The total leaves out %(share)s of it.") % {"share": share}

    def _old_catalogue(self) -> Iterator[Finding]:
        checked = self.catalogue.checked_on
        if checked is not None and self.today - checked > OLD_AFTER:
            age = self.write.age(checked, self.today)
            yield Finding(
                "old_catalogue",
                _("The catalogue of prices was checked %(age)s.") % {"age": age},
                _("Prices may have changed since."),
            )

    def _shutdown(self, place: _Place) -> Iterator[Finding]:
        entry = place.offer.entry
        if entry is None or entry.shutdown_on is None:
            return
        words = {"model": entry.model_id, "seller": entry.provider_name, "day": self.write.day(entry.shutdown_on)}
        ended = entry.is_shut_down(self.day)
        if entry.is_shut_down(self.today):
            lead, rest = _("%(model)s shut down at %(seller)s on %(day)s."), _("It can no longer be bought there.")
        elif ended:
            lead, rest = _("%(model)s will have shut down at %(seller)s by then, on %(day)s."), ""
        else:
            lead = _("%(model)s shuts down at %(seller)s on %(day)s.")
            rest = _("These figures do not stop at that day.")
        yield self._about("shutdown", lead % words, rest, place, entry, grave=ended and place.side == "candidate")

    def _gone(self, place: _Place) -> Iterator[Finding]:
        entry = place.offer.entry
        if isinstance(entry, OwnEntry):
            yield from self._own_without_price(place, entry)
        elif entry is not None and entry.prices and place.offer.price is None:
            lead = _("%(model)s is no longer in the catalogue.") % {"model": entry.key}
            yield self._about("gone", lead, "", place, entry, grave=place.side == "candidate")

    def _own_without_price(self, place: _Place, entry: OwnEntry) -> Iterator[Finding]:
        """Who may not see an own price learns no more than that: it may as well not exist."""
        if place.offer.price is not None:
            return
        code = "own_price_not_in_force" if entry.is_visible else "own_price_not_visible"
        sentence = "" if entry.is_visible else _("Sign in as a member of the workspace that it belongs to.")
        yield Finding(code, no_price(entry), sentence, place.side, place.index, True, model_page(entry))

    def _quote(self, place: _Place) -> Iterator[Finding]:
        entry = place.offer.entry
        if entry is None or not entry.is_quote:
            return
        yield from self._quote_is_not_list(place, entry)
        if place.side == "candidate":
            yield from self._compared_price(place, entry)

    def _quote_is_not_list(self, place: _Place, entry: Entry) -> Iterator[Finding]:
        list_entry = listed(self.catalogue, entry)
        if list_entry is None or list_entry.is_shut_down(self.day):
            return
        ours, theirs = list_entry.sheet_on(self.day).rates_on(self.day), place.offer.sheet.rates_on(self.day)
        if ours and theirs and ours[0][1] != theirs[0][1]:
            words = {
                "quote": self.prices(theirs[0][1]),
                "seller": list_entry.provider_name,
                "model": list_entry.model_id,
                "list": self.prices(ours[0][1]),
            }
            side = _("Candidate") if place.side == "candidate" else _("Baseline")
            lead = _("%(side)s: the price of %(model)s is a vendor’s quote, not a list price.") % {
                "side": side,
                "model": entry.model_id,
            }
            rest = _("The quote is %(quote)s; %(seller)s lists %(model)s at %(list)s.") % words
            yield self._about("quote_not_list", lead, rest, place, list_entry)

    def _compared_price(self, place: _Place, entry: Entry) -> Iterator[Finding]:
        """What the saving would read against the price that the vendor compares its offer with."""
        other = self.catalogue.by_key.get(entry.compared_with)
        if other is None:
            return
        move = self.result.moves[place.index]
        claimed = estimate(
            [Move(move.workload, other.sheet_on(self.day), move.candidate, move.shift)],
            self.result.scenario.day_count,
            self.result.scenario.at,
        ).monthly
        if claimed.savings_cents <= 0:
            return
        offer, baseline = (one.sheet_on(self.day).rates_on(self.day)[0][1] for one in (entry, other))
        words = {
            "price": self.prices(baseline),
            "saving": self.write.short_money(dollars(claimed.savings_cents)),
        }
        lead = _("The offer’s “original price” is not a list price.")
        rest = _("It compares with %(price)s. Against that the saving would read %(saving)s a month.") % words
        href = claim_address(entry.listed_as, offer, baseline, move.workload)
        yield Finding("inflated_baseline", lead, rest, place.side, place.index, False, href, _("Check this claim"))

    def _window(self, place: _Place) -> Iterator[Finding]:
        entry, tokens = place.offer.entry, place.workload.input_tokens + place.workload.output_tokens
        if entry is not None and entry.context_window is not None and tokens > entry.context_window:
            words = {
                "model": entry.model_id,
                "window": self.write.number(entry.context_window),
                "tokens": self.write.number(tokens),
            }
            lead = _("A request does not fit %(model)s.") % words
            rest = _("It needs %(tokens)s tokens of context; the window holds %(window)s.") % words
            yield self._about("context_window", lead, rest, place, entry, grave=True)

    def _tier(self, place: _Place) -> Iterator[Finding]:
        crossed = {part.tier_above for charge in place.charges for part in charge.parts} - {None}
        for above in sorted(tier for tier in crossed if tier is not None):
            words = {"seller": seller(place.offer), "tokens": self.write.number(above)}
            lead = _("Requests above %(tokens)s input tokens pay a higher tier at %(seller)s.") % words
            rest = _("Above the threshold the whole request is billed at that tier, not only what is above.")
            yield Finding("tier", lead, rest, place.side, place.index)

    def _parts(self, place: _Place) -> Iterator[Finding]:
        for charge in place.charges:
            others = {part.billed_as for part in charge.parts if part.billed_as not in (None, charge.unit)}
            if charge.unit in PARTS and others:
                words = {"unit": unit_label(charge.unit), "seller": seller(place.offer)}
                lead = _("%(seller)s has no separate price for this: %(unit)s.") % words
                paid = ", ".join(unit_label(name) for name in sorted(filter(None, others)))
                rest = _("It is billed as: %(paid)s.") % {"paid": paid}
                yield Finding("billed_as_whole", lead, rest, place.side, place.index)

    def _hours(self, place: _Place) -> Iterator[Finding]:
        if any(part.hours != 1 for charge in place.charges for part in charge.parts):
            lead = _("%(seller)s prices by the hour of the day.") % {"seller": seller(place.offer)}
            rest = _("The figures assume the same traffic at every hour (UTC).")
            yield Finding("hours", lead, rest, place.side, place.index)

    def _disagreement(self, place: _Place) -> Iterator[Finding]:
        entry, chosen = place.offer.entry, place.offer.price
        if entry is None or chosen is None:
            return
        for row in entry.disagreeing_on(self.day):
            words = {
                "model": entry.key,
                "ours": chosen.source,
                "used": self._first(place.offer.sheet.rates_on(self.day)),
                "other": row.source,
                "said": self._first(row.sheet.rates_on(self.day)),
            }
            lead = _("Sources disagree on %(model)s.") % words
            rest = _("%(ours)s says %(used)s, and that is used; %(other)s says %(said)s.") % words
            yield self._about("sources_disagree", lead, rest, place, entry)

    def _ahead(self, place: _Place) -> Iterator[Finding]:
        coming = [day for day in place.offer.sheet.changes_after(self.day) if day - self.day <= YEAR]
        for day in coming[:1]:
            words = {"seller": seller(place.offer), "day": self.write.day(day)}
            lead = _("The price at %(seller)s changes on %(day)s.") % words
            rest = _("These figures use the prices of %(today)s for all twelve months.") % {
                "today": self.write.day(self.day)
            }
            yield Finding("price_change_ahead", lead, rest, place.side, place.index)

    def _deprecated(self, place: _Place) -> Iterator[Finding]:
        entry = place.offer.entry
        if entry is not None and entry.deprecated and not entry.is_shut_down(self.day):
            words = {"seller": entry.provider_name, "model": entry.model_id}
            lead = _("%(seller)s has deprecated %(model)s.") % words
            yield Finding("deprecated", lead, _("It still works, but plan its replacement."), place.side, place.index)

    def _about(
        self, code: str, lead: str, sentence: str, place: _Place, entry: Entry, *, grave: bool = False
    ) -> Finding:
        """A finding at a place, with the model that it is about as its link."""
        return Finding(code, lead, sentence, place.side, place.index, grave, model_page(entry), entry.key)

    def _first(self, weighted: tuple[tuple[object, Rates], ...]) -> str:
        return self.prices(weighted[0][1]) if weighted else self.write.unknown

    def prices(self, rates: Rates) -> str:
        """Input and output prices in words: `$2.00 in, $8.00 out`."""
        return price_words(rates, self.write)


def price_words(rates: Rates, write: Formatter) -> str:
    """Input and output prices per MTok in words: `$2.00 in, $8.00 out`, `$8.00 flat`."""
    before, after = rates.get("input_mtok"), rates.get("output_mtok")
    if before is None and after is None:
        return _("price unknown")
    words = {
        "input": write.per_mtok(before.base if before else None),
        "output": write.per_mtok(after.base if after else None),
    }
    if before == after:
        return _("%(input)s flat") % words
    return _("%(input)s in, %(output)s out") % words


def seller(offer: Offer) -> str:
    """Who sells, for a sentence."""
    return offer.seller or _("the typed prices")


def full_name(entry: Entry) -> str:
    """What an entry is called among those of other sellers: `openai/gpt-4.1`, or an own price's name."""
    return entry.name if isinstance(entry, OwnEntry) else entry.key


def no_price(entry: Entry) -> str:
    """Why there is no price of this entry."""
    if not isinstance(entry, OwnEntry):
        return _("The catalogue has no price for that day.")
    if not entry.is_visible:
        return _("You may not see this price, so it is unknown.")
    return _("%(name)s is not in force on that day.") % {"name": entry.name}


def model_page(entry: Entry) -> str:
    """The address of a model's page; none for an own price that the reader may not see."""
    if isinstance(entry, OwnEntry):
        return reverse("own_prices:price", args=[entry.workspace, entry.model_id]) if entry.workspace else ""
    return _model_page(entry.provider, entry.model_id)


@lru_cache(maxsize=8192)
def _model_page(provider: str, model_id: str) -> str:
    return reverse("catalog:model", args=[provider, model_id])
