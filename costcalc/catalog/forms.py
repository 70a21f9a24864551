"""What the page of prices can be asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from costcalc.catalog.index import Catalogue
from costcalc.catalog.labels import UNITS, VARIANTS, collated, unit_label, variant_label
from costcalc.catalog.offers import SORTS, Shelf

LIST, QUOTES = "list", "quote"
STANDINGS = ((LIST, _("List prices")), (QUOTES, _("Vendors’ quotes")))


class PricesForm(forms.Form):
    """Search, filters, order and page of the list of prices. A word that is not on offer is an error."""

    q = forms.CharField(label=_("Model or provider"), max_length=100, required=False)
    provider = forms.ChoiceField(label=_("Provider"), required=False)
    has = forms.ChoiceField(label=_("With a price for"), required=False)
    standing = forms.ChoiceField(label=_("Kind of price"), choices=STANDINGS, required=False)
    sort = forms.ChoiceField(
        label=_("Order"), choices=[(f"{sign}{word}", word) for word in SORTS for sign in ("", "-")], required=False
    )
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=10_000, required=False)

    def __init__(self, data: Any, held: Catalogue, shelf: Shelf) -> None:
        super().__init__(data)
        slugs = [(one.slug, one.name) for one in held.providers.values()]
        self._choose("provider", [("", _("all providers")), *_sorted(slugs)])
        units = [(name, unit_label(name)) for name in shelf.filters if _is_unit(name)]
        variants = [(name, variant_label(name)) for name in shelf.filters if not _is_unit(name)]
        groups: list[tuple[str, Any]] = [(str(_("Units")), _sorted(units)), (str(_("Variants")), _sorted(variants))]
        self._choose("has", [("", _("any unit")), *groups])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def descending(self) -> bool:
        """Whether the order is from high to low."""
        return str(self.cleaned_data["sort"]).startswith("-")

    @property
    def by(self) -> str:
        """What to sort by; empty for the order of the search."""
        return str(self.cleaned_data["sort"]).lstrip("-")

    @property
    def quotes(self) -> bool:
        """Whether vendors' quotes are asked for, in place of list prices."""
        return bool(self.cleaned_data["standing"] == QUOTES)

    @property
    def says_more(self) -> bool:
        """Whether the address holds parameters that say nothing, as a form sends them."""
        return any(name in self.data and name not in self.query() for name in self.fields)

    def query(self, **changed: str | int) -> dict[str, str]:
        """The address's parameters with some changed; what says nothing is left out."""
        said = {**self.cleaned_data, **changed}
        return {name: str(value) for name, value in said.items() if value and (name, value) not in _SILENT}


_SILENT = {("standing", LIST), ("page", 1)}


def _is_unit(name: str) -> bool:
    """Units and variants share one list of filters: `batch`, `cache_read_mtok`."""
    return name in UNITS and name not in VARIANTS


def _sorted(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: collated(choice[1]))
