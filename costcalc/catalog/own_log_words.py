"""How the audit log says what is done to a workspace's own prices."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from costcalc.accounts.log_words import Field, choice, day, register_acts, register_fields, register_kind
from costcalc.accounts.workspaces import Workspace
from costcalc.catalog import terms
from costcalc.catalog.exchange_rates import ExchangeRate
from costcalc.catalog.labels import context_label, unit_label
from costcalc.catalog.own import Kind, OwnPrice
from costcalc.catalog.tariffs import rate_in_words
from costcalc.engine import USD
from costcalc.formatting import Formatter

ACTS = {
    "own_price.added": _("own price added"),
    "own_price.superseded": _("own price changed"),
    "own_price.archived": _("own price archived"),
    "own_price.restored": _("own price offered again"),
    "exchange_rate.recorded": _("exchange rate recorded"),
}


def register() -> None:
    """Have the room's words in every log."""
    register_acts(ACTS)
    register_kind("own_price", _("Own price"), _own_prices)
    register_kind("exchange_rate", _("Exchange rate"), _exchange_rates)
    register_fields(
        {
            "currency": Field(_("Currency")),
            "per_dollar": Field(_("Units for one US dollar"), _units),
            "kind": Field(_("Kind"), choice(Kind)),
            "terms": Field(_("Price"), spread=_prices),
            "starts_on": Field(_("First day"), day),
            "ends_on": Field(_("Last day"), day),
            "source": Field(_("Source")),
            "source_url": Field(_("Address of the source")),
            "note": Field(_("Note")),
            "archived": Field(_("Archived")),
        }
    )


def _own_prices(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    found = OwnPrice.objects.current().filter(workspace=workspace, public_id__in=ids)
    return {
        row.public_id: (row.name, reverse("own_prices:price", args=[workspace.public_id, row.public_id]))
        for row in found
    }


def _exchange_rates(workspace: Workspace, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    page = reverse("exchange_rates:rates", args=[workspace.public_id])
    return {row.public_id: (row.currency, page) for row in ExchangeRate.objects.of(workspace).filter(public_id__in=ids)}


def _units(text: str, write: Formatter) -> str:
    return write.number(Decimal(text))


def _prices(text: str, write: Formatter) -> Mapping[str, str]:
    """Each price by what it is for: `Input`, `Input, batch`."""
    sheet = terms.from_text(text)
    write = write.priced_in(json.loads(text).get("currency", USD))
    parts = [("", step.rates) for step in sheet.steps[:1]]
    parts += [(context_label(variant.context), variant.rates) for variant in sheet.variants]
    return {
        ", ".join(filter(None, (unit_label(unit), where))): rate_in_words(rate, write)
        for where, rates in parts
        for unit, rate in rates.items()
    }
