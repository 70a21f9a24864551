"""Names of units, variants and sides as people read them, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

UNITS = {
    "input_mtok": _("Input tokens"),
    "cache_read_mtok": _("Input read from cache"),
    "cache_write_mtok": _("Input written to cache"),
    "cache_write_1h_mtok": _("Input written to cache, 1 h"),
    "output_mtok": _("Output tokens"),
    "output_reasoning_mtok": _("Reasoning tokens"),
    "web_searches_kcount": _("Web searches"),
    "storage_searches_kcount": _("File searches"),
    "code_executions_kcount": _("Code runs"),
    "requests_kcount": _("Requests"),
}
VARIANTS = {
    "standard": _("standard"),
    "batch": _("batch"),
    "flex": _("flex"),
    "priority": _("priority"),
}


def unit_label(name: str) -> str:
    """A unit in words: `Output tokens`; its own name where there are no words for it."""
    return str(UNITS.get(name, name))


def variant_label(name: str) -> str:
    """A variant in words."""
    return str(VARIANTS.get(name, name))
