"""From the database's rows to the catalogue in memory."""

from __future__ import annotations

from costcalc.catalog import reviewed
from costcalc.catalog.entries import Entry, PriceRow, ProviderEntry
from costcalc.catalog.models import LanguageModel, Price, Provider


def read_entries() -> tuple[Entry, ...]:
    """Every model with all of its prices, in the catalogue's order: two queries."""
    rows: dict[int, list[PriceRow]] = {}
    for price in Price.objects.select_related("source").order_by("pk"):
        rows.setdefault(price.model_id, []).append(_row(price))
    models = LanguageModel.objects.select_related("provider")
    return tuple(_entry(position, model, rows.get(model.pk, [])) for position, model in enumerate(models))


def read_providers(entries: tuple[Entry, ...]) -> dict[str, ProviderEntry]:
    """Every provider with its models, by slug: one query."""
    owned: dict[str, list[Entry]] = {}
    for entry in entries:
        owned.setdefault(entry.provider, []).append(entry)
    return {
        row.slug: ProviderEntry(
            row.slug,
            reviewed.provider_names().get(row.slug, row.name),
            row.description,
            row.comments,
            tuple(row.pricing_urls),
            row.api_pattern,
            tuple(owned.get(row.slug, ())),
        )
        for row in Provider.objects.all()
    }


def _row(price: Price) -> PriceRow:
    return PriceRow(
        pk=price.pk,
        kind=price.kind,
        sheet=price.sheet,
        valid_from=price.valid_from,
        checked_on=price.checked_on,
        source_name=price.source.name,
        source_version=price.source.version,
        source_url=price.source.url,
        note=price.note,
        urls=tuple(price.urls),
        withdrawn=price.withdrawn,
    )


def _entry(position: int, model: LanguageModel, rows: list[PriceRow]) -> Entry:
    return Entry(
        position=position,
        provider=model.provider.slug,
        provider_said=reviewed.provider_names().get(model.provider.slug, model.provider.name),
        model_id=model.model_id,
        name=model.name,
        description=model.description,
        context_window=model.context_window,
        deprecated=model.deprecated,
        comments=model.comments,
        shutdown_on=model.shutdown_on,
        shutdown_note=model.shutdown_note,
        shutdown_sources=tuple(model.shutdown_sources),
        native=model.native,
        listed_as=model.listed_as,
        compared_with=model.compared_with,
        prices=tuple(rows),
    )
