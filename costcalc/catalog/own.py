"""A workspace's own prices: negotiated ones and quotes. They never enter the catalogue or its rankings.

A price is appended to, never edited: a change is a new row that supersedes what was said of the days from
its first one on. The row that decides for a day is the newest that begins by then; where that one has
ended, the price is unknown again. A saved scenario pins a row.

A price in another currency is kept as it was said, with the exchange rate's row by which it is dollars for good.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import capability
from costcalc.accounts.appended import AppendOnly
from costcalc.accounts.audit import Acting
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog import terms
from costcalc.catalog.exchange_rates import ExchangeRate
from costcalc.engine import CONTEXTS, USD, PriceSheet, Rates, Step, Variant, sheet_in_dollars

LONGEST_NAME, LONGEST_SOURCE, LONGEST_URL, LONGEST_NOTE = 80, 200, 500, 2000
MOST_PRICES = 1000
STANDARD = "standard"
# What a workload can ask for.
VARIANTS = tuple(CONTEXTS)


class StaleError(ValueError):
    """A change to a price that somebody else has changed meanwhile; `current` is how it stands now."""

    def __init__(self, current: OwnPrice) -> None:
        super().__init__(current.public_id)
        self.current = current


class TooManyError(ValueError):
    """More prices than a workspace may hold."""


class Kind(models.TextChoices):
    """What stands behind an own price."""

    NEGOTIATED = "negotiated", _("negotiated price")
    QUOTE = "quote", _("quote")


@dataclass(frozen=True)
class OwnTerms:
    """What is said of a price. `starts_on` and `ends_on` are its first and last day, None for no bound.

    `sheet` is in `currency`; in another than US dollars `rate` is the row by which it is converted.
    """

    name: str
    kind: Kind
    sheet: PriceSheet
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    source: str = ""
    source_url: str = ""
    note: str = ""
    currency: str = USD
    rate: ExchangeRate | None = None

    def __post_init__(self) -> None:
        if (self.rate.currency if self.rate else USD) != self.currency:
            raise ValueError(f"a price in {self.currency} has a rate of {self.currency}")

    def stored(self) -> dict[str, Any]:
        """The columns of a row."""
        return {
            "name": self.name,
            "kind": str(self.kind),
            "terms": terms.to_text(self.sheet),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "source": self.source,
            "source_url": self.source_url,
            "note": self.note,
            "currency": self.currency,
            "rate": self.rate,
        }

    def audited(self) -> dict[str, Any]:
        """What the audit log keeps: dollars as they always were, another currency with its rate in the prices."""
        said = {name: value for name, value in self.stored().items() if name not in {"currency", "rate"}}
        if self.rate is not None:
            converted = {"currency": self.currency, "per_dollar": self.rate.per_dollar}
            said["terms"] = json.dumps({**json.loads(said["terms"]), **converted}, sort_keys=True)
        return said


def sheet_of(rates: Mapping[str, Rates]) -> PriceSheet:
    """The sheet of prices by variant (`standard`, `batch`, …), the same on every day and hour."""
    variants = [Variant(CONTEXTS[name], dict(rates[name])) for name in VARIANTS if name != STANDARD and rates.get(name)]
    return PriceSheet((Step(dict(rates.get(STANDARD, {}))),), tuple(variants))


class OwnPriceQuerySet(models.QuerySet["OwnPrice"]):
    """Rows of own prices."""

    def current(self) -> OwnPriceQuerySet:
        """The newest row of each price."""
        newer = OwnPrice.objects.filter(
            public_id=models.OuterRef("public_id"), revision__gt=models.OuterRef("revision")
        )
        return self.filter(~models.Exists(newer)).select_related("rate")

    def offered(self) -> OwnPriceQuerySet:
        """Current rows that are not archived, by name."""
        return self.current().filter(archived=False).order_by("name", "public_id")

    def standing(self, workspace: Workspace, public_id: str) -> OwnPrice | None:
        """How a price of this workspace stands now."""
        return self.current().filter(workspace=workspace, public_id=public_id).first()


class OwnPrice(AppendOnly):
    """One row of one price: what a revision says. `public_id` names the price and is shared by its rows."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=12, default=capability.new_id, editable=False, db_index=True)
    revision = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=LONGEST_SOURCE, blank=True)
    source_url = models.CharField(_("address of the source"), max_length=LONGEST_URL, blank=True)
    note = models.TextField(_("note"), blank=True)
    terms = models.TextField()
    currency = models.CharField(_("currency"), max_length=3, default=USD)
    # A workspace that is deleted takes its own rates along, used or not.
    rate = models.ForeignKey(ExchangeRate, null=True, on_delete=models.RESTRICT, related_name="+")
    archived = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OwnPriceQuerySet.as_manager()

    class Meta:
        ordering = ("workspace", "public_id", "revision")
        constraints = (
            # Two changes to the same revision: one row, one IntegrityError.
            models.UniqueConstraint(fields=("public_id", "revision"), name="one_own_price_per_revision"),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.revision}"

    @cached_property
    def typed(self) -> PriceSheet:
        """The prices as they were said, in the row's currency."""
        return terms.from_text(self.terms)

    @cached_property
    def sheet(self) -> PriceSheet:
        """The prices as the engine reads them, in US dollars."""
        return self.typed if self.rate is None else sheet_in_dollars(self.typed, self.rate.ratio)

    @property
    def address(self) -> str:
        """How it goes in a calculator's address."""
        return f"own:{self.public_id}"

    @property
    def said(self) -> OwnTerms:
        """What this row says."""
        return OwnTerms(
            self.name,
            Kind(self.kind),
            self.typed,
            self.starts_on,
            self.ends_on,
            self.source,
            self.source_url,
            self.note,
            self.currency,
            self.rate,
        )

    @property
    def rates(self) -> dict[str, Rates]:
        """Prices by variant, as `sheet_of` reads them, in the row's currency."""
        named = {tuple(context.items()): name for name, context in CONTEXTS.items()}
        variants = {named[tuple(part.context.items())]: part.rates for part in self.typed.variants}
        return {STANDARD: self.typed.steps[0].rates, **variants}

    def history(self) -> models.QuerySet[OwnPrice]:
        """All rows of this price, the newest first."""
        return OwnPrice.objects.filter(public_id=self.public_id).select_related("author", "rate").order_by("-revision")

    def superseded(self, act: Acting, said: OwnTerms, author: User) -> OwnPrice:
        """Append a row that says something else. Raises StaleError where this row is no longer the newest."""
        if said == self.said and not self.archived:
            return self._still_newest()
        return self._followed(act, "own_price.superseded", author, **said.stored(), archived=False)

    def moved_to_archive(self, act: Acting, author: User, *, archived: bool = True) -> OwnPrice:
        """Append a row that no longer offers the price, or offers it again. Raises StaleError."""
        if archived == self.archived:
            return self._still_newest()
        action = "own_price.archived" if archived else "own_price.restored"
        return self._followed(act, action, author, **self.said.stored(), archived=archived)

    def _still_newest(self) -> OwnPrice:
        newest = OwnPrice.objects.current().get(public_id=self.public_id)
        if newest.revision != self.revision:
            raise StaleError(newest)
        return self

    def _followed(self, act: Acting, action: str, author: User, **columns: Any) -> OwnPrice:
        self._still_newest()
        row = OwnPrice.objects.create(
            workspace=act.workspace, public_id=self.public_id, revision=self.revision + 1, author=author, **columns
        )
        act.note(action, f"own_price:{self.public_id}", self.audited(), row.audited())
        return row

    def audited(self) -> dict[str, Any]:
        """What the audit log keeps of a row."""
        return {**self.said.audited(), "revision": self.revision, "archived": self.archived}


def add(act: Acting, said: OwnTerms, author: User) -> OwnPrice:
    """A new price of the workspace. Raises TooManyError."""
    if OwnPrice.objects.current().filter(workspace=act.workspace).count() >= MOST_PRICES:
        raise TooManyError(act.workspace.public_id)
    row = OwnPrice.objects.create(workspace=act.workspace, revision=1, author=author, **said.stored())
    act.note("own_price.added", f"own_price:{row.public_id}", None, row.audited())
    return row
