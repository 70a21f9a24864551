"""Exchange rates as rows: the product's own bundled ones, and those that a workspace records for itself.

A rate is appended to, never edited: a later row of the same day corrects the one before it, and a row of a
later day supersedes it from that day on. Because a row never changes, a foreign key to it is the snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from costcalc.accounts import capability
from costcalc.accounts.appended import AppendOnly
from costcalc.accounts.audit import Acting
from costcalc.accounts.people import User
from costcalc.accounts.rooms import File
from costcalc.accounts.workspaces import Workspace
from costcalc.digits import canonical
from costcalc.engine import ExchangeRate as EngineRate
from costcalc.engine import ExchangeRates
from costcalc.wire.files import json_pieces

LONGEST_SOURCE, LONGEST_URL, LONGEST_RATE = 200, 500, 80
MOST_RATES = 1000
# What a typed rate may be: units of the currency that one US dollar buys.
LEAST, HIGHEST, PLACES = Decimal("0.000001"), Decimal(10) ** 9, 12


@dataclass(frozen=True, slots=True)
class KnownRate(EngineRate):
    """A rate as the engine converts with it, and the row that says it."""

    pk: int = 0
    own: bool = False


class TooManyRatesError(ValueError):
    """More rates than a workspace may hold."""


@dataclass(frozen=True)
class SaidRate:
    """What somebody says of a rate: so many units of the currency buy a US dollar, from this day on."""

    currency: str
    per_dollar: Decimal
    starts_on: dt.date
    source: str
    source_url: str = ""

    def stored(self) -> dict[str, Any]:
        """The columns of a row."""
        return {**vars(self), "per_dollar": canonical(self.per_dollar)}


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    """Rows of rates; in the order in which they were recorded, so that of one day the last one holds."""

    def bundled(self) -> ExchangeRateQuerySet:
        """The product's own."""
        return self.filter(workspace=None).order_by("starts_on", "pk")

    def of(self, workspace: Workspace) -> ExchangeRateQuerySet:
        """Those of a workspace."""
        return self.filter(workspace=workspace).order_by("starts_on", "pk")


class ExchangeRate(AppendOnly):
    """How many units of a currency (ISO 4217) one US dollar buys, from a day on, and who says so.

    `per_dollar` is exact text: a decimal number, or a ratio (`729283/103761`) where no decimal is exact.
    Without a workspace it is bundled, and everybody's.
    """

    workspace = models.ForeignKey(Workspace, null=True, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=12, unique=True, default=capability.new_id, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    per_dollar = models.CharField(_("units per US dollar"), max_length=LONGEST_RATE)
    starts_on = models.DateField(_("first day"))
    source = models.CharField(_("source"), max_length=LONGEST_SOURCE)
    source_url = models.CharField(_("address of the source"), max_length=LONGEST_URL, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ExchangeRateQuerySet.as_manager()

    class Meta:
        ordering = ("currency", "starts_on", "pk")
        indexes = (models.Index(fields=("workspace", "starts_on")),)

    def __str__(self) -> str:
        return f"{self.per_dollar} {self.currency} from {self.starts_on}"

    @property
    def ratio(self) -> Fraction:
        """Units of the currency per US dollar, exactly."""
        return Fraction(self.per_dollar)

    @property
    def known(self) -> KnownRate:
        """As the engine takes it."""
        own = self.workspace_id is not None
        return KnownRate(self.currency, self.ratio, self.starts_on, self.source, self.source_url, pk=self.pk, own=own)

    def audited(self) -> dict[str, Any]:
        """What the audit log keeps of a row."""
        return {name: getattr(self, name) for name in SAID}


SAID = ("currency", "per_dollar", "starts_on", "source", "source_url")


def known_rates(rows: Iterable[ExchangeRate]) -> ExchangeRates:
    """Rows as the engine converts with them."""
    return ExchangeRates(tuple(row.known for row in rows))


def exact_text(ratio: Fraction) -> str:
    """A rate as it is stored: its decimal number where that ends, else the ratio itself."""
    rest = ratio.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    if rest != 1:
        return f"{ratio.numerator}/{ratio.denominator}"
    return canonical(Decimal(ratio.numerator) / ratio.denominator)


def record(act: Acting, said: SaidRate, author: User) -> tuple[ExchangeRate, bool]:
    """Have the workspace say a rate; and whether that is a new row: said again, it is the one that stands.

    Raises TooManyRatesError.
    """
    held = ExchangeRate.objects.of(act.workspace)
    newest = held.filter(currency=said.currency, starts_on=said.starts_on).last()
    if newest is not None and newest.audited() == said.stored():
        return newest, False
    if held.count() >= MOST_RATES:
        raise TooManyRatesError(act.workspace.public_id)
    row = ExchangeRate.objects.create(workspace=act.workspace, author=author, **said.stored())
    before = newest.audited() if newest else None
    act.note("exchange_rate.recorded", f"exchange_rate:{row.public_id}", before, row.audited())
    return row, True


def exported(workspace: Workspace) -> Iterator[File]:
    """The workspace's part of its archive: every rate that it ever recorded."""
    yield "exchange_rates.json", json_pieces(map(_told, ExchangeRate.objects.of(workspace).iterator(chunk_size=500)))


def own_data(user: User) -> Iterator[dict[str, Any]]:
    """The rates that a person recorded in workspaces that they are in."""
    rows = ExchangeRate.objects.filter(author=user, workspace__in=Workspace.objects.of(user)).order_by("pk")
    for row in rows.select_related("workspace").iterator(chunk_size=500):
        yield {"workspace": row.workspace.public_id if row.workspace else None, **_told(row)}


def _told(row: ExchangeRate) -> dict[str, Any]:
    return {"id": row.public_id, "recorded_at": row.recorded_at, **row.audited()}
