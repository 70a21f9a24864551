"""Whom the lab may ask, and what for: providers with their models, and what an address chooses of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from costcalc.catalog.index import Catalogue
from costcalc.streaming.endpoints import SAMPLE, Endpoint
from costcalc.streaming.providers import title
from costcalc.streaming.sample import MODELS

# What a list under a field offers; any other model can be typed.
OFFERED = 80
LONGEST_MODEL = 200


@dataclass(frozen=True)
class Choice:
    """A provider, and the models that a list offers; the built-in one's are chosen by name."""

    name: str
    title: str
    models: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """One side of the page: who is asked, with the words of its fields."""

    prefix: str
    provider: str
    model: str
    provider_label: str
    model_label: str
    key_label: str


def choices(endpoints: tuple[Endpoint, ...], held: Catalogue) -> list[Choice]:
    """The providers on offer, with the models that the catalogue knows of each."""
    return [Choice(one.name, title(one), _models(one, held)) for one in endpoints]


def _models(endpoint: Endpoint, held: Catalogue) -> tuple[str, ...]:
    known = held.providers.get(endpoint.name)
    models = [entry.model_id for entry in known.entries if not entry.deprecated] if known else []
    return tuple(models[:OFFERED])


def samples() -> list[tuple[str, list[Any]]]:
    """The built-in provider's models in two groups."""
    healthy = [model for model in MODELS if not model.is_fault]
    faulty = [model for model in MODELS if model.is_fault]
    return [(_("Healthy"), healthy), (_("With a fault"), faulty)]


def chosen(asked: Mapping[str, str], offered: list[Choice]) -> Chosen:
    """The first side, as an address asks for it."""
    return _side("", asked, offered, (_("Provider"), _("Model"), _("Key")))


def beside(asked: Mapping[str, str], offered: list[Choice]) -> Chosen:
    """The second side."""
    return _side("other-", asked, offered, (_("Other provider"), _("Other model"), _("Other key")))


def _side(prefix: str, asked: Mapping[str, str], offered: list[Choice], labels: tuple[str, str, str]) -> Chosen:
    known = {choice.name for choice in offered}
    provider = asked.get(f"{prefix}provider", SAMPLE.name)
    provider = provider if provider in known else SAMPLE.name
    if provider != SAMPLE.name:
        return Chosen(prefix, provider, asked.get(f"{prefix}model", "")[:LONGEST_MODEL], *labels)
    model = asked.get(f"{prefix}sample", "")
    return Chosen(prefix, provider, model if model in {one.id for one in MODELS} else MODELS[0].id, *labels)
