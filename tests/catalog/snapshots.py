"""Small snapshots of genai-prices, in the shape of its data.json (version 2), and what to do with them."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db.models import Model

from costcalc.catalog.entries import Entry
from costcalc.catalog.index import load
from costcalc.catalog.models import CatalogueState, LanguageModel, Price, PriceSource, Provider
from costcalc.catalog.reviewed import shutdowns

Raw = list[dict[str, Any]]
TABLES: tuple[type[Model], ...] = (Price, LanguageModel, Provider, PriceSource, CatalogueState)
GPT = {"input_mtok": 2, "cache_read_mtok": 0.5, "output_mtok": 8}


def model(model_id: str, prices: Any = None, **more: Any) -> dict[str, Any]:
    """One model; its prices are gpt-4.1's unless given."""
    return {"id": model_id, "name": model_id.upper(), "match": {"equals": model_id}, "prices": prices or GPT, **more}


def provider(slug: str, *models: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One provider."""
    pattern = rf"https://api\.{slug}\.com"
    return {"id": slug, "name": slug.title(), "api_pattern": pattern, "models": list(models), **more}


def raw() -> Raw:
    """The models that the reviewed corrections speak of, and no others."""
    named = {(entry.provider, entry.model_id) for entry in shutdowns()}
    slugs = sorted({slug for slug, _ in named}, reverse=True)
    return [provider(slug, *(model(name) for owner, name in sorted(named) if owner == slug)) for slug in slugs]


def with_model(changed: dict[str, Any], slug: str = "openai") -> Raw:
    """The snapshot with one model put in place of that of the same id, or added."""
    found = copy.deepcopy(raw())
    for each in found:
        if each["id"] == slug:
            others = [old for old in each["models"] if old["id"] != changed["id"]]
            each["models"] = [*others, changed]
    return found


def without_model(model_id: str) -> Raw:
    """The snapshot without one model."""
    found = copy.deepcopy(raw())
    for each in found:
        each["models"] = [old for old in each["models"] if old["id"] != model_id]
    return found


def clear() -> None:
    """An empty catalogue, inside the transaction of a test."""
    for table in TABLES:
        table._default_manager.all().delete()


def sync(folder: Path, snapshot: Any, checked: str) -> list[str]:
    """`manage.py sync_prices --file …`: the lines that it prints."""
    path = folder / "data.json"
    path.write_text(snapshot if isinstance(snapshot, str) else json.dumps(snapshot), encoding="utf-8")
    return command("--file", str(path), "--checked", checked)


def command(*arguments: str) -> list[str]:
    """`manage.py sync_prices`: the lines that it prints."""
    printed = io.StringIO()
    call_command("sync_prices", *arguments, stdout=printed)
    return printed.getvalue().splitlines()


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the catalogue, for a comparison."""
    return {table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES}


def entry(key: str) -> Entry:
    """An entry as the database has it now, past every cache."""
    return load(0).by_key[key]
