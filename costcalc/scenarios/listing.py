"""The list of the same traffic elsewhere as the page shows it: sorted, filtered, in pages, in ready-made cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import Catalogue
from costcalc.formatting import Formatter, formatter_for
from costcalc.scenarios import address, markup
from costcalc.scenarios.editing import Beside, carrying
from costcalc.scenarios.elsewhere import REASONS, SORTS, Elsewhere, elsewhere
from costcalc.scenarios.fields import BY_NAME, SHIFT, TYPED_PRICES
from costcalc.scenarios.findings import model_page
from costcalc.scenarios.kinds import input_name
from costcalc.scenarios.reading import Reading
from costcalc.scenarios.scenario import Result

LONGEST_QUERY = 100
BESIDE_THE_LEDGER = 10
ON_ITS_OWN_PAGE = 50
# Parameters that an address leaves out.
DEFAULTS = {("sort", "cost"), ("q", ""), ("apart", ""), ("page", "1")}


@dataclass(frozen=True)
class Place:
    """A row: a model that could serve, what it costs a month, the difference, and the link that moves there.

    Of a model that is set apart only the first two are said.
    """

    entry: Entry
    window: str
    monthly: str = ""
    difference: str = ""
    direction: str = ""
    move: str = ""
    words: tuple[str, str] = ("", "")

    def __str__(self) -> SafeString:
        """Its cells, safe markup."""
        entry = self.entry
        first = markup.place(model_page(entry), entry.model_id, entry.provider_name, self.window)
        if not self.monthly:
            return first
        return first + markup.cost(self.monthly, self.direction, self.difference, self.move, *self.words)


@dataclass(frozen=True)
class Asked:
    """What is asked of the list besides the scenario: order, words, who was set apart, and which page of it."""

    reading: Reading
    beside: Beside
    sort: str
    q: str
    apart: str
    page: str
    size: int

    @classmethod
    def of(cls, get: QueryDict, reading: Reading, beside: Beside, size: int) -> Asked:
        """Read an address; beside the ledger the list is not filtered. What is not known is the default."""
        return cls(
            reading,
            beside,
            sort if (sort := get.get("sort", "")) in SORTS else "cost",
            get.get("q", "")[:LONGEST_QUERY] if size == ON_ITS_OWN_PAGE else "",
            apart if (apart := get.get("apart", "")) in REASONS else "",
            get.get("page", "1"),
            size,
        )

    @property
    def words(self) -> dict[str, Any]:
        """What the template says of it."""
        shown = {"sort": self.sort, "q": self.q, "apart": self.apart, "why": REASONS.get(self.apart, "")}
        return {**shown, "hidden": markup.hidden(self.pairs), "query": self.query, "elsewhere": self.home}

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The scenario's own part of the address, and what it carries."""
        return [*address.pairs(self.reading.workloads, self.reading.scenario), *self.beside.pairs]

    @cached_property
    def query(self) -> str:
        """The same as a query."""
        return address.joined(self.pairs)

    @cached_property
    def home(self) -> str:
        """Where the list has a page of its own."""
        return reverse("scenarios:elsewhere")

    @cached_property
    def start(self) -> str:
        """Every address of the list begins so."""
        return f"{self.home}?{self.query}"

    def address(self, **changes: str) -> str:
        """This list with something changed; what is the default is left out."""
        parameters = {"sort": self.sort, "q": self.q, "apart": self.apart, **changes}
        changed = address.joined([pair for pair in parameters.items() if pair not in DEFAULTS])
        return f"{self.start}{'&' if self.query and changed else ''}{changed}"

    def page_of(self, rows: int) -> int:
        """The page that is asked for, or the nearest that there is."""
        number = int(self.page) if self.page.isascii() and self.page.isdigit() and len(self.page) < 6 else 1
        return max(1, min(number, -(-rows // self.size)))


def listing(asked: Asked, result: Result, held: Catalogue, write: Formatter) -> dict[str, Any]:
    """What the template `scenarios/elsewhere.html` shows: rows, heads, pages, and who was set apart."""
    found = elsewhere(result.scenario, held)
    positions = found.set_apart(asked.apart, asked.q) if asked.apart else found.serving(asked.sort, asked.q)
    number = asked.page_of(len(positions))
    shown = positions[(number - 1) * asked.size : number * asked.size].tolist()
    able = int(np.count_nonzero(found.able))
    return {
        **_paging(asked, number, len(positions)),
        "rows": _places(found, shown) if asked.apart else _rows(asked, found, result, shown, write),
        "heads": _heads(asked),
        "able": able,
        "able_words": write.number(able),
        "shifted": any(move.moved != move.workload for move in result.moves),
        "reasons": markup.links(
            (asked.address(apart=reason, q=""), f"{write.number(count)}: {REASONS[reason]}")
            for reason, count in found.reasons()
        ),
        **asked.words,
    }


def _paging(asked: Asked, number: int, rows: int) -> dict[str, Any]:
    """Where in the list this page is, and the addresses around it."""
    write, pages, start = formatter_for(), max(1, -(-rows // asked.size)), (number - 1) * asked.size
    return {
        "matching": rows,
        "on_page": asked.size == ON_ITS_OWN_PAGE,
        "number": number,
        "pages": pages,
        "back": asked.address(page=str(number - 1)) if number > 1 else "",
        "onward": asked.address(page=str(number + 1)) if number < pages else "",
        "everything": asked.address(),
        "first": write.number(start + 1),
        "last_row": write.number(min(start + asked.size, rows)),
        "of": write.number(rows),
    }


def _heads(asked: Asked) -> SafeString:
    """The heads by which the list is sorted: a click sorts, another turns it round."""
    columns = (
        (_("Model"), "model", "word"),
        (_("Provider"), "provider", "word aside"),
        (_("Context"), "window", "aside"),
        (_("A month"), "cost", ""),
    )
    by, order = asked.sort.removeprefix("-"), "descending" if asked.sort.startswith("-") else "ascending"
    heads = SafeString("")
    for label, name, css in columns:
        href = asked.address(sort=f"-{name}" if asked.sort == name else name)
        pushes = asked.size == ON_ITS_OWN_PAGE
        heads += markup.head(label, css, order if name == by else "", href, pushes=pushes)
    return heads


def _rows(asked: Asked, found: Elsewhere, result: Result, positions: Sequence[int], write: Formatter) -> list[Place]:
    """Who can serve: what it costs, the difference to the baseline, and a link that makes it the candidate."""
    words, saying = _("move here"), _("Move to %(model)s")
    move, today = _as_candidate(asked), result.estimate.monthly.baseline_cents
    sides = move.count("=%s")
    rows = []
    for place, position in zip(_places(found, positions), positions, strict=True):
        cents, entry = int(found.cents[position]), place.entry
        rows.append(
            Place(
                entry,
                place.window,
                write.cents(cents),
                write.cents_difference(cents - today) if cents != today else "—",
                "plus" if cents > today else "minus" if cents < today else "",
                (move % ((address.quoted(entry.key),) * sides)).rstrip("&"),
                (saying % {"model": entry.model_id}, words),
            )
        )
    return rows


def _places(found: Elsewhere, positions: Sequence[int]) -> list[Place]:
    """The models at these positions, with their context windows."""
    write = formatter_for()
    entries = [found.entries[position] for position in positions]
    return [Place(entry, write.number(entry.context_window)) for entry in entries]


def _as_candidate(asked: Asked) -> str:
    """The address of the scenario with another candidate, up to where the candidate's name goes."""
    others = "".join(f"{input_name(index, 'to')}=%s&" for index in range(len(asked.reading.workloads)))
    kept = [{**values, **_NO_CANDIDATE} for values in asked.reading.workloads]
    query = carrying(address.query(kept, asked.reading.scenario), asked.beside).replace("%", "%%")
    return f"{reverse('scenarios:calculator')}?{query}&{others}".replace("?&", "?")


# What belongs to one candidate only, as it is where there is none.
_NO_CANDIDATE: Mapping[str, Any] = {
    "to": BY_NAME["to"].default,
    **{field.name: field.default for field in (*TYPED_PRICES["to"], *SHIFT)},
}
