"""Saved scenarios and their revisions. A revision is never changed: what it costs, it costs for ever.

A revision keeps the calculator's address, the day of its prices, and which price rows those were; since a
price row is never edited, computing it again gives the same money.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from typing import ClassVar

from django.conf import settings
from django.db import IntegrityError, models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.capability import new_id
from costcalc.accounts.people import User
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog.entries import Entry, PriceRow
from costcalc.catalog.exchange import rates_in
from costcalc.catalog.index import Catalogue
from costcalc.catalog.models import Price
from costcalc.catalog.own import OwnPrice
from costcalc.catalog.own_entries import Lookup, OwnEntry, seen_in
from costcalc.engine import ExchangeRates
from costcalc.folding import folded, sought
from costcalc.scenarios.fields import SIDES
from costcalc.scenarios.findings import full_name
from costcalc.scenarios.kinds import input_name
from costcalc.scenarios.pinned_rates import PinnedRate, pinned_rates, rate_pins
from costcalc.scenarios.reading import Reading, read
from costcalc.scenarios.scenario import Choice, Offer, Result, Scenario

LONGEST_QUERY = 20_000
ARROW = " → "
# What a revision says of itself when nobody said more; stored in one language, shown in the reader's.
REPRICED = "Re-priced."


class StaleError(ValueError):
    """A change decided on a revision that is no longer the current one: somebody was quicker."""


class UnreadableError(ValueError):
    """An address that the calculator cannot read as a whole."""


class SavedScenarioQuerySet(models.QuerySet["SavedScenario"]):
    """Saved scenarios as a list shows them."""

    def of(self, workspace: Workspace) -> SavedScenarioQuerySet:
        """Those of a workspace, latest first."""
        return self.filter(workspace=workspace).order_by("-changed_at", "-pk")

    def matching(self, words: str) -> SavedScenarioQuerySet:
        """Those that contain every word in name, note or the current sides, in any case; accents may be left out."""
        found = self
        for word in folded(words).split():
            found = found.filter(sought__contains=word)
        return found


class SavedScenario(models.Model):
    """A scenario that a workspace keeps. `revision` is the number of the current revision.

    `edition` counts every change, of its name or note or shelf as well: what a change is decided on.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    revision = models.PositiveIntegerField(default=1)
    edition = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    # Name, note and the current sides, as a search compares them.
    sought = models.TextField(default="", editable=False)

    objects: ClassVar = SavedScenarioQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("workspace", "-changed_at")),)

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> str:
        """How the audit log names it."""
        return f"scenario:{self.public_id}"

    @property
    def current(self) -> Revision:
        """The revision that holds now."""
        return self.revisions.get(number=self.revision)

    def find_by(self, sides: str) -> None:
        """Have a search find it by its name, its note and these sides. The caller holds the workspace's lock."""
        self.refresh_from_db(fields=["name", "note"])
        self.sought = sought(self.name, self.note, sides)
        self.save(update_fields=["sought"])

    def advance(self, seen: int, now: dt.datetime) -> None:
        """Move on to the next revision, if `seen` is still the current one. Raises StaleError if it is not."""
        mine = type(self).objects.filter(pk=self.pk, revision=seen)
        if not mine.update(revision=seen + 1, edition=models.F("edition") + 1, changed_at=now):
            raise StaleError(self.public_id)
        self.refresh_from_db(fields=["revision", "edition", "changed_at"])

    def change(self, seen: int, **changes: object) -> None:
        """Change something else than its figures, if `seen` is still the edition. Raises StaleError if it is not."""
        changes["edition"] = seen + 1
        mine = type(self).objects.filter(pk=self.pk, edition=seen)
        # What the audit log calls "before" was read with this row.
        if seen != self.edition or not mine.update(**changes):
            raise StaleError(self.public_id)
        for name, value in changes.items():
            setattr(self, name, value)


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions as lists show them."""

    def standing_in(self, workspace: Workspace) -> RevisionQuerySet:
        """The current one of every scenario of a workspace, what changed last first."""
        current = self.filter(scenario__workspace=workspace, number=models.F("scenario__revision"))
        return current.select_related("scenario", "author").order_by("-scenario__changed_at", "-scenario__pk")


class Revision(models.Model):
    """What a scenario said when it was saved. `saving_cents` is the month's saving then; None where unknown."""

    scenario = models.ForeignKey(SavedScenario, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    query = models.TextField(max_length=LONGEST_QUERY, blank=True)
    day = models.DateField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    sides = models.TextField()
    saving_cents = models.BigIntegerField(null=True)

    objects: ClassVar = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("scenario", "-number")
        constraints = (models.UniqueConstraint(fields=("scenario", "number"), name="one_revision_a_number"),)

    def __str__(self) -> str:
        return f"{self.scenario} {self.number}"

    @property
    def is_current(self) -> bool:
        """Whether no later revision has taken its place."""
        return self.number == self.scenario.revision

    def reading(self, catalogue: Catalogue, own: Lookup | None = None) -> Reading:
        """The calculator's fields as they were saved; own prices as the workspace sees them, or by `own`."""
        return read(QueryDict(self.query), catalogue, own or seen_in(self.scenario.workspace))

    def scenario_of(self, reading: Reading) -> Scenario:
        """The scenario with its prices pinned. Raises UnreadableError where the product no longer reads it."""
        choices = reading.choices
        pinned = {(pin.workload, pin.side): pin for pin in self.pins.all()}
        pins = {place: pin.row_of(choices[pin.input_name]) for place, pin in pinned.items()}
        ends = {place: pin.shutdown_on for place, pin in pinned.items()}
        return replace(built(reading, self.day, self.rates()), pins=pins, ends=ends)

    def rates(self) -> ExchangeRates:
        """The exchange rates that it keeps; of one saved before rates were kept, the workspace's of today."""
        pins = list(self.rate_pins.all())
        return pinned_rates(pins) if pins else rates_in(self.scenario.workspace)

    def computed(self, catalogue: Catalogue) -> Result:
        """The same money as on the day it was saved."""
        return self.again(catalogue).result

    def again(self, catalogue: Catalogue, own: Lookup | None = None) -> Draft:
        """The same once more, of the same day and at the same prices. Raises UnreadableError."""
        reading = self.reading(catalogue, own)
        return Draft(reading, self.scenario_of(reading).computed())


class PinnedPrice(models.Model):
    """The price row that one side of one workload was computed with; none where no price was in force.

    `shutdown_on` is the model's shutdown date as it was known then, so that a later one is news.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="pins")
    workload = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=4)
    model = models.CharField(max_length=300)
    price = models.ForeignKey(Price, null=True, on_delete=models.PROTECT, related_name="+")
    # A workspace that is deleted takes its own prices along, pinned or not.
    own_price = models.ForeignKey(OwnPrice, null=True, on_delete=models.RESTRICT, related_name="+")
    shutdown_on = models.DateField(null=True)

    class Meta:
        ordering = ("revision", "workload", "side")
        constraints = (models.UniqueConstraint(fields=("revision", "workload", "side"), name="one_pin_a_side"),)

    def __str__(self) -> str:
        return f"{self.model} in {self.revision}"

    @property
    def input_name(self) -> str:
        """The calculator's name of this side: `to`, `2.from`."""
        return input_name(self.workload, self.side)

    def row_of(self, choice: Choice) -> PriceRow | None:
        """The pinned row of the entry, whatever has come after it."""
        pinned = self.own_price_id or self.price_id
        if pinned is None or not isinstance(choice, Entry):
            return None
        return next(row for row in choice.prices if row.pk == pinned)


def built(reading: Reading, day: dt.date, rates: ExchangeRates) -> Scenario:
    """The scenario of a reading, at the prices of a day unless it names its own. Raises UnreadableError."""
    scenario = None if reading.strangers else reading.built(day, rates)
    if scenario is None:
        raise UnreadableError(", ".join([*reading.strangers, *reading.errors]))
    return scenario


@dataclass(frozen=True)
class Draft:
    """What somebody wants to save: what was read, its answer, and why."""

    reading: Reading
    result: Result
    comment: str = ""

    @property
    def query(self) -> str:
        """The canonical address."""
        return self.reading.query

    @property
    def fingerprint(self) -> str:
        """What tells it from a draft of other prices or figures: 16 hexadecimal digits."""
        scenario = self.result.scenario
        rates = [str(scenario.rates.rate(one, scenario.day)) for one in sorted(scenario.currencies)]
        rows = [[offer.price.pk if offer.price else None for offer in offers] for offers in self.result.offers]
        lines = [(x.workload, x.unit, x.baseline_cents, x.candidate_cents) for x in self.result.estimate.lines]
        gaps = [(x.side, x.workload, x.unit, x.variant, str(x.share)) for x in self.result.estimate.unknown]
        return hashlib.sha256(json.dumps([rows, lines, gaps, rates]).encode()).hexdigest()[:16]


def draft(workspace: Workspace, query: str, day: dt.date, catalogue: Catalogue, comment: str = "") -> Draft:
    """An address at the prices of a day, unless it names its own; own prices are those of the workspace.

    Raises UnreadableError.
    """
    if len(query) > LONGEST_QUERY:
        raise UnreadableError("too long")
    reading = read(QueryDict(query), catalogue, seen_in(workspace))
    result = built(reading, day, rates_in(workspace)).computed()
    return Draft(reading, result, comment)


def recorded(scenario: SavedScenario, number: int, said: Draft, author: User | None, now: dt.datetime) -> Revision:
    """Add a revision and its pins. Raises StaleError where the number is taken, whoever got past the other guards."""
    answer = said.result.estimate
    revision = Revision(
        scenario=scenario,
        number=number,
        query=said.query,
        day=said.result.scenario.day,
        author=author,
        created_at=now,
        comment=said.comment,
        sides=sides_in_words(said.result),
        saving_cents=answer.monthly.savings_cents if answer.complete else None,
    )
    try:
        revision.save(force_insert=True)
    except IntegrityError as error:
        raise StaleError(scenario.public_id) from error
    PinnedPrice.objects.bulk_create(_pins(revision, said.result))
    PinnedRate.objects.bulk_create(rate_pins(revision, said.result.scenario))
    scenario.find_by(revision.sides)
    return revision


def sides_in_words(result: Result) -> str:
    """Both sides of every workload, each pair once: `openai/gpt-4.1 → google/gemini-2.5-flash`."""
    pairs = dict.fromkeys(ARROW.join(_side(offer) for offer in offers) for offers in result.offers)
    return ", ".join(pairs)


def _side(offer: Offer) -> str:
    return full_name(offer.entry) if offer.entry else offer.seller or "…"


def _pins(revision: Revision, result: Result) -> list[PinnedPrice]:
    return [
        _pin(revision, index, side, offer.entry, offer.price)
        for index, offers in enumerate(result.offers)
        for side, offer in zip(SIDES, offers, strict=True)
        if offer.entry is not None
    ]


def _pin(revision: Revision, workload: int, side: str, entry: Entry, row: PriceRow | None) -> PinnedPrice:
    pin = PinnedPrice(revision=revision, workload=workload, side=side, model=entry.key, shutdown_on=entry.shutdown_on)
    if row is not None:
        setattr(pin, "own_price_id" if isinstance(entry, OwnEntry) else "price_id", row.pk)
    return pin
