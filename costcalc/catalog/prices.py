"""Providers, models and prices. A price is never edited: a later one supersedes it.

Because a price row never changes, a foreign key to it is the snapshot that a saved scenario keeps.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from costcalc.catalog import terms
from costcalc.engine import PriceSheet


class Provider(models.Model):
    """Who sends the bill. `position` keeps the source's order, which decides loose matches."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    api_pattern = models.TextField(blank=True)
    pricing_urls = models.JSONField(default=list)
    description = models.TextField(blank=True)
    comments = models.TextField(blank=True)
    match = models.JSONField(null=True)
    model_match = models.JSONField(null=True)
    fallbacks = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name


class LanguageModel(models.Model):
    """What a provider sells, by the provider's own id."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="models")
    model_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    context_window = models.PositiveBigIntegerField(null=True)
    comments = models.TextField(blank=True)
    deprecated = models.BooleanField(default=False)
    match = models.JSONField(default=dict)
    native = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    shutdown_on = models.DateField(null=True)
    shutdown_note = models.TextField(blank=True)
    shutdown_sources = models.JSONField(default=list)
    # For a vendor's quote: the model it is a quote for, and the price that the vendor compares it with.
    listed_as = models.CharField(max_length=300, blank=True)
    compared_with = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("provider__position", "position", "model_id")
        constraints = (models.UniqueConstraint(fields=("provider", "model_id"), name="one_model_per_id"),)

    def __str__(self) -> str:
        return f"{self.provider.slug}/{self.model_id}"


class PriceSource(models.Model):
    """Where prices came from: a catalogue and its version, or a reviewed file; and the day it was checked.

    The same content checked again on a later day is a row of its own.
    """

    GENAI = "genai-prices"

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    url = models.URLField(blank=True)
    checked_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("name", "version", "digest", "checked_on"), name="one_source_per_check"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @classmethod
    def newest(cls) -> PriceSource | None:
        """The youngest snapshot of genai-prices that was taken in."""
        return cls.objects.filter(name=cls.GENAI).order_by("-checked_on", "-pk").first()


class Price(models.Model):
    """Everything one source says about one model's price: units, tiers, dated steps, hours, variants.

    `terms` is the canonical text of a PriceSheet. `valid_from` is the day from which an undated change
    holds (None: for all time the sheet speaks of). A withdrawn price says that the source dropped the model.
    """

    class Kind(models.TextChoices):
        """What stands behind a price; list and quote are never mixed."""

        CATALOGUE = "catalogue", _("catalogue")
        CORRECTION = "correction", _("correction")
        QUOTE = "quote", _("quote")

    model = models.ForeignKey(LanguageModel, on_delete=models.PROTECT, related_name="prices")
    source = models.ForeignKey(PriceSource, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    revision = models.PositiveIntegerField()
    terms = models.TextField()
    valid_from = models.DateField(null=True)
    checked_on = models.DateField()
    withdrawn = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    urls = models.JSONField(default=list)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("model", "kind", "revision")
        constraints = (
            # Two workers that import at the same moment: one row, one IntegrityError.
            models.UniqueConstraint(fields=("model", "kind", "revision"), name="one_price_per_revision"),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.kind} {self.revision}"

    @cached_property
    def sheet(self) -> PriceSheet:
        """The prices as the engine reads them."""
        return terms.from_text(self.terms)


class CatalogueState(models.Model):
    """The one row that every import moves: its revision tells each worker that its copy is old."""

    revision = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    synced_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"revision {self.revision}"

    @classmethod
    def current_revision(cls) -> int:
        """The revision that the database holds now; 0 before the first import."""
        # Every page asks, and to put the query together costs twenty times as much as to run it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT revision FROM catalog_cataloguestate WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else 0

    def moved(self, fingerprint: str, now: dt.datetime) -> None:
        """Note that the catalogue changed, or was looked at and found unchanged."""
        self.revision += 1
        self.fingerprint = fingerprint
        self.synced_at = now
        self.save()
