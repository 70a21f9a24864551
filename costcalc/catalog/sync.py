"""Brings the catalogue up to date with its sources. It only ever appends prices, and says what it did."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_noop

from costcalc.catalog import genai, reviewed, terms
from costcalc.catalog.exchange_rates import ExchangeRate, exact_text
from costcalc.catalog.models import CatalogueState, LanguageModel, Price, PriceSource, Provider
from costcalc.engine import PriceSheet

CHUNK = 1000
OURS = gettext_noop("costcalc corrections")
MODEL_FIELDS = ("name", "description", "context_window", "comments", "deprecated", "match", "native", "position")
PROVIDER_FIELDS = (
    "name",
    "api_pattern",
    "pricing_urls",
    "description",
    "comments",
    "match",
    "model_match",
    "fallbacks",
    "position",
)


class SyncError(ValueError):
    """A source that contradicts the catalogue, such as a correction of a model that does not exist."""


@dataclass
class Report:
    """What an import did, by `provider/model`; `checked` where a source was read for the first time that day."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    rates: list[str] = field(default_factory=list)
    providers: int = 0
    models: int = 0
    older: bool = False
    checked: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the catalogue already said all of it."""
        return not (self.new or self.changed or self.gone or self.described or self.rates)


@dataclass(frozen=True)
class Said:
    """What a source says about one model's price."""

    sheet: PriceSheet
    source: PriceSource
    checked_on: dt.date
    note: str = ""
    urls: tuple[str, ...] = ()


def fingerprint_of_bundle() -> str:
    """A fingerprint of what a plain import would read: the package's version and the reviewed files."""
    return hashlib.sha256(f"{genai.bundled_version()} {reviewed.digest()}".encode()).hexdigest()


def is_up_to_date() -> bool:
    """Whether a plain import has nothing to do; cheap, so that a start can ask."""
    return CatalogueState.objects.filter(pk=1, fingerprint=fingerprint_of_bundle()).exists()


def sync(snapshot: genai.Snapshot, checked_on: dt.date, now: dt.datetime) -> Report:
    """Take in a snapshot and the reviewed files. All of it or nothing; safe beside another import."""
    with transaction.atomic():
        # The lock: of two imports at the same moment, the second waits and then finds nothing to do.
        state, _ = CatalogueState.objects.select_for_update().get_or_create(pk=1)
        report = _Import(now).run(snapshot, checked_on)
        fingerprint = fingerprint_of_bundle()
        if report.checked or not report.nothing or state.fingerprint != fingerprint:
            state.moved(fingerprint, now)
    return report


class _Import:
    """One import: the rows that exist, and the rows to add."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.report = Report()
        self.providers = {row.slug: row for row in Provider.objects.all()}
        self.models = {str(row): row for row in LanguageModel.objects.select_related("provider")}
        self.latest = {(row.model_id, row.kind): row for row in Price.objects.order_by("revision")}

    def run(self, snapshot: genai.Snapshot, checked_on: dt.date) -> Report:
        known = PriceSource.newest()
        self.report.older = known is not None and known.checked_on > checked_on
        if not self.report.older:
            self._take_catalogue(snapshot, checked_on)
        self._take_corrections()
        self._take_quotes()
        self._take_shutdowns()
        self._take_rates()
        self.report.providers = len(self.providers)
        self.report.models = len(self.models)
        return self.report

    def _take_catalogue(self, snapshot: genai.Snapshot, checked_on: dt.date) -> None:
        source = self._source(PriceSource.GENAI, snapshot.version, snapshot.digest, checked_on, genai.HOMEPAGE)
        self._describe(snapshot)
        said = {
            f"{provider.slug}/{model.model_id}": Said(model.sheet, source, checked_on, urls=provider.pricing_urls)
            for provider in snapshot.providers
            for model in provider.models
        }
        self._append(Price.Kind.CATALOGUE, said)
        self._withdraw(Price.Kind.CATALOGUE, set(said), source, checked_on)

    def _take_corrections(self) -> None:
        entries = reviewed.corrections()
        day = max(entry.checked_on for entry in entries)
        source = self._source(OURS, str(day), reviewed.digest(), day)
        said = {
            f"{entry.provider}/{entry.model_id}": Said(entry.sheet, source, entry.checked_on, entry.note, entry.sources)
            for entry in entries
        }
        self._must_exist(said, "correction")
        self._append(Price.Kind.CORRECTION, said)
        self._withdraw(Price.Kind.CORRECTION, set(said), source, day)

    def _take_quotes(self) -> None:
        read = reviewed.quote_source()
        source = self._source(read.name, read.version, reviewed.digest(), read.checked_on)
        vendors = {vendor.slug: vendor for vendor in reviewed.quote_providers()}
        for position, vendor in enumerate(vendors.values()):
            fields = {"name": vendor.name, "description": vendor.description, "position": 10_000 + position}
            self._put_provider(vendor.slug, fields)
        for position, quote in enumerate(reviewed.quotes()):
            row = self._put_model(quote.provider, quote.model_id, {"name": quote.name, "position": position})
            self._set(row, {"listed_as": quote.listed_as, "compared_with": quote.compared_with})
        said = {
            f"{quote.provider}/{quote.model_id}": Said(quote.sheet, source, read.checked_on, read.note)
            for quote in reviewed.quotes()
        }
        self._append(Price.Kind.QUOTE, said)
        self._withdraw(Price.Kind.QUOTE, set(said), source, read.checked_on)

    def _take_shutdowns(self) -> None:
        known = {f"{entry.provider}/{entry.model_id}": entry for entry in reviewed.shutdowns()}
        self._must_exist(known, "shutdown")
        for key, row in self.models.items():
            entry = known.get(key)
            fields: dict[str, object] = {
                "shutdown_on": entry.on if entry else None,
                "shutdown_note": entry.note if entry else "",
                "shutdown_sources": list(entry.sources) if entry else [],
            }
            if self._set(row, fields):
                self.report.described.append(key)

    def _take_rates(self) -> None:
        """Append what the file says of a currency's day, unless that is what was said of it last."""
        held = {(row.currency, row.starts_on): row for row in ExchangeRate.objects.bundled()}
        for rate in reviewed.exchange_rates():
            said = (exact_text(rate.per_dollar), rate.source, rate.url)
            last = held.get((rate.currency, rate.on))
            if last is not None and said == (last.per_dollar, last.source, last.source_url):
                continue
            words = dict(zip(("per_dollar", "source", "source_url"), said, strict=True))
            row = ExchangeRate.objects.create(currency=rate.currency, starts_on=rate.on, **words)
            self.report.rates.append(f"{row.currency} from {row.starts_on}")

    def _source(self, name: str, version: str, digest: str, checked_on: dt.date, url: str = "") -> PriceSource:
        source, is_new = PriceSource.objects.get_or_create(
            name=name, version=version, digest=digest, checked_on=checked_on, defaults={"url": url}
        )
        self.report.checked |= is_new
        return source

    def _describe(self, snapshot: genai.Snapshot) -> None:
        """Names, windows and comments; new models in bulk, changed ones one by one."""
        fresh: list[LanguageModel] = []
        for position, provider in enumerate(snapshot.providers):
            row = self._put_provider(provider.slug, _fields(provider, PROVIDER_FIELDS, position))
            for place, model in enumerate(provider.models):
                key, fields = f"{provider.slug}/{model.model_id}", _fields(model, MODEL_FIELDS, place)
                if key not in self.models:
                    fresh.append(LanguageModel(provider=row, model_id=model.model_id, **fields))
                elif self._set(self.models[key], fields):
                    self.report.described.append(key)
        for model_row in LanguageModel.objects.bulk_create(fresh, batch_size=CHUNK):
            self.models[str(model_row)] = model_row

    def _put_provider(self, slug: str, fields: dict[str, object]) -> Provider:
        if slug not in self.providers:
            self.providers[slug] = Provider.objects.create(slug=slug, **fields)
        self._set(self.providers[slug], fields)
        return self.providers[slug]

    def _put_model(self, provider: str, model_id: str, fields: dict[str, object]) -> LanguageModel:
        key = f"{provider}/{model_id}"
        if key not in self.models:
            row = LanguageModel.objects.create(provider=self.providers[provider], model_id=model_id, **fields)
            self.models[key] = row
        self._set(self.models[key], fields)
        return self.models[key]

    def _set(self, row: Provider | LanguageModel, fields: dict[str, object]) -> bool:
        different = [name for name, value in fields.items() if getattr(row, name) != value]
        for name in different:
            setattr(row, name, fields[name])
        if different:
            row.save(update_fields=different)
        return bool(different)

    def _append(self, kind: Price.Kind, said: dict[str, Said]) -> None:
        rows = [row for key, words in said.items() if (row := self._next(kind, key, words)) is not None]
        for row in Price.objects.bulk_create(rows, batch_size=CHUNK):
            self.latest[row.model_id, row.kind] = row

    def _next(self, kind: Price.Kind, key: str, words: Said) -> Price | None:
        """The row to append for this model; None where the latest row already says the same."""
        model, text = self.models[key], terms.to_text(words.sheet)
        last = self.latest.get((model.pk, kind))
        if last is not None and last.terms == text and not last.withdrawn:
            return None
        (self.report.new if last is None else self.report.changed).append(key)
        return Price(
            model=model,
            source=words.source,
            kind=kind,
            revision=last.revision + 1 if last else 1,
            terms=text,
            valid_from=_valid_from(last, words),
            checked_on=words.checked_on,
            note=words.note,
            urls=list(words.urls),
        )

    def _withdraw(self, kind: Price.Kind, kept: set[str], source: PriceSource, day: dt.date) -> None:
        """Append a withdrawal for every model that the source no longer names."""
        rows = []
        for key, model in self.models.items():
            last = self.latest.get((model.pk, kind))
            if last is None or last.withdrawn or key in kept:
                continue
            self.report.gone.append(key)
            rows.append(
                Price(
                    model=model,
                    source=source,
                    kind=kind,
                    revision=last.revision + 1,
                    terms=last.terms,
                    valid_from=day,
                    checked_on=day,
                    withdrawn=True,
                )
            )
        for row in Price.objects.bulk_create(rows, batch_size=CHUNK):
            self.latest[row.model_id, row.kind] = row

    def _must_exist(self, keys: Iterable[str], what: str) -> None:
        for key in keys:
            if key not in self.models:
                raise SyncError(f"{what} of {key}: the catalogue has no such model")


def _valid_from(last: Price | None, words: Said) -> dt.date | None:
    """The day from which a changed sheet holds: the day it was read, or the last one's where only dated steps changed.

    A source that changes an undated price does not say since when; before that day the older row still holds.
    """
    if last is None:
        return None
    same = not last.withdrawn and _undated(last.sheet) == _undated(words.sheet)
    return last.valid_from if same else words.checked_on


def _undated(sheet: PriceSheet) -> list[object]:
    return [part for part in sheet.parts if part.when.starts_on is None]


def _fields(record: object, names: Iterable[str], position: int) -> dict[str, object]:
    values = {name: position if name == "position" else getattr(record, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
